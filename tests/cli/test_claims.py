from __future__ import annotations

import json

import pytest

from softsearch.claims import framework


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Keep results away from the ones of the project."""
    monkeypatch.setattr(framework.check, "__defaults__", (tmp_path,))
    return tmp_path


def test_the_list_has_every_claim_and_says_which_are_open(command):
    listed = json.loads(command("claims", "list", "--json").out)
    assert [claim["id"] for claim in listed] == [f"C{number}" for number in range(1, 45)]
    assert all(set(claim) == {"id", "statement", "status", "verdict", "figures", "date"} for claim in listed)
    by_id = {claim["id"]: claim for claim in listed}
    assert (by_id["C3"]["status"], by_id["C3"]["verdict"]) == ("measured", "holds")
    assert by_id["C28"] == {**by_id["C28"], "status": "open", "verdict": None, "figures": {}, "date": None}


def test_the_table_shows_verdicts(command):
    ended = command("claims", "list")
    assert ended.code == 0
    assert "holds" in ended.out
    assert "C44" in ended.out


def test_check_measures_prints_and_keeps(command, results):
    ended = command("claims", "check", "c3")
    assert ended.code == 0
    assert ended.out.startswith("C3 holds")
    assert "context change with position bias" in ended.out
    assert {path.name for path in results.iterdir()} == {"C3.json", "C3.png"}
    ended = command("claims", "check", "C3", "--json")
    assert json.loads(ended.out) == json.loads((results / "C3.json").read_text())


@pytest.mark.parametrize(("name", "told"), [("C28", "open"), ("C99", "no such claim"), ("", "no such claim")])
def test_a_claim_that_cannot_be_measured_is_told_apart_from_one_that_does_not_exist(name, told, command):
    ended = command("claims", "check", name)
    assert ended.code == 2
    assert told in ended.err


def test_the_report_is_one_file(command, tmp_path):
    out = tmp_path / "claims.html"
    found = json.loads(command("claims", "report", "--out", out, "--json").out)
    assert "C3" in found["measured"]
    assert out.read_text(encoding="utf-8").count("data:image/png;base64,") == len(found["measured"])
