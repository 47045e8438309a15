"""``python -m softsearch.portable``."""

from __future__ import annotations

import io
import sys

import pytest

from softsearch import portable
from softsearch.decoding.settings import Generation
from softsearch.portable import __main__ as program
from softsearch.portable.writer import Writer
from tests.portable.test_writer import TOKENIZERS
from tests.portable.unrecorded import UnrecordedText
from tests.tasks.language_models import network


@pytest.fixture
def run(capsysbinary, monkeypatch):
    """Run it in this process; return the exit code and what was printed."""

    def run(*words, given=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        monkeypatch.setattr(sys.stdout, "reconfigure", lambda **_: None, raising=False)
        code = program.main([str(word) for word in words])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


@pytest.fixture
def writer(monkeypatch):
    model, tokenizer = network("recurrent", TOKENIZERS["characters"].size), TOKENIZERS["characters"]
    step = UnrecordedText(model)
    writer = Writer(step, step.start, tokenizer, generation=Generation(), context=None, by_line=False)
    monkeypatch.setattr(program, "load", lambda folder, *, threads: writer)
    return writer


def test_lines_of_files_and_of_standard_input_become_translations(run, folder, tmp_path):
    wanted = "".join(f"{text}\n" for text in portable.load(folder).translate(["a b", "c", ""], beam=2))
    (tmp_path / "lines.txt").write_text("a b\nc\n\n")
    assert run(folder, "--beam", 2, tmp_path / "lines.txt") == (0, wanted, "")
    assert run(folder, "--beam", 2, given=b"a b\r\nc\n\n") == (0, wanted, "")
    assert run(folder, tmp_path / "lines.txt", "-", "--beam", 2, given=b"c\n")[1].count("\n") == 4


def test_a_prompt_is_gone_on_with(run, writer):
    wanted = "ab" + "".join(writer.write("ab", max_tokens=9, temperature=0.5, top_k=4, seed=3, stop=["h"])) + "\n"
    drawing = ["--max-tokens", 9, "--temperature", 0.5, "--top-k", 4, "--seed", 3, "--stop", "h"]
    assert run("x", "--prompt", "ab", *drawing) == (0, wanted, "")
    assert run("x", *drawing, given=b"ab\n") == (0, wanted, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--prompt", "a"], "no effect: --prompt"),
        (["--seed", "1", "--top-k", "2"], "no effect: --top-k, --seed"),
        (["nowhere.txt"], "nowhere.txt: no such file"),
        (["--beam", "0"], "beam is out of range"),
    ],
)
def test_a_mistake_is_exit_code_2_and_told_without_a_traceback(words, told, run, folder):
    code, out, err = run(folder, *words)
    assert (code, out) == (2, "")
    assert told in err


def test_what_a_language_model_has_no_use_for_is_refused(run, writer):
    assert "no effect: --beam" in run("x", "--beam", 2)[2]
    assert "give --prompt, or the text on standard input: FILES" in run("x", "file.txt")[2]
