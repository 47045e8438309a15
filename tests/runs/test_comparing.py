"""Runs are compared on the same pairs, scored together as an ensemble, and by the gold links of other people."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from softsearch import runs
from softsearch.errors import DataError, RunError
from softsearch.training.folder import RunFolder

TRAINED = Path(__file__).parents[1] / "formats" / "format-1"
LINES = 6


@pytest.fixture
def two(tmp_path) -> list[Path]:
    """Two copies of one run, whose own test pairs are few."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        shutil.copytree(TRAINED, folder)
    return folders


@pytest.fixture
def some(tmp_path) -> Path:
    lines = (TRAINED / "data" / "valid.tsv").read_text().splitlines()[:LINES]
    path = tmp_path / "some.txt"
    path.write_text("".join(" ||| ".join(line.split("\t")[:2]) + "\n" for line in lines))
    return path


def test_a_run_does_not_differ_from_its_copy_and_both_keep_the_comparison(two, some):
    seen: list[int] = []
    found = runs.compare(two, on=some, beam=1, on_progress=seen.append)
    assert seen == list(range(1, 2 * LINES + 1))
    assert [system["name"] for system in found["systems"]] == ["one", "two"]
    assert {each["metric"] for each in found["comparisons"]} >= {"bleu", "chrf"}
    for each in found["comparisons"]:
        assert (each["system"], each["baseline"], each["value"], each["p_bootstrap"]) == ("two", "one", 0.0, 1.0)
    for folder in two:
        (kept,) = (folder / "evaluations" / "comparisons").glob("some-*.json")
        assert json.loads(kept.read_text())["comparisons"] == found["comparisons"]
        assert len(list((folder / "evaluations").glob("some-*.json"))) == 1


def test_comparisons_with_two_runs_on_the_same_pairs_are_both_kept(two, some, tmp_path):
    shutil.copytree(TRAINED, tmp_path / "three")
    for other in ("two", "three", "two"):
        runs.compare([two[0], tmp_path / other], on=some, beam=1)
    kept = (two[0] / "evaluations" / "comparisons").glob("*.json")
    found = [json.loads(path.read_text()) for path in kept]
    assert sorted(each["systems"] for each in found) == [["one", "three"], ["one", "two"]]
    assert {(each["data"], *each["steps"]) for each in found} == {(str(some), 700)}


def test_a_run_is_not_compared_with_itself(two, some):
    with pytest.raises(RunError, match="given twice"):
        runs.compare([two[0], two[1], two[0].parent / "two" / ".." / "one"], on=some)
    assert not (two[0] / "evaluations").exists()


def test_where_one_run_ignores_case_all_are_compared_without_it(two, some):
    second = RunFolder.open(two[1])
    second.update(task={**second.about["task"], "lowercase": True})
    found = runs.compare(two, on=some, beam=1)
    assert "bleu_lowercase" in found["systems"][0]["metrics"]
    signatures = {each["metric"]: each["signature"] for each in found["comparisons"]}
    assert "case:lc" in signatures["bleu"]
    assert "bleu_lowercase" not in signatures


def test_runs_with_pairs_of_their_own_are_not_compared_on_them(two):
    RunFolder.open(two[1]).release("data/valid.tsv")
    (two[1] / "data" / "valid.tsv").write_text("ein anderer Satz\tanother sentence\n")
    with pytest.raises(RunError, match="its own pairs are not those of"):
        runs.compare(two, on="valid")


def test_a_run_that_writes_together_with_its_copy_scores_as_alone(two, some):
    alone = runs.evaluate(two[0], on=some, beam=2)
    both = runs.evaluate(two[0], on=some, beam=2, members=[two[1]])
    assert both["metrics"] == alone["metrics"]
    assert (both["data"], both["members"]) == (str(some), ["two"])
    assert len(list((two[0] / "evaluations").glob("some-*-with-two-beam2.json"))) == 1


@pytest.mark.parametrize(("gold_format", "first"), [(None, 0), ("naacl", 1), ("pharaoh", 0)])
def test_gold_links_of_a_file_are_scored(two, some, tmp_path, gold_format, first):
    gold = tmp_path / "gold.txt"
    gold.write_text(f"{first}-{first}\n" * LINES)
    found = runs.evaluate(two[0], on=some, gold=gold, gold_format=gold_format, beam=1)
    assert {"aer", "link_precision", "link_recall"} <= set(found["metrics"])
    crossing = found["attention"]["crossing"]
    assert (crossing["gold"], crossing["recall"]) == (0.0, 1.0)
    assert found["data"] != runs.evaluate(two[0], on=some, beam=1)["data"]


def test_a_gold_file_of_another_length_is_refused(two, some, tmp_path):
    gold = tmp_path / "gold.txt"
    gold.write_text("0-0\n")
    with pytest.raises(DataError, match=rf"has 1 lines for {LINES}"):
        runs.evaluate(two[0], on=some, gold=gold)


def test_a_format_of_no_links_is_warned_of(two, some):
    with pytest.warns(UserWarning, match="--gold-format has no effect"):
        runs.evaluate(two[0], on=some, gold_format="naacl", beam=1)


@pytest.mark.slow
@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="needs the corpora that SOFTSEARCH_DATA names")
def test_a_published_corpus_of_gold_links_is_scored(two):
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "word_alignment"
    found = runs.evaluate(two[0], on=folder / "deen.src-tgt.gz", gold=folder / "deen.gold.gz", beam=1)
    assert found["num_sentences"] == 100
    assert 0 < found["metrics"]["aer"]["value"] < 1


def test_gold_links_without_effect_are_warned_of(two, some, tmp_path, monkeypatch):
    gold = tmp_path / "gold.txt"
    gold.write_text("0-0\n" * LINES)
    monkeypatch.setattr(
        "softsearch.runs.translation_scoring.Translator.score", lambda self, sources, targets: [None] * LINES
    )
    with pytest.warns(UserWarning, match="gold.txt: has no effect: the model looks at no word in particular"):
        runs.evaluate(two[0], on=some, gold=gold, beam=1)


def test_runs_whose_folders_are_called_alike_are_told_apart_by_their_paths(two, some, tmp_path):
    twin = shutil.copytree(two[0], tmp_path / "elsewhere" / "one")
    found = runs.compare([two[0], twin], on=some, beam=1)
    assert [system["name"] for system in found["systems"]] == [str(two[0]), str(twin)]
