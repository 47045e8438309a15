"""C3: attention is addressed by content, so it follows an annotation wherever it stands.

The energy e_ij = a(s_i-1, h_j) of Bahdanau et al. (2015) sees the annotation h_j and never j. So for a permutation P
of a sentence's annotations, alpha(P h) = P alpha(h) and the context, a sum, stays the same. Both hold in exact
arithmetic; what is measured in float64 is rounding.

Controls: a score that also has a bias for each position fails the same test. Mean pooling passes it trivially, as it
weighs all annotations alike; how far the attention is from that is measured too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import AdditiveAttention, MeanPooling, masked_softmax
from softsearch.seeding import derive
from softsearch.shapes import Float, Int, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C3",
    statement=STATEMENTS["C3"],
    source="Attention lectures on Bahdanau, Cho and Bengio (2015), section 3.1",
    seeds=tuple(range(1, 21)),
    expected={
        "weights_not_moved": "0",
        "context_change": "0",
        "context_change_with_position_bias": "not 0",
        "context_change_of_mean_pooling": "0",
        "distance_from_mean_pooling": "not 0",
    },
)

NUM_WORDS, QUERY, ANNOTATION, HIDDEN = 12, 24, 32, 16
ROUNDING = 1e-12
CLEARLY = 1e-3


def measure(seed: int) -> dict[str, float]:
    """Return largest absolute differences between a sentence and the same with its annotations permuted."""
    attention, query, sentence, order = _sample(seed)
    shuffled = _permuted(sentence, order)
    context, weights = _read(attention, query, sentence)
    shuffled_context, shuffled_weights = _read(attention, query, shuffled)
    bias = torch.linspace(2.0, -2.0, NUM_WORDS, dtype=torch.float64)
    mean, mean_weights = _read(MeanPooling(), query, sentence)
    shuffled_mean, _ = _read(MeanPooling(), query, shuffled)
    biased = _context(_with_bias(weights, bias), sentence)
    shuffled_biased = _context(_with_bias(shuffled_weights, bias), shuffled)
    return {
        "weights_not_moved": _distance(shuffled_weights, weights[:, order]),
        "context_change": _distance(shuffled_context, context),
        "context_change_with_position_bias": _distance(shuffled_biased, biased),
        "context_change_of_mean_pooling": _distance(shuffled_mean, mean),
        "distance_from_mean_pooling": _distance(weights, mean_weights),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where every seed moves the weights exactly, and the controls show that the test can fail."""
    exact = ("weights_not_moved", "context_change")
    telling = ("context_change_with_position_bias", "distance_from_mean_pooling")
    holds = all(max(figures[name].values) < ROUNDING for name in exact)
    can_fail = all(min(figures[name].values) > CLEARLY for name in telling)
    return "holds" if holds and can_fail else "fails"


def picture(seed: int) -> Figure:
    """Draw the weights of a sentence, and of the same annotations in another order, a colour for each annotation."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    from softsearch.pictures import style

    attention, query, sentence, order = _sample(seed)
    orders = {"annotations in order": torch.arange(NUM_WORDS), "the same, permuted": order}
    figure = Figure(figsize=(8, 3), layout="constrained")
    for axes, (title, places) in zip(figure.subplots(1, 2, sharey=True), orders.items(), strict=True):
        _, weights = _read(attention, query, _permuted(sentence, places))
        style.quiet_axes(axes)
        axes.bar(range(NUM_WORDS), weights[0].tolist(), color=[colormaps["tab20"](j) for j in places.tolist()])
        axes.set_xticks(range(NUM_WORDS), [str(j + 1) for j in places.tolist()])
        axes.set_title(title)
        axes.set_xlabel("annotation at each position")
    figure.axes[0].set_ylabel("attention weight")
    return figure


def _sample(seed: int) -> tuple[AdditiveAttention, Float[Tensor, "1 features"], Annotations, Int[Tensor, " src"]]:
    """Return an attention with weights large enough to choose, a query, annotations and an order for them."""
    generator = torch.Generator().manual_seed(derive(seed, "C3"))
    attention = AdditiveAttention(query=QUERY, annotation=ANNOTATION, hidden=HIDDEN, coverage=False).double()
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.normal_(generator=generator)
    query = torch.randn(1, QUERY, generator=generator, dtype=torch.float64)
    values = torch.randn(1, NUM_WORDS, ANNOTATION, generator=generator, dtype=torch.float64)
    sentence = Annotations(values, torch.ones(1, NUM_WORDS, dtype=torch.bool), values.mean(1))
    return attention, query, sentence, torch.randperm(NUM_WORDS, generator=generator)


def _permuted(sentence: Annotations, order: Int[Tensor, " src"]) -> Annotations:
    return sentence._replace(values=sentence.values[:, order])


@torch.no_grad()
def _read(
    attention: AdditiveAttention | MeanPooling, query: Float[Tensor, "1 features"], sentence: Annotations
) -> tuple[Float[Tensor, "1 annotation"], Float[Tensor, "1 src"]]:
    context, weights, _ = attention(query, sentence, attention.project(sentence), None)
    return context, weights


def _with_bias(weights: Float[Tensor, "1 src"], bias: Float[Tensor, " src"]) -> Float[Tensor, "1 src"]:
    # The softmax of e + b: the logarithm of the weights is e up to a constant, which the softmax ignores.
    return masked_softmax(weights.log() + bias, torch.ones_like(weights, dtype=torch.bool))


def _context(weights: Float[Tensor, "1 src"], sentence: Annotations) -> Float[Tensor, "1 annotation"]:
    return (weights.unsqueeze(1) @ sentence.values).squeeze(1)


def _distance(left: Tensor, right: Tensor) -> float:
    return (left - right).abs().max().item()
