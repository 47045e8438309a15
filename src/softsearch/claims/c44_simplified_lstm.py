"""C44: no simplification of the LSTM is clearly better than the LSTM.

Greff et al. (2017) took parts of the LSTM away, one at a time, and Jozefowicz et al. (2015) looked for better cells
among ten thousand. Here are three LSTMs that lack a gate, and the GRU, which has neither a cell nor an output gate, on
the same text as words and as characters. All cells of a task have equally many parameters, so one that lacks a gate is
wider. The LSTM's loss is taken away from that of each, seed by seed.

Control: Elman's cell, which lacks all gates. A comparison that does not find it worse could not tell cells apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.language_models import CHARACTERS, SEEDS, WORDS, measured, unigram_loss
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import interval_chart

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


def measure(seed: int) -> dict[str, float]:
    """Return the loss of each cell on each task, that of an LSTM taken away, and that of frequencies beside it."""
    figures = {}
    for task, setting in TASKS.items():
        lstm = measured(setting, "lstm", seed)
        figures[f"lstm_{task}"] = lstm.loss
        figures[f"unigram_{task}"] = unigram_loss(lstm.train, lstm.test, setting.vocabulary)
        for cell in (*SIMPLER, CONTROL):
            figures[f"{cell}_less_lstm_{task}"] = measured(setting, cell, seed).loss - lstm.loss
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where no simpler LSTM is better on both tasks, and the control is worse on both.

    Better and worse mean that the interval of the difference over seeds leaves zero out.
    """
    better = [all(figures[f"{cell}_less_lstm_{task}"].high < 0 for task in TASKS) for cell in SIMPLER]
    tells = all(figures[f"{CONTROL}_less_lstm_{task}"].low > 0 for task in TASKS)
    return "holds" if tells and not any(better) else "fails"


def picture(seed: int) -> Figure:
    """Draw how far each cell's loss lies from the LSTM's: of one seed, with the interval over all."""
    own, figures = measure(seed), [measure(each) for each in SEEDS]
    names = {**SIMPLER, CONTROL: "RNN"}
    series = {}
    for task in TASKS:
        keys = {name: f"{cell}_less_lstm_{task}" for cell, name in names.items()}
        over = {name: Figures.of([each[key] for each in figures]) for name, key in keys.items()}
        series[task] = {name: (own[key], over[name].low, over[name].high) for name, key in keys.items()}
    return interval_chart(series, ylabel="loss less the LSTM's, nats a token")
