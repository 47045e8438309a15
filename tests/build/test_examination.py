"""The doctor's findings on a recipe's data, kept in the report; and what the recipe's filter leaves out."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from softsearch.build.corpus import build_corpus
from softsearch.build.examination import Examination, Examined
from softsearch.build.preparation import materialise
from softsearch.data.pairs.pair import PairReport
from softsearch.recipes import load_recipe, schema

ROWS = [f"dies ist Satz {number}\tthis is sentence {number}\n" for number in range(40)]


def files(folder: Path, **fields: Any) -> schema.Files:
    fields = {"kind": "files", "folder": str(folder), "source": "de", "target": "en", "valid": 5, **fields}
    return schema.Files.model_validate({"train": {"pairs": "train.tsv"}, **fields})


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with train.tsv, and test.tsv of which the first pair is trained on."""
    (tmp_path / "train.tsv").write_text("".join(ROWS))
    (tmp_path / "test.tsv").write_text(f"{ROWS[7]}etwas Neues\tsomething new\n")
    return tmp_path


def examine(data: schema.Files) -> dict[str, Examined]:
    corpus = build_corpus(data, seed=1)
    examination = Examination(data, corpus)
    for place, portion in enumerate(corpus.train):
        pairs = list(portion.read(PairReport()))
        assert list(examination.watch(iter(pairs), corpus=place)) == pairs
    return examination.found()


def examined(data: schema.Files) -> dict[str, list[str]]:
    return {split: [finding.kind for finding in each.findings] for split, each in examine(data).items()}


def test_each_split_has_its_findings(folder):
    (folder / "train.tsv").write_text("".join([*ROWS, "ein <b>Hund\ta dog\n"]))
    (folder / "valid.tsv").write_text("ein Hund\ta do\ufffd\n")
    data = files(folder, valid={"pairs": "valid.tsv"}, test={"pairs": "test.tsv"})
    assert examined(data) == {"train": ["markup"], "valid": ["replacement"], "test": ["overlap"]}


def test_what_is_split_off_is_not_trained_on(folder):
    assert examined(files(folder)) == {"train": [], "valid": []}


def test_several_corpora_are_examined_one_by_one_and_told_together(folder):
    for language, word in (("de", "Hund"), ("en", "dog")):
        (folder / f"more.{language}").write_text(f"{word} &lt;\n{word} &gt;\n")
    (folder / "train.tsv").write_text("".join([*ROWS, "eine &lt;\tone\n"]))
    several = [{"pairs": "train.tsv"}, {"source": "more.de", "target": "more.en", "weight": 2.0}]
    data = files(folder, train=several, test={"pairs": "test.tsv"}, valid={"pairs": "test.tsv"})
    found = examine(data)
    (markup,) = found["train"].findings
    assert [place.where for place in markup.places] == [
        "train.tsv:41",
        "more.de:1",
        "more.en:1",
        "more.de:2",
        "more.en:2",
    ]
    assert markup.share == 5 / 43
    assert [place.note for place in found["test"].findings[0].places] == ["train.tsv:8"]


RECIPE = """\
data: {kind: files, source: de, target: en, train: {pairs: train.tsv}, valid: 5, test: {pairs: test.tsv}}
tokenizer: {kind: words}
training: {max_steps: 300}
"""


def test_the_report_of_a_run_keeps_the_findings_and_the_worst_are_warned_of(folder):
    (folder / "own.yaml").write_text(RECIPE)
    recipe = load_recipe(folder / "own.yaml")
    with pytest.warns(UserWarning, match=r"test: test.tsv:1: .* \(1 pair\).*softsearch check .*own.yaml"):
        report = materialise(recipe, folder / "data", overfit=None).report
    assert (report["train"]["findings"], report["train"]["examined"], report["test"]["examined"]) == ({}, 35, 2)
    assert report["test"]["findings"]["overlap"]["places"][0]["note"] == "train.tsv:8"
    assert json.loads(json.dumps(report)) == report


def test_learning_by_heart_is_not_warned_of(folder):
    (folder / "own.yaml").write_text(RECIPE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        materialise(load_recipe(folder / "own.yaml"), folder / "data", overfit=4)


BAD = {
    "duplicates": (ROWS[3], "duplicate"),
    "overlap": (ROWS[7], "overlap"),
    "copies": ("das ist kein Deutsch\tdas ist kein Deutsch\n", "copy"),
    "script": ("это хорошо\tthis is good\n", "script"),
    "language": ("sentence this is\tSatz dies ist\n", "swapped"),
    "damaged": ("ein sch\ufffdner Hund\ta dog\n", "replacement"),
    "markup": ("ein <b>Hund</b>\ta dog\n", "markup"),
    "max_length_ratio": ("Ja.\tThis goes on and on and on, and is no translation of a word.\n", "unequal"),
}


@pytest.mark.parametrize("field", BAD)
def test_each_field_of_the_filter_leaves_out_its_pairs_and_counts_them(field, folder):
    rows = ROWS if field == "overlap" else [*ROWS, *(row for row, _ in BAD.values())]
    (folder / "train.tsv").write_text("".join(rows))
    wanted = {field: 3 if field == "max_length_ratio" else True}
    corpus = build_corpus(files(folder, test={"pairs": "test.tsv"}, filter=wanted), seed=1)
    report = PairReport()
    pairs = [pair for portion in corpus.train for pair in portion.read(report)]
    row, kind = BAD[field]
    assert row.rstrip("\n") not in [f"{pair.source}\t{pair.target}" for pair in pairs if field != "duplicates"]
    assert report.filtered[kind] >= 1
    assert set(report.filtered) == {kind}
    assert report.kept == len(pairs) == len(rows) - 5 - report.filtered[kind]


def test_without_a_filter_nothing_is_left_out(folder):
    (folder / "train.tsv").write_text("".join([*ROWS, *(row for row, _ in BAD.values())]))
    corpus = build_corpus(files(folder, valid={"pairs": "test.tsv"}), seed=1)
    report = PairReport()
    assert len(list(corpus.train[0].read(report))) == len(ROWS) + len(BAD) == report.kept
    assert report.filtered == {}
