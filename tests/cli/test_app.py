from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time

import pytest

import softsearch

ENVIRONMENT = {**os.environ, "PYTHONPATH": "src", "COLUMNS": "100"}

COMMANDS = ["demo", "new", "train", "resume", "evaluate", "predict", "look", "export", "check", "recipes", "claims"]


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
    for command in COMMANDS:
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
        (["predict", "run", "--format", "xml"], "value: 'xml'\n  allowed: text, jsonl, pharaoh\n"),
        (["resume", "a", "b"], "unexpected extra argument"),
        (["predict", "run", "--beam=0"], "--beam: out of range\n  value: '0'\n  allowed: 1 to 1000\n"),
        (["evaluate", "run", "--beam", "0"], "--beam: out of range\n  value: '0'\n  allowed: at least 1\n"),
        (["evaluate", "run", "--beam", "x"], "value: 'x'\n  allowed: a whole number, at least 1\n"),
        (["train", "recipe", "--bem", "3"], "No such option: --bem"),
        (["train", "recipe", "--bem", "3"], "fix: softsearch train --help"),
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


def test_the_version_is_printed(command):
    ended = command("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"{softsearch.__version__}\n", "")


def test_ctrl_c_is_exit_code_130_and_one_quiet_line(command, failing):
    failing(KeyboardInterrupt())
    ended = command("claims", "list")
    assert (ended.code, ended.err) == (130, "interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("module", ["typer", "softsearch.recipes.catalogue"])
@pytest.mark.parametrize(("swallows", "number"), [(False, "INT"), (True, "INT"), (True, "TERM")])
def test_a_signal_while_modules_are_loaded_is_the_same(module, swallows, number, project, tmp_path):
    """A module that turns the exception into another one, or goes on without what it wanted, changes nothing."""
    raised = f"signal.raise_signal(signal.SIG{number})"
    body = f"try:\n    {raised}\nexcept BaseException:\n    raise AttributeError('half loaded')" if swallows else raised
    (tmp_path / "half.py").write_text(f"import signal\n{body}\n")
    code = f"""
import sys
class Finder:
    def find_spec(self, name, *_):
        if name == {module!r}:
            import half
sys.meta_path.insert(0, Finder())
sys.argv = ["softsearch", "recipes"]
from softsearch.cli import main
main()
"""
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(["src", str(tmp_path)])}
    result = subprocess.run([sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, text=True)
    code = {"INT": 130, "TERM": 143}[number]
    assert (result.returncode, result.stdout, result.stderr) == (code, "", "interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_sigterm_in_the_midst_of_a_command_clears_up_and_is_exit_code_143(project):
    code = """
import signal, sys
from softsearch.cli import main
sys.argv = ["softsearch", "recipes"]
from softsearch.recipes import catalogue
def listed():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        print("cleared up", file=sys.stderr)
catalogue.shipped = listed
main()
"""
    result = python(code, project)
    assert (result.returncode, result.stdout, result.stderr) == (143, "", "cleared up\ninterrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_process_that_is_started_to_ignore_ctrl_c_goes_on(project):
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from softsearch.cli import main
sys.argv = ["softsearch", "recipes"]
from softsearch.recipes import catalogue
catalogue.shipped = lambda: signal.raise_signal(signal.SIGINT) or []
main()
"""
    assert python(code, project).returncode == 0


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


def test_main_leaves_with_the_exit_code(project):
    code = "import sys; sys.argv = ['softsearch', 'no-such-command']; from softsearch.cli import main; main()"
    assert python(code, project).returncode == 2


def test_a_folder_that_cannot_be_written_gets_a_fix(command, failing):
    failing(PermissionError(errno.EACCES, "Permission denied", "shut/map.png"))
    ended = command("claims", "list")
    assert ended.code == 2
    assert ended.err.startswith("shut/map.png: Permission denied\n  fix: see to the permissions")


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
