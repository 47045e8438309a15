"""The lines that predict works on: of files, of a pipe as they arrive, of a person who types."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading

import pytest


@pytest.fixture
def piped(monkeypatch):
    """Put pieces on standard input that arrive one after the other."""

    def put(*pieces: bytes):
        waiting = iter((*pieces, b""))

        class Pipe(io.RawIOBase):
            def readable(self):
                return True

            def readinto(self, buffer):
                piece = next(waiting)
                buffer[: len(piece)] = piece
                return len(piece)

        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))

    return put


@pytest.mark.parametrize("words", [[], ["-"]])
def test_standard_input_is_read_by_line_feeds_only(words, command, fake_runs, typed, tmp_path):
    typed("\ufeffein Hund\r\nzwei\u2028Katzen\nohne Ende".encode())
    ended = command("predict", tmp_path, *words)
    assert ended.out == "EIN HUND\nZWEI\u2028KATZEN\nOHNE ENDE\n"


@pytest.mark.parametrize("words", [[], ["-"]])
def test_a_standard_input_that_is_closed_is_told(words, command, fake_runs, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", None)
    ended = command("predict", tmp_path, *words)
    assert (ended.code, ended.err) == (2, "standard input is closed\n  fix: give a file\n")


def test_standard_input_that_is_not_utf_8_names_the_line(command, fake_runs, typed, tmp_path):
    typed(b"gut\nM\xe4dchen\n")
    ended = command("predict", tmp_path)
    assert ended.code == 2
    assert ended.out == "GUT\n"
    assert "<stdin>:2: the line is not UTF-8 at byte 2" in ended.err


def test_lines_are_whole_wherever_a_pipe_cuts_them(command, fake_runs, piped, tmp_path):
    piped("grü".encode()[:3], "grün".encode()[3:] + b" und", b"\n\nzwei\r", b"\ndrei")
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
from softsearch.decoding.settings import Search

class Translator:
    search = Search(beam=5, length_penalty=1.0, max_ratio=2.0)

    def stream(self, lines, **asked):
        for line in list(lines):
            yield types.SimpleNamespace(text=line.upper(), num_parts=1, unreplaced="", alternatives=[])

softsearch.runs = sys.modules["softsearch.runs"] = types.ModuleType("softsearch.runs")
softsearch.runs.load = lambda run: Translator()
softsearch.runs.kind_of = lambda run: "translation"
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


def test_lines_are_numbered_on_over_all_of_standard_input(command, fake_runs, piped, tmp_path):
    piped(b"eins\nzwei\n", b"drei\n")
    command("predict", tmp_path, "--sample")
    assert [asked["first"] for _, asked in fake_runs] == [0, 2]


@pytest.mark.parametrize(
    ("content", "told"),
    [("a\tb\nc\n", "pairs.tsv:2: the line has 1 column"), (None, "no such file"), ("a\tb\n\xff", "not UTF-8")],
)
def test_what_cannot_be_scored_is_named(content, told, command, fake_runs, tmp_path):
    table = tmp_path / "pairs.tsv"
    if content is not None:
        table.write_bytes(content.encode("latin-1"))
    ended = command("predict", tmp_path, "--score", table)
    assert ended.code == 2
    assert told in ended.err


def test_two_files_to_score_must_have_as_many_lines(command, fake_runs, tmp_path):
    source, target = tmp_path / "a.de", tmp_path / "a.en"
    source.write_text("eins\nzwei\n")
    target.write_text("one\n")
    ended = command("predict", tmp_path, source, "--score", target)
    assert ended.code == 2
    assert "a.en:2" in ended.err
    assert "differ in length" in ended.err
