"""The part of a report that is about episodes: how good what is written is, by their size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsearch.inspection.files import Row, about_items, columns_of_episodes, outdated, rows_of_episodes
from softsearch.inspection.html import escape, grid, mark, paragraph, picture
from softsearch.pictures import curves

UNITS_OF_EPISODES = {"bits": "nats per bit", "numbers": "half the squared error per number"}
"""What the loss is measured in, by what is written."""

_BLIND = (
    "In brackets: 95 % interval, of a share Wilson's, of others from resampling the episodes (bootstrap). Blind: the "
    "same answers, each held against what another episode of its size asks for: so much is lost where nothing is "
    "remembered and the answers are sure."
)


def episode_scores_part(evaluations: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return how good what is written is, as a table, and as a curve where sizes were swept."""
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for evaluation in evaluations.values():
        parts.append(f"<h3>{escape(about_items(evaluation))}</h3>")
        if (said := outdated(evaluation, in_use)) is not None:
            parts.append(mark(f"Stale: {said}."))
        if evaluation.get("overfit"):
            count = f"{evaluation['overfit']:,}"
            parts.append(paragraph(f"Trained with --overfit: the {count} episodes are its valid data too."))
        parts.append(grid(columns_of_episodes(evaluation), rows_of_episodes(evaluation)))
        if len(evaluation["sizes"]) > 1:
            parts.append(_curve(evaluation))
    return [*parts, paragraph(_BLIND)]


def _curve(evaluation: Row) -> str:
    name = next(iter(next(iter(evaluation["sizes"].values()))["metrics"]))
    points = {
        "written": [(int(size), each["metrics"][name]["value"]) for size, each in evaluation["sizes"].items()],
        "blind": [(int(size), each["blind"]) for size, each in evaluation["sizes"].items()],
    }
    if all("least" in each for each in evaluation["sizes"].values()):
        points["best guess"] = [(int(size), each["least"]) for size, each in evaluation["sizes"].items()]
    label = {"bits": "bits an episode"}.get(name, name.replace("_", " "))
    return picture(curves(points, ylabel=label, xlabel=evaluation["swept"]), alt=f"{label} by {evaluation['swept']}")
