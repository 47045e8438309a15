from __future__ import annotations

import json

import pytest

from softsearch.errors import RunError


def test_json_is_one_object_with_metrics_and_lengths_and_nothing_else_on_stdout(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path, "--on", "test", "--beam", 3, "--json")
    evaluation = json.loads(ended.out)
    assert set(evaluation["metrics"]["bleu"]) == {"value", "low", "high", "signature"}
    assert evaluation["by_length"][0]["count"] == 7
    assert "report" in ended.err
    assert fake_runs == [("evaluate", {"run": tmp_path, "on": "test", "beam": 3})]


def test_scores_are_printed_with_interval_and_signature(command, fake_runs, tmp_path):
    ended = command("evaluate", tmp_path)
    assert ended.code == 0
    assert "12 sentences of test" in ended.out
    for part in ("bleu", "chrf", "91.25", "90.00 to 92.50", "nrefs:1|case:mixed", "1 to 10", "0.042", "0.040 to 0.045"):
        assert part in ended.out


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
