"""A vocabulary of 100,000 words: time and memory of a training step with each output layer.

An LSTM of 512 over embeddings of 512, 20 streams, windows of 35, words as frequent as in a language, fp32, AdamW. Times
are taken in turns in one process; the peak memory of each, as the kernel counts it, in a process of its own.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import nn

from benchmarks.timing import in_turns, ratio, report
from softsearch.machine import peak_memory_bytes
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import AdaptiveHead, Head, SampledHead, SoftmaxHead
from softsearch.nn.recurrent import Layers

VOCABULARY, WIDTH, STREAMS, WINDOW, ROUNDS = 100_000, 512, 20, 35, 7


class PlainHead(SoftmaxHead):
    """A linear layer and torch's cross-entropy, all logits at once."""

    def cross_entropy(self, features: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the summed cross-entropy."""
        return nn.functional.cross_entropy(self.layer(features), targets, reduction="sum")


HEADS: dict[str, Callable[[], Head]] = {
    "plain": partial(PlainHead, features=WIDTH, vocabulary=VOCABULARY),
    "softmax": partial(SoftmaxHead, features=WIDTH, vocabulary=VOCABULARY),
    "sampled, 4,000 words": partial(SampledHead, features=WIDTH, vocabulary=VOCABULARY, samples=4_000),
    "adaptive": partial(AdaptiveHead, features=WIDTH, vocabulary=VOCABULARY, cutoffs=[4_000, 20_000], shrink=4),
}


def make_step(name: str) -> Callable[[], None]:
    """Return what takes a training step with an output layer."""
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    ranks = np.exp(random.random((STREAMS, WINDOW + 1)) * np.log(VOCABULARY)).astype(np.int64)
    tokens = torch.from_numpy(np.minimum(ranks, VOCABULARY - 1))
    model = RecurrentLanguageModel(
        vocabulary=VOCABULARY,
        embedding=WIDTH,
        layers=Layers("lstm", WIDTH, depth=1, residual=False),
        head=HEADS[name](),
        lags=0,
        decay=1.0,
        dropout=Dropout(0.0),
        tie_embeddings=False,
        init=None,
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0, betas=(0.9, 0.98), fused=True)

    def step() -> None:
        features, _ = model(tokens[:, :-1], model.start(STREAMS))
        (model.head.cross_entropy(features.flatten(0, 1), tokens[:, 1:].flatten()) / (STREAMS * WINDOW)).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def peak_mib(name: str) -> float:
    """Return the peak memory of a process that takes some steps."""
    step = make_step(name)
    for _ in range(3):
        step()
    return (peak_memory_bytes() or 0) / 2**20


def main() -> None:
    """Take turns and print the ratios."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as processes:
        peaks = {name: processes.apply(peak_mib, (name,)) for name in HEADS}
    times = in_turns({name: make_step(name) for name in HEADS}, rounds=ROUNDS)
    ratios = {f"time: {name} / plain": ratio(times["plain"], times[name]) for name in HEADS if name != "plain"}
    ratios |= {f"memory: {name} / plain": peaks["plain"] / peaks[name] for name in HEADS if name != "plain"}
    report("output_layers", ratios=ratios, absolute=peaks, unit="MiB at most")


if __name__ == "__main__":
    main()
