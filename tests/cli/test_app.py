from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time

import pytest

from softsearch.cli import app

ENVIRONMENT = {**os.environ, "PYTHONPATH": "src", "COLUMNS": "100"}


def python(code, project, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=project, env=ENVIRONMENT, capture_output=True, text=True, **options)


def test_help_needs_neither_torch_nor_numpy_nor_the_schema(project):
    code = """
import sys
from softsearch.cli import app
assert app.run(["--help"]) == 0
heavy = {"torch", "numpy", "pydantic", "matplotlib", "sacrebleu", "sentencepiece"} & set(sys.modules)
sys.exit(", ".join(heavy) or 0)
"""
    result = python(code, project)
    assert result.returncode == 0, result.stderr
    for command in ("demo", "new", "train", "resume", "evaluate", "predict", "look", "check", "recipes", "claims"):
        assert command in result.stdout


def test_help_is_there_in_well_under_a_second(project):
    began = time.perf_counter()
    for _ in range(2):
        python("from softsearch.cli import app; app.run(['--help'])", project, check=True)
    assert (time.perf_counter() - began) / 2 < 0.9  # 0.15 s on an idle machine; a test shares it with others


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian", "x"], "No such command 'trian'"),
        (["predict"], "Missing argument 'RUN'"),
        (["predict", "run", "--format", "xml"], "'xml' is not one of"),
        (["resume", "a", "b"], "unexpected extra argument"),
        (["evaluate", "run", "--beam", "0"], "greater than or equal to 1"),
        (["claims", "check"], "Missing argument"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_and_says_what_is_wrong(words, told, command):
    ended = command(*words)
    assert ended.code == 2
    assert told.lower() in ended.err.lower()
    assert ended.out == ""


@pytest.fixture
def failing(monkeypatch):
    def fail_with(error):
        def load(*_arguments, **_options):
            raise error

        monkeypatch.setattr("softsearch.claims.framework.listed", load)

    return fail_with


def test_a_bug_is_one_line_and_exit_code_1(command, failing):
    failing(KeyError("weights"))
    ended = command("claims", "list")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "this is a bug in softsearch: KeyError: 'weights', run again with --debug\n"


@pytest.mark.parametrize("words", [["--debug", "claims", "list"], ["claims", "list", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(words, command, failing):
    failing(KeyError("weights"))
    assert "Traceback" in command(*words).err


def test_a_full_disk_is_no_bug(command, failing):
    failing(OSError(errno.ENOSPC, "No space left on device", "runs/demo/run.json"))
    ended = command("claims", "list")
    assert (ended.code, ended.err) == (2, "runs/demo/run.json: No space left on device\n")


def test_ctrl_c_is_exit_code_130_without_a_word(command, failing):
    failing(KeyboardInterrupt())
    ended = command("claims", "list")
    assert (ended.code, ended.err) == (130, "")


def test_an_exit_code_from_below_is_passed_on(command, failing):
    failing(SystemExit(143))
    assert command("claims", "list").code == 143


@pytest.mark.skipif(os.name == "nt", reason="pipes of a Unix shell")
@pytest.mark.parametrize("reader", ["head -n 1", "true"])
def test_a_reader_that_leaves_ends_the_command_silently(reader, project):
    claims = f"{sys.executable} -m softsearch claims list"
    code = f"(for i in 1 2 3; do {claims} --json; done) | {reader}"
    result = subprocess.run(code, shell=True, cwd=project, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.stderr == ""


def test_a_pipe_that_is_closed_is_no_bug(command, failing):
    failing(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    ended = command("claims", "list")
    assert (ended.code, ended.err) == (141, "")


def test_a_warning_is_one_line_without_code(command, monkeypatch):
    import warnings

    monkeypatch.setattr("softsearch.claims.framework.listed", lambda: warnings.warn("no effect", stacklevel=1) or [])
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert command("claims", "list").err == "warning: no effect\n"


def test_main_leaves_with_the_exit_code(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["softsearch", "no-such-command"])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_whatever_the_locale_results_are_utf_8_with_line_feeds(encoding, project):
    code = """
import sys
from softsearch.cli import app
from softsearch.claims import framework
framework.listed = lambda: [dict.fromkeys(("id", "statement", "status", "verdict", "figures", "date"), "→ ü \\u2028")]
sys.stdout.reconfigure(newline="\\r\\n")
sys.exit(app.run(["claims", "list", "--json"]) or app.run(["check", "no-süch-file"]))
"""
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": encoding}
    result = subprocess.run([sys.executable, "-c", code], cwd=project, env=environment, capture_output=True)
    assert result.returncode == 2, result.stderr
    assert json.loads(result.stdout.decode("utf-8"))[0]["id"] == "→ ü \u2028"
    assert b"\r" not in result.stdout
    assert "no-süch-file" in result.stderr.decode("utf-8")
