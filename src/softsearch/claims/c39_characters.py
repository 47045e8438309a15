"""C39: characters need a long memory, and cells that multiply help.

Sutskever et al. (2011) wrote text character by character with a recurrent network whose transition each character
chooses, the multiplicative RNN; Krause et al. (2016) made the LSTM multiplicative in the same way. Four networks with
equally many parameters read the same text. At fixed places of the test text each is given the last k characters alone:
what the loss falls by from 16 characters, some three words, to 256 is the gain of a long memory.

Blind baselines: the characters beyond the last 16 are taken from another place of the text; and the bits that a
character costs when only its frequency is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.contexts import loss_at, loss_by_context, places
from softsearch.claims.framework import Claim
from softsearch.claims.language_models import CHARACTERS, SEEDS, measured, unigram_loss
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELLS = {"rnn": "RNN", "mrnn": "multiplicative RNN", "lstm": "LSTM", "mlstm": "multiplicative LSTM"}
MEMORIES = ("lstm", "mlstm")  # made to remember: an RNN that does not is no argument against the need

CLAIM = Claim(
    id="C39",
    statement=STATEMENTS["C39"],
    source="Lectures on recurrent networks; Sutskever, Martens and Hinton (2011), Krause et al. (2016)",
    seeds=SEEDS,
    expected={
        **{f"gain_{cell}": "more than 0" for cell in MEMORIES},
        **{f"gain_over_other_characters_{cell}": "more than 0" for cell in MEMORIES},
        "mrnn_less_rnn": "less than 0",
        "mlstm_less_lstm": "less than 0",
    },
)

LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SHORT = 16
PLACES = 2_000
_BITS = 1 / math.log(2)


def measure(seed: int) -> dict[str, float]:
    """Return bits a character, what multiplying saves, and what more than 16 characters save."""
    models = {cell: measured(CHARACTERS, cell, seed) for cell in CELLS}
    bits = {cell: _BITS * model.loss for cell, model in models.items()}
    figures = {f"bits_{cell}": value for cell, value in bits.items()}
    text = models["lstm"]
    figures["bits_unigram"] = _BITS * unigram_loss(text.train, text.test, CHARACTERS.vocabulary)
    figures["mrnn_less_rnn"] = bits["mrnn"] - bits["rnn"]
    figures["mlstm_less_lstm"] = bits["mlstm"] - bits["lstm"]
    for cell in CELLS:
        loss, blind = _bits(cell, seed)
        few, many = loss[LENGTHS.index(SHORT)], loss[-1]
        figures[f"gain_{cell}"] = few - many
        figures[f"gain_blind_{cell}"] = few - blind
        figures[f"gain_over_other_characters_{cell}"] = blind - many
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where both parts do, beyond the interval over seeds.

    More than 16 characters help cells made to remember, against 16 alone and against as many of another place; and each
    multiplicative cell is better than the plain one.
    """
    gains = [figures[f"gain_{kind}{cell}"].low for cell in MEMORIES for kind in ("", "over_other_characters_")]
    helps = figures["mrnn_less_rnn"].high < 0 and figures["mlstm_less_lstm"].high < 0
    return "holds" if min(gains) > 0 and helps else "fails"


def picture(seed: int) -> Figure:
    """Draw the bits that a character costs by the characters that are given."""
    series = {name: list(zip(LENGTHS, _bits(cell, seed)[0], strict=True)) for cell, name in CELLS.items()}
    return curves(series, ylabel="bits a character", xlabel="characters given", doubling=True)


@cache
def _bits(cell: str, seed: int) -> tuple[list[float], float]:
    """Return the bits a character for each length, and with all but the last 16 from another place."""
    model = measured(CHARACTERS, cell, seed)
    given = places(model.test, length=LENGTHS[-1], most=PLACES)
    losses = loss_by_context(model.model, given, LENGTHS)
    return [_BITS * loss for loss in losses], _BITS * loss_at(model.model, given.misplaced(SHORT))
