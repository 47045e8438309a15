"""C18: stacked recurrent networks are slow and hard to run in parallel; a Transformer is not.

Vaswani et al. (2017), section 4 and table 1: of a sequence of n tokens a recurrent layer computes each state from the
one before, n steps that wait for one another, while attention reads all places at once. Three layers of LSTM and three
blocks of a Transformer, of the same width and with equally many parameters in their products, compute the gradient of
one sequence. They take turns, on one thread and on two, so that whatever else the machine does befalls all of them, and
only ratios of times from the same round are kept: the median over the rounds.

Control: as many tokens as 64 short sequences side by side. There the LSTM, too, has something to do at once, and a
second thread must help it more than with a single sequence. So the threads are there, and the LSTM could use them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.models.language_model import LanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.pictures.charts import curves
from softsearch.shapes import Int, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C18",
    statement=STATEMENTS["C18"],
    source="Lectures on attention; Vaswani et al. (2017), section 4",
    seeds=(1, 2, 3),
    expected={
        "lstm_over_transformer_at_1024": "more than 1",
        "speed_up_of_lstm_at_1024": "near 1",
        "speed_up_of_transformer_at_1024": "2 at most",
        "transformer_gains_more_at_1024": "more than 1",
        "lstm_gains_more_side_by_side": "more than 1",
    },
)

WIDTH, LAYERS = 256, 3
VOCABULARY = 256  # bytes: the output layer, which both share, is a small part of the work
LENGTHS = (16, 64, 256, 1_024)
SEQUENCES = 64  # of the control: as long as the shortest, and together as long as the longest
ROUNDS = 9
THREADS = (1, 2)
NETWORKS = ("lstm", "transformer")

Case = tuple[str, int, int, int]
"""Which network, how many sequences of which length, on how many threads."""


def measure(seed: int) -> dict[str, float]:
    """Return by length how much longer the LSTM takes, and how much faster two threads make each of the two."""
    longest, figures = LENGTHS[-1], {}
    figures["steps_in_a_row_of_lstm_at_1024"] = float(longest + LAYERS - 1)  # a layer may follow the one below
    figures["steps_in_a_row_of_transformer_at_1024"] = float(LAYERS)
    shapes = {f"at_{length}": (1, length) for length in LENGTHS} | {"side_by_side": (SEQUENCES, LENGTHS[0])}
    for name, (sequences, length) in shapes.items():
        figures[f"lstm_over_transformer_{name}"] = _ratio(
            seed, *((network, sequences, length, THREADS[-1]) for network in NETWORKS)
        )
        for network in NETWORKS:
            cases = ((network, sequences, length, threads) for threads in THREADS)
            figures[f"speed_up_of_{network}_{name}"] = _ratio(seed, *cases)
    alone = figures[f"speed_up_of_lstm_at_{longest}"]
    figures["transformer_gains_more_at_1024"] = figures[f"speed_up_of_transformer_at_{longest}"] / alone
    figures["lstm_gains_more_side_by_side"] = figures["speed_up_of_lstm_side_by_side"] / alone
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the longest sequence takes the LSTM longer, and a second thread helps it less.

    Less than the Transformer and, as the control, less than it helps the LSTM itself with many short sequences; each
    beyond the interval over the repetitions.
    """
    names = ("lstm_over_transformer_at_1024", "transformer_gains_more_at_1024", "lstm_gains_more_side_by_side")
    return "holds" if all(figures[name].low > 1 for name in names) else "fails"


def picture(seed: int) -> Figure:
    """Draw how much longer the LSTM takes, and how much faster two threads are, by the length of one sequence."""
    figures = measure(seed)
    series = {
        "LSTM for Transformer": "lstm_over_transformer",
        "one thread for two, LSTM": "speed_up_of_lstm",
        "one thread for two, Transformer": "speed_up_of_transformer",
    }
    points = {name: [(length, figures[f"{key}_at_{length}"]) for length in LENGTHS] for name, key in series.items()}
    return curves(points, ylabel="takes so many times as long", xlabel="tokens in the sequence", doubling=True)


def _ratio(seed: int, above: Case, below: Case) -> float:
    """Return the median over the rounds of one time divided by another."""
    times = _times(seed)
    return statistics.median(a / b for a, b in zip(times[above], times[below], strict=True))


@cache
def _times(seed: int) -> dict[Case, list[float]]:
    """Return the seconds that each case takes in each round."""
    torch.manual_seed(seed)
    networks = {"lstm": _lstm(), "transformer": _transformer()}
    shapes = [*((1, length) for length in LENGTHS), (SEQUENCES, LENGTHS[0])]
    # The two cases of a ratio stand side by side.
    cases = [(network, *shape, threads) for shape in shapes for threads in THREADS for network in NETWORKS]
    times: dict[Case, list[float]] = {case: [] for case in cases}
    with _threads_restored():
        for number in range(1 + ROUNDS):
            for case in cases:
                network, sequences, length, threads = case
                torch.set_num_threads(threads)
                seconds = _seconds(networks[network], torch.randint(VOCABULARY, (sequences, length + 1)))
                if number:  # the first round warms up
                    times[case].append(seconds)
    return times


def _seconds(model: LanguageModel, ids: Int[Tensor, "batch length"]) -> float:
    """Return how long it takes to compute the gradient of a loss."""
    model.zero_grad(set_to_none=True)
    begin = time.perf_counter()
    features, _ = model(ids[:, :-1], model.start(len(ids)))
    model.head.cross_entropy(features.flatten(0, 1), ids[:, 1:].flatten()).backward()
    return time.perf_counter() - begin


def _lstm() -> LanguageModel:
    return RecurrentLanguageModel(
        vocabulary=VOCABULARY,
        embedding=WIDTH,
        layers=Layers("lstm", WIDTH, LAYERS, residual=False),
        head=SoftmaxHead(features=WIDTH, vocabulary=VOCABULARY),
        lags=0,
        decay=1.0,
        dropout=Dropout(0.0),
        tie_embeddings=False,
        init=None,
    )


def _transformer() -> LanguageModel:
    return TransformerLanguageModel(
        vocabulary=VOCABULARY,
        width=WIDTH,
        heads=4,
        layers=LAYERS,
        hidden=2 * WIDTH,  # 4 matrices of attention and 4 of the feed-forward layer, as an LSTM has 8
        context=LENGTHS[-1],
        head=SoftmaxHead(features=WIDTH, vocabulary=VOCABULARY),
        dropout=0.0,
        tie_embeddings=False,
    )


@contextmanager
def _threads_restored() -> Iterator[None]:
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
