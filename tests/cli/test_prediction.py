from __future__ import annotations

import io
import json
import sys

import pytest


@pytest.fixture
def typed(monkeypatch):
    """Put bytes on standard input."""

    def put(content: bytes, *, terminal: bool = False):
        stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
        monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
        monkeypatch.setattr(sys, "stdin", stream)

    return put


def test_each_line_of_each_file_gives_one_line_in_the_same_order(command, fake_runs, tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("ein Hund\n\neine Katze\n")
    second.write_text("zwei\n")
    ended = command("predict", tmp_path, first, second)
    assert (ended.code, ended.out) == (0, "EIN HUND\n\nEINE KATZE\nZWEI\n")


@pytest.mark.parametrize("words", [[], ["-"]])
def test_standard_input_is_read_by_line_feeds_only(words, command, fake_runs, typed, tmp_path):
    typed("\ufeffein Hund\r\nzwei\u2028Katzen\nohne Ende".encode())
    ended = command("predict", tmp_path, *words)
    assert ended.out == "EIN HUND\nZWEI\u2028KATZEN\nOHNE ENDE\n"


def test_standard_input_that_is_not_utf_8_names_the_line(command, fake_runs, typed, tmp_path):
    typed(b"gut\nM\xe4dchen\n")
    ended = command("predict", tmp_path)
    assert ended.code == 2
    assert ended.out == "GUT\n"
    assert "<stdin>:2: is not UTF-8" in ended.err


def test_json_lines_hold_score_and_alignment(command, fake_runs, typed, tmp_path):
    typed("schöne Häuser\n\n".encode())
    rows = [json.loads(line) for line in command("predict", tmp_path, "--format", "jsonl").out.splitlines()]
    assert [row["translation"] for row in rows] == ["SCHÖNE HÄUSER", ""]
    assert {"source", "translation", "score", "alignment"} <= set(rows[0])


def test_pharaoh_links_are_written_one_line_per_sentence(command, fake_runs, typed, tmp_path):
    typed(b"ein Hund\n\nzwei\n")
    assert command("predict", tmp_path, "--format", "pharaoh").out == "0-0 1-1\n\n0-0\n"


def test_several_translations_are_numbered_and_scored(command, fake_runs, typed, tmp_path):
    typed(b"Eins\nZwei\n")
    lines = command("predict", tmp_path, "--nbest", 2).out.splitlines()
    assert lines == [
        "0 ||| EINS ||| -0.5000",
        "0 ||| eins ||| -1.0000",
        "1 ||| ZWEI ||| -0.5000",
        "1 ||| zwei ||| -1.0000",
    ]


def test_links_of_several_translations_are_refused(command, fake_runs, tmp_path):
    ended = command("predict", tmp_path, "--nbest", 2, "--format", "pharaoh")
    assert ended.code == 2
    assert "jsonl" in ended.err


def test_at_a_terminal_each_sentence_is_answered_until_the_end_of_input(command, fake_runs, typed, tmp_path):
    typed(b"ein [bold]Hund\n\n", terminal=True)
    ended = command("predict", tmp_path)
    assert ended.code == 0
    assert "EIN [BOLD]HUND" in ended.out
    assert "Ctrl-D" in ended.out


def test_a_missing_file_is_named_before_anything_is_translated(command, fake_runs, tmp_path):
    there = tmp_path / "input.txt"
    there.write_text("ein Hund\n")
    ended = command("predict", tmp_path, there, tmp_path / "inputs.txt")
    assert (ended.code, ended.out) == (2, "")
    assert "inputs.txt" in ended.err
    assert f"did you mean: {there}" in ended.err


def test_a_missing_run_is_named(command, fake_runs, typed, tmp_path):
    typed(b"")
    ended = command("predict", tmp_path / "no-run")
    assert ended.code == 2
    assert "no such run folder" in ended.err
