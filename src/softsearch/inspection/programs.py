"""The parts of a report that are about programs: scores by length and nesting, and wrong answers, digit by digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from softsearch.inspection.files import Row, about_programs, outdated, scores_of_programs
from softsearch.inspection.html import escape, grid, mark, paragraph, picture, side_by_side
from softsearch.pictures import level_map

_MEANING = (
    "Characters right: how many the network holds likeliest where it is given the right ones before (teacher-forced). "
    "Answers right: how many it writes right from end to end by itself (free-running). In brackets: 95 % interval, "
    "from resampling the programs (bootstrap)."
)


def program_scores_part(evaluations: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return how good the answers are, and a map of it by length and nesting."""
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for evaluation in evaluations.values():
        parts.append(f"<h3>{escape(about_programs(evaluation))}</h3>")
        if (said := outdated(evaluation, in_use)) is not None:
            parts.append(mark(f"Stale: {said}."))
        if evaluation.get("overfit"):
            count = f"{evaluation['overfit']:,}"
            parts.append(paragraph(f"Trained with --overfit: the {count} programs are its valid data too."))
        parts.append(grid(("score", "value", "95 % interval"), scores_of_programs(evaluation)))
        maps = [("accuracy", "characters right"), ("exact", "answers right")]
        parts.append(side_by_side([_map(evaluation, name, told) for name, told in maps]))
    return [*parts, paragraph(_MEANING)]


def _map(evaluation: Row, name: str, told: str) -> str:
    levels = evaluation["levels"]
    lengths, nestings = (sorted({each[axis] for each in levels}) for axis in ("length", "nesting"))
    shares = np.full((len(nestings), len(lengths)), np.nan)
    for each in levels:
        shares[nestings.index(each["nesting"]), lengths.index(each["length"])] = each[name]
    return picture(level_map(shares, lengths, nestings, title=told), alt=f"{told} by length and nesting")


def worst_programs_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return wrong answers of which the network was least sure, with the wrong characters marked."""
    parts = []
    for evaluation in evaluations.values():
        rows = "".join(_answer(each) for each in evaluation["worst"])
        told = f'<table class="programs">{rows}</table>' if rows else paragraph("No answer is wrong.")
        parts += [f"<h3>{escape(about_programs(evaluation))}</h3>", told]
    return parts or [paragraph("Wrong answers come with an evaluation.")]


def _answer(each: Row) -> str:
    wrong = set(each["wrong"])
    written = "".join(
        f"<mark>{escape(character)}</mark>" if place in wrong else escape(character)
        for place, character in enumerate(each["written"])
    )
    lacking = "" if len(each["written"]) >= len(each["answer"]) else "<mark>…</mark>"
    program = escape(each["program"])
    return f"<tr><td><pre>{program}</pre></td><td>{escape(each['answer'])}</td><td>{written}{lacking}</td></tr>"
