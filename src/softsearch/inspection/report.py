"""The report of a run: one HTML file with all there is to see, which needs no other file and no network.

A reader follows :func:`write_report` from top to bottom; each part of the page is one function that returns its HTML,
or says in a sentence what is not there yet.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from softsearch.errors import RunError
from softsearch.files import write_text_atomically
from softsearch.inspection.html import escape, facts, listing, paragraph, picture, section, sentence, side_by_side
from softsearch.pictures import attention_map, curves, length_chart
from softsearch.training.display import duration
from softsearch.training.folder import RunFolder

_METRIC_NAMES = {"bleu": "BLEU", "chrf": "chrF", "aer": "Alignment error rate"}
_SECTIONS = {
    "scores": "Scores",
    "training": "Training",
    "length": "By sentence length",
    "sentences": "Best and worst sentences",
    "data": "Data",
    "recipe": "Recipe",
    "environment": "Run and environment",
}

_EVALUATION_KEYS = ("date", "metrics", "by_length", "sentences", "num_sentences", "decoding")

Row = Mapping[str, Any]


def write_report(run: Path) -> Path:
    """Write ``report.html`` into the run folder `run` and return its path.

    The page holds scores with intervals and signatures, training curves, scores by sentence length, the best and worst
    sentences with their attention maps, the data report, the recipe and the environment. What is not there yet, in a
    run that is still training or not evaluated, is replaced by a sentence.

    Raises
    ------
    RunError
        `run` is not a run folder, or a file in it is damaged; the message names the file.
    """
    folder = RunFolder.open(run)
    rows = _read_rows(run / "metrics.jsonl")
    evaluations = read_evaluations(run / "evaluations")
    parts = {
        "scores": _scores(evaluations),
        "training": _training(rows),
        "length": _length(evaluations),
        "sentences": _sentences(evaluations),
        "data": _file_facts(run / "data-report.json", "There is no data report."),
        "recipe": _recipe(run / "recipe.yaml"),
        "environment": [
            facts(folder.about),
            *_file_facts(run / "environment.json", "The environment was not recorded."),
        ],
    }
    skeleton = resources.files("softsearch.inspection").joinpath("report.html.template").read_text(encoding="utf-8")
    page = Template(skeleton).substitute(
        title=escape(run.resolve().name),
        summary=escape(_summary(folder, rows)),
        navigation=" ".join(f'<a href="#{name}">{title}</a>' for name, title in _SECTIONS.items()),
        body="\n".join(section(name, title, *parts[name]) for name, title in _SECTIONS.items()),
    )
    write_text_atomically(run / "report.html", page)
    return run / "report.html"


def _summary(folder: RunFolder, rows: Sequence[Row]) -> str:
    parts = [f"report written {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M}"]
    if rows:
        parts.insert(0, f"{rows[-1]['step']:,} steps in {duration(rows[-1]['elapsed_s'])}")
    if folder.best is not None:
        parts.insert(1, f"best at step {folder.best:,}")
    return " · ".join(parts)


def _scores(evaluations: Mapping[str, Row]) -> list[str]:
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for name, evaluation in evaluations.items():
        decoding = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in evaluation["decoding"].items())
        parts.append(f"<h3>On {escape(name)}</h3>")
        parts.append(paragraph(f"{evaluation['num_sentences']:,} sentences, {decoding}, {evaluation['date']}"))
        cards = "".join(_score_card(metric, score) for metric, score in evaluation["metrics"].items())
        parts.append(f'<div class="scores">{cards}</div>')
    return [*parts, paragraph("In brackets: 95 % interval, from resampling the sentences (bootstrap).")]


def _score_card(metric: str, score: Row) -> str:
    digits = 3 if metric == "aer" else 1
    value, low, high = (f"{score[key]:.{digits}f}" for key in ("value", "low", "high"))
    remark = ", 0 is best" if metric == "aer" else ""
    return (
        f'<div class="score">{escape(_METRIC_NAMES.get(metric, metric))}<b>{value}</b>'
        f"[{low} – {high}]{remark}<code>{escape(score['signature'])}</code></div>"
    )


def _training(rows: Sequence[Row]) -> list[str]:
    losses = {
        "training": [(row["step"], row["loss"]) for row in rows if row["kind"] == "train"],
        "validation": [(row["step"], row["loss"]) for row in rows if row["kind"] == "valid"],
    }
    losses = {name: points for name, points in losses.items() if points}
    if not losses:
        return [paragraph("Nothing has been trained yet.")]
    charts = [picture(curves(losses, ylabel="loss (nats per token)"), alt="Loss over the training steps")]
    bleu = [(row["step"], row["bleu"]) for row in rows if "bleu" in row]
    if bleu:
        charts.append(
            picture(curves({"validation": bleu}, ylabel="validation BLEU"), alt="BLEU over the training steps")
        )
    parts = [side_by_side(charts)]
    if len(losses) == 2:
        why = "The validation loss is lower because it is taken without dropout and label smoothing."
        parts.append(paragraph(why))
    samples = [row for row in rows if row.get("sample")]
    if samples:
        sample = "".join(sentence(name, text) for name, text in samples[-1]["sample"].items())
        parts.append(f"<h3>A sentence at step {samples[-1]['step']:,}</h3><dl>{sample}</dl>")
    return parts


def _length(evaluations: Mapping[str, Row]) -> list[str]:
    charts = []
    for name, evaluation in evaluations.items():
        buckets = [
            (bucket["low"], bucket["high"], bucket["count"], *(bucket["bleu"][key] for key in ("value", "low", "high")))
            for bucket in evaluation["by_length"]
        ]
        if buckets:
            charts.append(picture(length_chart({name: buckets}, title=f"On {name}"), alt=f"BLEU by length on {name}"))
    return [side_by_side(charts)] if charts else [paragraph("Scores by length come with an evaluation.")]


def _sentences(evaluations: Mapping[str, Row]) -> list[str]:
    scored = {name: evaluation["sentences"] for name, evaluation in evaluations.items() if evaluation["sentences"]}
    if not scored:
        return [paragraph("Sentences come with an evaluation.")]
    name, sentences = next(iter(scored.items()))
    ordered = sorted(sentences, key=lambda entry: -entry["score"])
    half = (len(ordered) + 1) // 2
    best, worst = ordered[:half], ordered[half:][::-1]
    parts = [paragraph(f"Of {name}, by the chrF of each sentence. Darker: looked at more.")]
    for title, chosen in (("Best", best), ("Worst", worst)):
        parts += [f"<h3>{title}</h3>" if chosen else "", *(_sentence(entry) for entry in chosen)]
    return parts


def _sentence(entry: Row) -> str:
    lines = "".join(sentence(name, entry[name]) for name in ("source", "reference", "translation"))
    return f'<article><p class="mark">chrF {entry["score"]:.1f}</p><dl>{lines}</dl>{_map(entry)}</article>'


def _map(entry: Row) -> str:
    if not (entry["weights"] and entry["source_pieces"]):
        return paragraph("No attention to show.")
    gold = [(source, target) for source, target in entry["gold"]] if entry["gold"] else None
    figure = attention_map(entry["source_pieces"], entry["target_pieces"], np.array(entry["weights"]), gold=gold)
    return picture(figure, alt=f"Attention: {entry['source']} to {entry['translation']}", wide=True)


def _recipe(path: Path) -> list[str]:
    if not path.exists():
        return [paragraph("This network was trained from Python, without a recipe.")]
    return [listing(path.read_text(encoding="utf-8"))]


def _file_facts(path: Path, missing: str) -> list[str]:
    return [facts(_read_json(path))] if path.exists() else [paragraph(missing)]


def read_evaluations(folder: Path) -> dict[str, Row]:
    """Return the evaluations in a folder by name: the test set, then the validation set, then the others by name.

    Raises
    ------
    RunError
        A file is damaged; the message names it.
    """
    first = {"test": 0, "valid": 1}
    paths = sorted(folder.glob("*.json"), key=lambda path: (first.get(path.stem, 2), path.stem))
    return {path.stem: _read_json(path, required=_EVALUATION_KEYS) for path in paths}


def _read_json(path: Path, required: Collection[str] = ()) -> dict[str, Any]:
    fix = "delete the file and have softsearch write it again"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"damaged or cut short: {error}", path=path, fix=fix) from error
    if not isinstance(content, dict) or not content.keys() >= set(required):
        raise RunError("damaged: not the object that softsearch writes", path=path, allowed=required or None, fix=fix)
    return content


def _read_rows(path: Path) -> list[Row]:
    """The rows of the journal; the last line is left out while a running training is still writing it."""
    if not path.exists():
        return []
    rows = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise RunError(f"damaged: {error}", path=path, line=number, fix="delete this line") from error
    return rows
