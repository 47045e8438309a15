"""The parts of a report that are about programs: scores by length and nesting, and wrong answers, digit by digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from softsearch.inspection.files import Row, about_programs, outdated, scores_of_programs
from softsearch.inspection.html import escape, grid, mark, paragraph, picture, side_by_side
from softsearch.pictures import level_map

_MEANING = (
    "Characters right: how many the network holds likeliest where it is given the right ones before (teacher-forced). "
    "Answers right: how many it writes right from end to end by itself (free-running). The interval of characters is "
    "from resampling the programs (bootstrap), that of answers is Wilson's."
)
_WRONG = (
    "{shown:,} of {wrong:,} wrong answers, those of which the network was least sure. Marked are characters that are "
    "wrong; … stands for those that are missing at the end."
)
_MOST_BESIDE = 6  # lengths, of maps that can be read beside one another


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
        parts += _maps(evaluation)
    return [*parts, paragraph(_MEANING)]


def _maps(evaluation: Row) -> list[str]:
    """Return maps beside one another, or below where they are wide."""
    levels = evaluation["levels"]
    lengths, nestings = (sorted({each[axis] for each in levels}) for axis in ("length", "nesting"))
    maps = []
    for name, told in (("accuracy", "characters right"), ("exact", "answers right")):
        shares = np.full((len(nestings), len(lengths)), np.nan)
        for each in levels:
            shares[nestings.index(each["nesting"]), lengths.index(each["length"])] = each[name]
        figure = level_map(shares, lengths, nestings, title=told)
        maps.append(picture(figure, alt=f"{told} by length and nesting", wide=len(lengths) > _MOST_BESIDE))
    return maps if len(lengths) > _MOST_BESIDE else [side_by_side(maps)]


def worst_programs_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return wrong answers of which the network was least sure, with the wrong characters marked."""
    parts = []
    for evaluation in evaluations.values():
        parts += [f"<h3>{escape(about_programs(evaluation))}</h3>", *_answers(evaluation)]
    return parts or [paragraph("Wrong answers come with an evaluation.")]


def _answers(evaluation: Row) -> list[str]:
    shown, count = evaluation["worst"], evaluation["count"]
    if not shown:
        return [paragraph("No answer is wrong.")]
    wrong = count - round(count * evaluation["metrics"]["exact"]["value"])
    head = "".join(f"<th>{name}</th>" for name in ("program", "answer", "written"))
    rows = "".join(_answer(each) for each in shown)
    table = f'<div class="grid"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return [paragraph(_WRONG.format(shown=len(shown), wrong=wrong)), table]


def _answer(each: Row) -> str:
    wrong = set(each["wrong"])
    written = "".join(
        f"<mark>{escape(character)}</mark>" if place in wrong else escape(character)
        for place, character in enumerate(each["written"])
    )
    lacking = "" if len(each["written"]) >= len(each["answer"]) else "<mark>…</mark>"
    program = escape(each["program"])
    return f"<tr><td><pre>{program}</pre></td><td>{escape(each['answer'])}</td><td>{written}{lacking}</td></tr>"
