"""The report of a run: one HTML file with all there is to see, which needs no other file and no network.

A reader follows :func:`write_report` from top to bottom; each part of the page is one function that returns its HTML,
or says in a sentence what is not there yet.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template

from softsearch.files import write_text_atomically
from softsearch.inspection.attention import attention_part, sentences_part
from softsearch.inspection.captions import (
    best_captions_part,
    caption_scores_part,
    pointing_part,
    worst_captions_part,
)
from softsearch.inspection.classification import calibration_part, confusion_part, errors_part, worst_part
from softsearch.inspection.episodes import UNITS_OF_EPISODES, episode_scores_part
from softsearch.inspection.files import Row, newest, read_comparisons, read_evaluations, read_json, read_rows
from softsearch.inspection.html import (
    escape,
    facts,
    listing,
    paragraph,
    picture,
    section,
    sentence,
    side_by_side,
)
from softsearch.inspection.programs import program_scores_part, worst_programs_part
from softsearch.inspection.scores import length_part, scores_part, text_scores_part
from softsearch.pictures import curves
from softsearch.runs import kind_of
from softsearch.times import duration
from softsearch.training.folder import RunFolder

_SECTIONS = {
    "scores": "Scores",
    "training": "Training",
    "length": "By sentence length",
    "attention": "Attention",
    "sentences": "Best and worst sentences",
    "confusion": "What is taken for what",
    "calibration": "Calibration",
    "worst": "Thought least likely",
    "looking": "Where it looks",
    "best_captions": "Best captions",
    "worst_captions": "Worst captions",
    "worst_programs": "Wrong answers",
    "data": "Data",
    "recipe": "Recipe",
    "environment": "Run and environment",
}


def write_report(run: Path) -> Path:
    """Write ``report.html`` into the run folder `run` and return its path.

    The page holds scores with intervals and signatures, comparisons with other runs, training curves, scores by
    sentence length, what attention does, the best and worst sentences with their attention maps and the confidence of
    each word, the data report, the recipe and the environment. What is not there yet, in a run that is still training
    or not evaluated, is replaced by a sentence.

    Raises
    ------
    RunError
        `run` is not a run folder, or a file in it is damaged; the message names the file.
    """
    folder = RunFolder.open(run)
    rows = read_rows(run / "metrics.jsonl")
    evaluations = read_evaluations(run / "evaluations")
    about = {name: fact for name, fact in folder.about.items() if name != "recipe"}  # which has a part of its own
    parts = {
        **_OF_KIND[kind_of(folder)](folder, evaluations),
        "training": _training(folder, rows),
        "data": _data(run / "data-report.json"),
        "recipe": _recipe(run / "recipe.yaml"),
        "environment": [facts(about), *_environment(run / "environment.json")],
    }
    titles = {name: title for name, title in _SECTIONS.items() if name in parts}
    skeleton = resources.files("softsearch.inspection").joinpath("report.html.template").read_text(encoding="utf-8")
    page = Template(skeleton).substitute(
        title=escape(run.resolve().name),
        summary=escape(_summary(folder, rows)),
        navigation=" ".join(f'<a href="#{name}">{title}</a>' for name, title in titles.items()),
        body="\n".join(section(name, title, *parts[name]) for name, title in titles.items()),
    )
    write_text_atomically(run / "report.html", page)
    return run / "report.html"


def _of_text(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    return {"scores": text_scores_part(newest(evaluations, folder.in_use), in_use=folder.in_use)}


def _of_translation(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    newest_ones, comparisons = newest(evaluations, folder.in_use), read_comparisons(folder.path / "evaluations")
    return {
        "scores": scores_part(evaluations, comparisons, in_use=folder.in_use),
        "length": length_part(newest_ones),
        "attention": attention_part(newest_ones),
        "sentences": sentences_part(newest_ones),
    }


def _of_classes(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    newest_ones = newest(evaluations, folder.in_use)
    return {
        "scores": errors_part(newest_ones, in_use=folder.in_use),
        "confusion": confusion_part(newest_ones),
        "calibration": calibration_part(newest_ones),
        "worst": worst_part(newest_ones),
    }


def _of_captions(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    newest_ones = newest(evaluations, folder.in_use)
    return {
        "scores": caption_scores_part(newest_ones, in_use=folder.in_use),
        "looking": pointing_part(newest_ones),
        "best_captions": best_captions_part(newest_ones),
        "worst_captions": worst_captions_part(newest_ones),
    }


def _of_episodes(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    return {"scores": episode_scores_part(newest(evaluations, folder.in_use), in_use=folder.in_use)}


def _of_programs(folder: RunFolder, evaluations: Mapping[str, Row]) -> dict[str, list[str]]:
    newest_ones = newest(evaluations, folder.in_use)
    return {
        "scores": program_scores_part(newest_ones, in_use=folder.in_use),
        "worst_programs": worst_programs_part(newest_ones),
    }


_OF_KIND = {
    "translation": _of_translation,
    "language_model": _of_text,
    "image_classification": _of_classes,
    "sentence_classification": _of_classes,
    "image_captioning": _of_captions,
    "transduction": _of_episodes,
    "execution": _of_programs,
}
"""For each kind of task the parts of the report that are about it."""


def _summary(folder: RunFolder, rows: Sequence[Row]) -> str:
    parts = [f"report written {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M}"]
    if rows:
        parts.insert(0, f"{rows[-1]['step']:,} steps in {duration(rows[-1]['elapsed_s'])}")
    if folder.best is not None:
        parts.insert(1, f"best at step {folder.best:,}")
    return " · ".join(parts)


def _is_trained(folder: RunFolder) -> bool:
    """Whether its recipe, if it has one, says how to train."""
    return folder.about.get("recipe", {"training": True})["training"] is not None


def _training(folder: RunFolder, rows: Sequence[Row]) -> list[str]:
    if not _is_trained(folder):
        return [paragraph("Counted in one pass, not trained.")]
    losses = {
        "training": [(row["step"], row["loss"]) for row in rows if row["kind"] == "train"],
        "validation": [(row["step"], row["loss"]) for row in rows if row["kind"] == "valid"],
    }
    losses = {name: points for name, points in losses.items() if points}
    if not losses:
        return [paragraph("Nothing has been trained yet.")]
    charts = [picture(curves(losses, ylabel=f"loss ({_unit(folder, rows)})"), alt="Loss over the training steps")]
    parts = [side_by_side([*charts, *_quality(rows)])]
    if len(losses) == 2:
        why = "The validation loss is taken without dropout and label smoothing, so it may lie below the training's."
        parts.append(paragraph(why))
    samples = [row for row in rows if row.get("sample")]
    if samples:
        sample = "".join(sentence(name, text) for name, text in samples[-1]["sample"].items())
        parts.append(f"<h3>Seen at step {samples[-1]['step']:,}</h3><dl>{sample}</dl>")
    return parts


def _unit(folder: RunFolder, rows: Sequence[Row]) -> str:
    """Return what the loss is measured in: of episodes it is a mean over what they write, of others over the items."""
    written = folder.about.get("task", {}).get("written")
    items = (name.removesuffix("s_per_s") for row in rows for name in row if name.endswith("s_per_s"))
    return UNITS_OF_EPISODES[written] if written else f"nats per {next(items, 'token')}"


_QUALITY = {
    "bleu": ("validation BLEU, greedy", "BLEU"),
    "cider": ("validation CIDEr-D, greedy", "CIDEr-D"),
    "accuracy": ("validation accuracy", "Accuracy"),
    "bits": ("bits an episode, validation", "Bits an episode"),
}


def _quality(rows: Sequence[Row]) -> list[str]:
    """Return charts of BLEU, CIDEr-D or accuracy over time, which is what compares machines and networks."""
    charts = []
    for name, (label, called) in _QUALITY.items():
        if scored := [(row["elapsed_s"] / 60, row[name]) for row in rows if name in row]:
            chart = curves({"validation": scored}, ylabel=label, xlabel="minutes of training")
            charts.append(picture(chart, alt=f"{called} over the minutes of training"))
    return charts


def _data(path: Path) -> list[str]:
    if not path.exists():
        return [paragraph("There is no data report.")]
    report = read_json(path)
    found = [(split, each) for split, part in report.items() for each in part.pop("findings", {}).values()]
    endless = [split for split, part in report.items() if part.get("kept", 0) is None]
    found.sort(key=lambda finding: finding[1]["level"] != "serious")
    items = [_finding(split, each) for split, each in found]
    listed = f'<ul class="findings">{"".join(items)}</ul>' if items else ""
    drawn = [paragraph(f"{split}: drawn while they are needed, without end.") for split in endless]
    return [listed, *drawn, facts({split: part for split, part in report.items() if split not in endless})]


def _finding(split: str, each: Row) -> str:
    where = "".join(f"<li>{_place(place)}</li>" for place in each["places"])
    head = f"<b>{escape(split)}: {escape(each['title'])}</b>, {each['count']:,} ({100 * each['share']:.2g} %)"
    advice = paragraph(f"{each['level']}; what to do: {each['advice']}")
    return f'<li class="{escape(each["level"])}">{head}{advice}<ul>{where}</ul></li>'


def _place(place: Mapping[str, str]) -> str:
    note = f" ({escape(place['note'])})" if place.get("note") else ""
    return f"<code>{escape(place['where'])}</code> <bdi>{escape(place['text'])}</bdi>{note}"


def _recipe(path: Path) -> list[str]:
    if not path.exists():
        return [paragraph("This network was trained from Python, without a recipe.")]
    return [listing(path.read_text(encoding="utf-8"))]


def _environment(path: Path) -> list[str]:
    return [facts(read_json(path))] if path.exists() else [paragraph("The environment was not recorded.")]
