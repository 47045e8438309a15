from __future__ import annotations

import json


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
