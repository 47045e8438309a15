from __future__ import annotations

import json
from pathlib import Path

import pytest

from softsearch.errors import RunError


def test_json_is_one_object_with_metrics_and_lengths_and_nothing_else_on_stdout(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path, "--on", "test", "--beam", 3, "--json")
    evaluation = json.loads(ended.out)
    assert set(evaluation["metrics"]["bleu"]) == {"value", "low", "high", "signature"}
    assert evaluation["by_length"][0]["count"] == 7
    assert "report" in ended.err
    nothing = {"gold": None, "gold_format": None, "with_ter": False, "members": (), "flips": False}
    assert fake_runs == [("evaluate", {"run": tmp_path, "on": "test", "beam": 3, **nothing})]


def test_every_option_reaches_the_evaluation(command, fake_runs, tmp_path):
    options = ["--gold", "links.txt", "--gold-format", "pharaoh", "--with", "other", "--ter", "--flips"]
    assert command("evaluate", tmp_path, *options).code == 0
    asked = {
        "gold": Path("links.txt"),
        "gold_format": "pharaoh",
        "members": [Path("other")],
        "with_ter": True,
        "flips": True,
    }
    assert fake_runs == [("evaluate", {"run": tmp_path, "on": None, "beam": None, **asked})]


def test_several_runs_are_compared_with_the_first(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path / "one", tmp_path / "two", "--on", "test")
    assert ended.code == 0, ended.err
    for part in ("one:", "two:", "against one", "+1.25", "-0.50 to +2.75", "0.0123", "0.0456"):
        assert part in ended.out
    assert ended.err.count("report:") == 2
    asked = {"on": "test", "gold": None, "gold_format": None, "beam": None, "with_ter": False}
    assert fake_runs == [("compare", {"runs": [tmp_path / "one", tmp_path / "two"], **asked})]


def test_json_of_several_runs_holds_systems_and_comparisons(command, fake_runs, tmp_path):
    found = json.loads(command("evaluate", tmp_path / "one", tmp_path / "two", "--json").out)
    assert [system["name"] for system in found["systems"]] == ["one", "two"]
    assert found["comparisons"][0]["value"] == 1.25


def test_an_ensemble_is_not_compared(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path / "one", tmp_path / "two", "--with", tmp_path / "three")
    assert ended.code == 2
    assert "--with goes with one run" in ended.err
    assert fake_runs == []


def test_unknown_words_and_attention_are_told_where_they_are_known(command, fake_runs, monkeypatch, tmp_path):
    from softsearch import runs

    score = {"value": 12.345, "low": 11.0, "high": 13.0, "signature": "x"}
    more = {
        "unknown": {"num_known": 7, "num_written": 3, "bleu_known": score, "bleu_unreplaced": score},
        "attention": {
            "effective_words": {"mean": 1.5, "median": 1.25, "of": 9.0},
            "crossing": {"gold": 0.25, "predicted": 0.125, "recall": 0.5},
            "tags": {"overall": {"match": 0.75, "chance": 0.1}},
        },
    }
    evaluation = {**runs.evaluate(tmp_path), **more}
    monkeypatch.setattr("softsearch.runs.evaluate", lambda run, **_: evaluation)
    out = command("evaluate", tmp_path).out
    for part in (
        "7 of 12 pairs without",
        "written in 3 sentences",
        "12.35",
        "1.50 of 9.0",
        "25.0 %",
        "75.0 %",
        "10.0 %",
    ):
        assert part in out
    assert ", replaced" not in out


def test_scores_are_printed_with_interval_and_signature(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path)
    assert ended.code == 0
    assert "12 sentences of test" in ended.out
    for part in ("bleu", "chrf", "91.25", "90.00 to 92.50", "nrefs:1|case:mixed", "1 to 10", "0.042", "0.040 to 0.045"):
        assert part in ended.out


def test_hardly_any_sentences_of_a_length_have_no_interval(command, fake_runs, monkeypatch, tmp_path):
    from softsearch import runs

    evaluation = runs.evaluate(tmp_path)
    few, enough = ({**evaluation["by_length"][0], "high": high, "count": count} for high, count in ((10, 4), (20, 5)))
    monkeypatch.setattr("softsearch.runs.evaluate", lambda run, **_: {**evaluation, "by_length": [few, enough]})
    lines = [line.split() for line in command("evaluate", tmp_path).out.splitlines()]
    assert ["1", "to", "10", "4", "91.25", "–"] in lines
    assert ["1", "to", "20", "5", "91.25", "90.00", "to", "92.50"] in lines


def test_scores_of_pairs_that_were_trained_on_are_called_so(command, fake_runs, monkeypatch, tmp_path):
    from softsearch import runs

    evaluation = runs.evaluate(tmp_path, on_progress=lambda count: None)
    assert "trained on" not in command("evaluate", tmp_path).out
    monkeypatch.setattr("softsearch.runs.evaluate", lambda run, **_: {**evaluation, "data": "valid", "overfit": 4})
    assert "the 4 pairs trained on are its valid data too" in command("evaluate", tmp_path).out


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize(
    "error", [RunError("damaged", path="run.json"), OSError(30, "Read-only file system", "report")]
)
def test_scores_are_told_even_if_neither_they_nor_the_report_can_be_kept(
    error, as_json, command, fake_runs, monkeypatch, tmp_path
):
    def write_report(run):
        raise error

    monkeypatch.setattr("softsearch.inspection.report.write_report", write_report)
    ended = command("evaluate", tmp_path, *as_json)
    assert ended.code == 0, ended.err
    assert "91.25" in ended.out
    assert "report: left as it was" in ended.err


def test_a_report_that_cannot_be_written_though_the_scores_were_is_a_mistake(command, fake_runs, monkeypatch, tmp_path):
    def write_report(run):
        raise RunError("damaged", path=run / "metrics.jsonl")

    command("resume", tmp_path / "run")  # keeps the same evaluation
    monkeypatch.setattr("softsearch.inspection.report.write_report", write_report)
    ended = command("evaluate", tmp_path / "run")
    assert ended.code == 2
    assert "91.25" in ended.out
    assert "metrics.jsonl: damaged" in ended.err


def test_two_files_given_as_two_words_are_told_to_be_one(command, fake_runs, tmp_path):
    (tmp_path / "a.en").write_text("a\n")
    ended = command("evaluate", tmp_path, "--on", "a.de", tmp_path / "a.en")
    assert ended.code == 2
    assert f"--on a.de,{tmp_path / 'a.en'}" in ended.err
