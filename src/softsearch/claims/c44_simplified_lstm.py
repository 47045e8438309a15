"""C44: no simplification of the LSTM is clearly better than the LSTM.

Greff et al. (2017) took parts of the LSTM away, one at a time, and Jozefowicz et al. (2015) looked for better cells among
ten thousand. Here are three LSTMs that lack a gate, and the GRU, which has neither a cell nor an output gate, on the same
text as words and as characters. All cells of a task have equally many parameters, so one that lacks a gate is wider. The
LSTM's loss is taken away from that of each, seed by seed.

Control: Elman's cell, which lacks all gates. A comparison that does not find it worse could not tell cells apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim, Figures
from softsearch.claims.language_models import CHARACTERS, SEEDS, WORDS, measured, unigram_loss
from softsearch.pictures.charts import value_chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIMPLER = {
    "lstm_no_forget": "no forget gate",
    "lstm_coupled": "coupled gates",
    "lstm_no_output": "no output gate",
    "gru": "GRU",
}
CONTROL = "rnn"
TASKS = {"words": WORDS, "characters": CHARACTERS}

CLAIM = Claim(
    id="C44",
    statement=STATEMENTS["C44"],
    source="Lectures on the LSTM; Greff et al. (2017), Jozefowicz, Zaremba and Sutskever (2015)",
    seeds=SEEDS,
    expected={
        **{f"{cell}_less_lstm_{task}": "not clearly below 0" for cell in SIMPLER for task in TASKS},
        **{f"{CONTROL}_less_lstm_{task}": "more than 0" for task in TASKS},
    },
)
