"""Training speed of the translator against the plain ways of writing it, fed the same batches.

The sizes are those of a 12-million-parameter RNNsearch: bidirectional GRU of 2 x 256, decoder GRU of 512, embeddings of
256, 8,000 tokens, 64 sentences a batch, lengths as in image captions, batches of similar length.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import torch

from benchmarks import oracle
from benchmarks.timing import in_turns, ratio, report
from softsearch.data.pairs.batches import PairBatch
from softsearch.models.attend_before import EncoderDecoder
from softsearch.models.parts import Decoder
from softsearch.nn.attention import AdditiveAttention
from softsearch.nn.losses import linear_cross_entropy
from softsearch.nn.products import Precision, products_in
from softsearch.nn.recurrent import Layers

VOCABULARY, SENTENCES, SMOOTHING = 8_000, 64, 0.1
ROUNDS = 12


def make_model() -> EncoderDecoder:
    """Return the network, with dropout as in a training."""
    decoder = Decoder(
        vocabulary=VOCABULARY,
        embedding=256,
        layers=Layers("gru", hidden=512, depth=1, residual=False),
        attention=AdditiveAttention(query=512, annotation=512, hidden=512, coverage=False),
        bridge="learned",
        readout=256,
        dropout=0.3,
        tie_embeddings=True,
    )
    return EncoderDecoder(decoder, encoder=Layers("gru", hidden=256, depth=1, residual=False), direction="both")


def make_batches(number: int) -> list[PairBatch]:
    """Return batches of random words, each of sentences of similar length."""
    random = np.random.default_rng(1)
    targets = np.sort(np.clip(random.normal(14, 4, number * SENTENCES).round(), 4, 40).astype(int))
    sources = np.clip(targets + random.normal(0, 2, len(targets)).round().astype(int), 2, 45)
    chunks = zip(np.split(sources, number), np.split(targets, number), strict=True)
    return [_batch(source, target) for source, target in chunks]


def _batch(sources: np.ndarray, targets: np.ndarray) -> PairBatch:
    source_mask = torch.arange(int(sources.max())) < torch.from_numpy(sources).unsqueeze(1)
    target_mask = torch.arange(int(targets.max())) < torch.from_numpy(targets).unsqueeze(1)
    words = [torch.randint(4, VOCABULARY, mask.shape) * mask for mask in (source_mask, target_mask, target_mask)]
    return PairBatch(words[0], source_mask, words[1], words[2], target_mask, torch.arange(len(sources)))


def fast_loss(model: EncoderDecoder, batch: PairBatch) -> torch.Tensor:
    """Return the loss as the toolkit computes it."""
    features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
    targets = batch.target_output[batch.target_mask]
    total = linear_cross_entropy(features, model.output.weight, model.output.bias, targets, smoothing=SMOOTHING)
    return total / len(targets)


def main() -> None:
    """Take turns and print the ratios."""
    torch.manual_seed(1)
    batches = make_batches(ROUNDS + 1)
    losses: dict[str, Callable[[EncoderDecoder, PairBatch], torch.Tensor]] = {
        "softsearch": fast_loss,
        "softsearch, bf16": fast_loss,
        "plain, keys once a sentence": lambda model, batch: oracle.loss(model, batch, SMOOTHING, keys_once=True),
        "plain, as in the equations": lambda model, batch: oracle.loss(model, batch, SMOOTHING, keys_once=False),
    }
    trainers = {
        name: _trainer(loss, batches, precision="bf16" if name.endswith("bf16") else "fp32")
        for name, loss in losses.items()
    }
    times = in_turns(trainers, rounds=ROUNDS)
    tokens = sum(batch.num_items for batch in batches[1:])
    report(
        "training",
        ratios={
            f"{ours} / {name}": ratio(times[name], times[ours])
            for ours in ("softsearch", "softsearch, bf16")
            for name in losses
            if name != ours and not name.endswith("bf16")
        },
        absolute={name: tokens / sum(seconds) for name, seconds in times.items()},
        unit="target tokens a second",
    )


def _trainer(
    loss: Callable[[EncoderDecoder, PairBatch], torch.Tensor], batches: list[PairBatch], *, precision: Precision
) -> Callable[[], None]:
    """Return what takes one step with the next batch: loss, gradient, clipping, AdamW."""
    model = make_model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0, betas=(0.9, 0.98), fused=True)
    following = itertools.cycle(batches)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with products_in(precision):
            loss(model, next(following)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


if __name__ == "__main__":
    main()
