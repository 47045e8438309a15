"""Training speed of the LSTM language model against torch's nn.LSTM and cross-entropy, put together as one does.

The sizes are those of Zaremba et al. (2014) on the Penn Treebank: small (two layers of 200, windows of 20, 20 streams)
and medium (two of 650, windows of 35), 10,000 words. Plain SGD and clipping, no dropout, as in their small network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from benchmarks.timing import in_turns, ratio, report
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.products import Precision, products_in
from softsearch.nn.recurrent import Layers

VOCABULARY, STREAMS = 10_000, 20
OURS, PLAIN = "softsearch, bf16", "plain"
SIZES = {"small": (200, 20), "medium": (650, 35)}
ROUNDS = 12


class Plain(nn.Module):
    """Embedding, nn.LSTM, linear layer."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, hidden)
        self.lstm = nn.LSTM(hidden, hidden, num_layers=2, batch_first=True)
        self.output = nn.Linear(hidden, VOCABULARY)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the logits of every next token."""
        return self.output(self.lstm(self.embedding(tokens))[0])


def make_ours(hidden: int) -> RecurrentLanguageModel:
    """Return the toolkit's network of that size."""
    return RecurrentLanguageModel(
        vocabulary=VOCABULARY,
        embedding=hidden,
        layers=Layers("lstm", hidden, depth=2, residual=False),
        head=SoftmaxHead(features=hidden, vocabulary=VOCABULARY),
        lags=0,
        decay=1.0,
        dropout=Dropout(0.0),
        tie_embeddings=False,
        init=0.1,
    )


def ours(hidden: int, precision: Precision) -> Callable[[torch.Tensor], None]:
    """Return what takes one step as the toolkit does."""
    model = make_ours(hidden)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)

    def step(tokens: torch.Tensor) -> None:
        with products_in(precision):
            features, _ = model(tokens[:, :-1], model.start(len(tokens)))
            targets = tokens[:, 1:].flatten()
            (model.head.cross_entropy(features.flatten(0, 1), targets) / len(targets)).backward()
        _update(model, optimizer)

    return step


def plain(hidden: int, *, autocast: bool) -> Callable[[torch.Tensor], None]:
    """Return what takes one step with torch's parts."""
    model = Plain(hidden)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)

    def step(tokens: torch.Tensor) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            logits = model(tokens[:, :-1])
        nn.functional.cross_entropy(logits.flatten(0, 1).float(), tokens[:, 1:].flatten()).backward()
        _update(model, optimizer)

    return step


def _update(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def main() -> None:
    """Take turns and print the ratios."""
    torch.manual_seed(1)
    ratios, absolute = {}, {}
    for size, (hidden, window) in SIZES.items():
        tokens = torch.randint(VOCABULARY, (STREAMS, window + 1))
        steps = {
            OURS: ours(hidden, "bf16"),
            "softsearch": ours(hidden, "fp32"),
            PLAIN: plain(hidden, autocast=False),
            "plain, autocast to bf16": plain(hidden, autocast=True),
        }
        times = in_turns({name: partial(step, tokens) for name, step in steps.items()}, rounds=ROUNDS)
        absolute |= {f"{size}: {name}": ROUNDS * STREAMS * window / sum(each) for name, each in times.items()}
        ratios |= {f"{size}: {OURS} / {name}": ratio(times[name], times[OURS]) for name in steps if name != OURS}
        ratios[f"{size}: softsearch / {PLAIN}"] = ratio(times[PLAIN], times["softsearch"])
    report("language_model", ratios=ratios, absolute=absolute, unit="tokens a second")


if __name__ == "__main__":
    main()
