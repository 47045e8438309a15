from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading

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
    assert "<stdin>:2: the line is not UTF-8 at byte 2" in ended.err


def test_lines_are_whole_wherever_a_pipe_cuts_them(command, fake_runs, monkeypatch, tmp_path):
    pieces = iter(["grü".encode()[:3], "grün".encode()[3:] + b" und", b"\n\nzwei\r", b"\ndrei", b""])

    class Pipe(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            piece = next(pieces)
            buffer[: len(piece)] = piece
            return len(piece)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))
    assert command("predict", tmp_path).out == "GRÜN UND\n\nZWEI\nDREI\n"
    sizes = [asked["num_lines"] for _, asked in fake_runs]
    assert sizes == [2, 1, 1]


def test_lines_that_are_there_are_translated_many_at_a_time(command, fake_runs, typed, tmp_path):
    typed(1500 * b"ein kleiner Satz\n")
    assert command("predict", tmp_path).out.count("\n") == 1500
    assert [asked["num_lines"] for _, asked in fake_runs] == [1024, 476]


CONVERSATION = """
import sys, types, softsearch
from softsearch.cli import app

class Translator:
    def stream(self, lines, *, beam, nbest):
        for line in list(lines):
            yield types.SimpleNamespace(text=line.upper(), num_parts=1)

softsearch.runs = sys.modules["softsearch.runs"] = types.ModuleType("softsearch.runs")
softsearch.runs.load = lambda run: Translator()
sys.exit(app.run(["predict", "run"]))
"""


def test_a_program_that_waits_for_each_answer_gets_it(project):
    options = {"cwd": project, "env": {**os.environ, "PYTHONPATH": "src"}, "encoding": "utf-8", "bufsize": 1}
    command = [sys.executable, "-c", CONVERSATION]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options) as process:
        late = threading.Timer(30, process.kill)
        late.start()
        for line in ("ein Hund\n", "schöne Häuser\n"):
            process.stdin.write(line)
            assert process.stdout.readline() == line.upper()
        process.stdin.close()
        assert process.wait() == 0
        late.cancel()


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


@pytest.mark.parametrize("form", ["text", "jsonl", "pharaoh"])
def test_links_are_refused_before_anything_is_written_where_the_model_has_none(
    form, command, fake_runs, monkeypatch, typed, tmp_path
):
    from softsearch import runs

    monkeypatch.setattr(type(runs.load(tmp_path)), "has_links", False)
    typed(b"\nein Hund\n")
    ended = command("predict", tmp_path, "--format", form)
    if form == "pharaoh":
        assert (ended.code, ended.out) == (2, "")
        assert "no attention" in ended.err
        assert "model.attention.kind=additive" in ended.err
    else:
        assert ended.code == 0


def test_a_line_longer_than_any_trained_on_is_noted(command, fake_runs, typed, tmp_path):
    typed(b"kurz\n" + 21 * b"lange " + b"\n")
    ended = command("predict", tmp_path)
    assert ended.err == "line 2 is longer than any sentence that the model was trained on: translated in 2 parts\n"


def test_at_a_terminal_each_sentence_is_answered_until_the_end_of_input(command, fake_runs, typed, tmp_path):
    typed(b"ein [bold]Hund\n\n", terminal=True)
    ended = command("predict", tmp_path)
    assert ended.code == 0
    assert ended.out == "EIN [BOLD]HUND\n"
    assert "Ctrl-D" in ended.err


def test_at_a_terminal_answers_have_the_format_asked_for(command, fake_runs, typed, tmp_path):
    typed(b"ein Hund\nzwei\n", terminal=True)
    assert command("predict", tmp_path, "--format", "pharaoh").out == "0-0 1-1\n0-0\n"
    typed(b"ein\nzwei\n", terminal=True)
    answers = ["0 ||| EIN ||| -0.5000", "0 ||| ein ||| -1.0000", "1 ||| ZWEI ||| -0.5000", "1 ||| zwei ||| -1.0000"]
    assert command("predict", tmp_path, "--nbest", 2).out.splitlines() == answers


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
