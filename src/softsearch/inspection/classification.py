"""The parts of a report that are about a classifier: errors, what is taken for what, calibration, the worst images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsearch.inspection.files import Row, about_items, outdated, scores_of_classes, share_shown
from softsearch.inspection.html import escape, grid, mark, paragraph, picture, side_by_side
from softsearch.pictures import confusion_matrix, reliability_chart

_NAMES = {
    "error": "Error",
    "error_top_5": "Top-5 error",
    "calibration_error": "Calibration error",
    "loss": "Loss, nats",
}


def errors_part(evaluations: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return how often a class is not found."""
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for evaluation in evaluations.values():
        parts.append(f"<h3>{escape(about_items(evaluation))}</h3>")
        if (said := outdated(evaluation, in_use)) is not None:
            parts.append(mark(f"Stale: {said}."))
        if evaluation.get("overfit"):
            trained_on = f"{evaluation['overfit']:,} {evaluation['kind']}"
            parts.append(paragraph(f"Trained with --overfit: the {trained_on} are its valid data too."))
        cards = "".join(_card(name, *score) for name, score in scores_of_classes(evaluation).items())
        parts.append(f'<div class="scores">{cards}</div>')
    parts.append(paragraph("In brackets: 95 % interval (Wilson). Top-5: the class is not among the five likeliest."))
    return parts


def confusion_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return what is taken for what, and the error of each class."""
    parts = []
    for evaluation in evaluations.values():
        chart = confusion_matrix(evaluation["confusion"], evaluation["classes"])
        parts += [
            f"<h3>{escape(about_items(evaluation))}</h3>",
            picture(chart, alt="How often each class is taken for each"),
        ]
        rows = [
            (name, f"{each['count']:,}", *share_shown(each))
            for name, each in zip(evaluation["classes"], evaluation["by_class"], strict=True)
            if each is not None
        ]
        parts.append(grid(("class", evaluation["kind"], "error", "95 % interval"), rows))
    return parts or [paragraph("What is taken for what comes with an evaluation.")]


def calibration_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return charts of how often what is thought likely is right."""
    charts = []
    for evaluation in evaluations.values():
        chart = reliability_chart(
            [(each["confidence"], each["right"], each["number"]) for each in evaluation["calibration"]]
        )
        charts.append(
            f"<div><h3>{escape(about_items(evaluation))}</h3>{picture(chart, alt='Right by confidence')}</div>"
        )
    return [side_by_side(charts)] if charts else [paragraph("Calibration comes with an evaluation.")]


def worst_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return what was thought least likely to be of its class: images, or sentences."""
    parts = []
    for evaluation in evaluations.values():
        parts += [f"<h3>{escape(about_items(evaluation))}</h3>", _SHOWN[evaluation["kind"]](evaluation["worst"])]
    return parts or [paragraph("What was thought least likely comes with an evaluation.")]


def _sentences(worst: Sequence[Row]) -> str:
    rows = [
        (each["text"], each["class"], _percent(each["probability_of_class"]), each["taken_for"], each["place"])
        for each in worst
    ]
    return grid(("sentence", "class", "probability", "taken for", "where"), rows)


def _images(worst: Sequence[Row]) -> str:
    return f'<div class="images">{"".join(map(_image, worst))}</div>'


def _image(each: Row) -> str:
    told = f"{each['class']} ({_percent(each['probability_of_class'])}), taken for {each['taken_for']}"
    sure = _percent(each["probability"])
    source = f"data:image/png;base64,{each['png']}"
    return (
        f'<figure title="{escape(each["place"])}"><img src="{escape(source)}" width="96" alt="{escape(each["class"])}">'
        f"<figcaption>{escape(told)} ({sure})</figcaption></figure>"
    )


_SHOWN = {"images": _images, "sentences": _sentences}


def _percent(probability: float) -> str:
    return f"{100 * probability:.1f} %"


def _card(name: str, value: str, interval: str) -> str:
    told = f"[{interval}]" if interval else ""
    return f'<div class="score">{escape(_NAMES.get(name, name))}<b>{value}</b>{told}</div>'
