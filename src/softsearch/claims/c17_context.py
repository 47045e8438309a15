"""C17: recurrent networks use context that models with a fixed window cannot see.

Mikolov et al. (2010) set a recurrent language model against n-grams and against Bengio et al.'s (2003) net over the
last few words. Here all of them read the same words, and the networks have equally many parameters. At fixed places of
the test text each model is given the last k words alone. What the loss falls by from 4 words to 64 is the gain of the
context that a 5-gram cannot see. Of models that see four words it must be nothing: the measure can say so.

Blind baseline: the words beyond the last four are taken from another place of the text. A model that only fared
badly with so few words would gain by them as well. Beside it stands the perplexity of a model that knows no context.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.contexts import loss_at, loss_by_context, places
from softsearch.claims.framework import Claim
from softsearch.claims.language_models import NGRAMS, SEEDS, WORDS, Measured, measured, unigram_loss
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RECURRENT = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
LONG = {**RECURRENT, "transformer": "Transformer"}
FIXED = {"bigram": "bigrams", "kneser_ney": "5-grams", "feed_forward": "feed-forward net"}

CLAIM = Claim(
    id="C17",
    statement=STATEMENTS["C17"],
    source="Lectures on recurrent networks; Mikolov et al. (2010), Bengio et al. (2003)",
    seeds=SEEDS,
    expected={
        "best_recurrent_less_best_fixed_perplexity": "less than 0",
        **{f"gain_{name}": "more than 0" for name in LONG},
        **{f"gain_over_other_words_{name}": "more than 0" for name in LONG},
        **{f"gain_{name}": "0" for name in FIXED},
    },
)

LENGTHS = (1, 2, 4, 8, 16, 32, 64)
WINDOW = 4  # words that a 5-gram sees
PLACES = 2_000  # a ninth of the test text; the same for all, so that differences are of models alone
ROUNDING = 1e-4  # nats


def measure(seed: int) -> dict[str, float]:
    """Return perplexities, and what each model gains by more than four words."""
    perplexity = {name: _of(name, seed).perplexity for name in (*FIXED, *LONG)}
    figures = {f"perplexity_{name}": value for name, value in perplexity.items()}
    text = _of("bigram", seed)
    figures["perplexity_unigram"] = math.exp(unigram_loss(text.train, text.test, WORDS.vocabulary))
    figures["best_recurrent_less_best_fixed_perplexity"] = min(perplexity[name] for name in RECURRENT) - min(
        perplexity[name] for name in FIXED
    )
    for name in (*FIXED, *LONG):
        loss, blind = _losses(name, seed)
        few, many = loss[LENGTHS.index(WINDOW)], loss[-1]
        figures[f"gain_{name}"] = few - many
        figures[f"gain_blind_{name}"] = few - blind
        figures[f"gain_over_other_words_{name}"] = blind - many
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where all that can see further gain by it, the others do not, and recurrence reads best.

    The gain must lie beyond the interval over seeds, against fewer words and against as many of another place.
    """
    gains = [figures[f"gain_{kind}{name}"].low for name in LONG for kind in ("", "over_other_words_")]
    nothing = [abs(value) for name in FIXED for value in figures[f"gain_{name}"].values]
    leads = figures["best_recurrent_less_best_fixed_perplexity"].high < 0
    return "holds" if min(gains) > 0 and max(nothing) < ROUNDING and leads else "fails"


def picture(seed: int) -> Figure:
    """Draw the loss by the words that are given."""
    names = {**FIXED, **LONG}
    series = {title: list(zip(LENGTHS, _losses(name, seed)[0], strict=True)) for name, title in names.items()}
    return curves(series, ylabel="loss, nats a word", xlabel="words given", doubling=True)


@cache
def _losses(name: str, seed: int) -> tuple[list[float], float]:
    """Return a model's loss for each length, and with all but the last four words from another place."""
    model = _of(name, seed)
    given = places(model.test, length=LENGTHS[-1], most=PLACES)
    return loss_by_context(model.model, given, LENGTHS), loss_at(model.model, given.misplaced(WINDOW))


def _of(name: str, seed: int) -> Measured:
    return measured(WORDS, name, SEEDS[0] if name in NGRAMS else seed)  # counts are the same for each seed
