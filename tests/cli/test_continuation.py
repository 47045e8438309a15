"""What predict writes with a language model: prompts gone on with, lines scored, and which options it refuses."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import softsearch

LINES = ["ROMEO: what light is this?", "JULIET: it is the east, and to be, or not to be.", "", "Exit ROMEO."]
RECIPE = """
task: {kind: language_model, window: 16}
data: {kind: text, train: train.txt, valid: train.txt, by_line: BY_LINE}
tokenizer: {kind: TOKENIZER}
model: {kind: transformer, width: 8, heads: 2, hidden: 8, layers: 1}
training: {batch_tokens: 64, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


def trained(folder, *, tokenizer: str, by_line: bool):
    (folder / "train.txt").write_text("\n".join(LINES * 10) + "\n")
    recipe = RECIPE.replace("TOKENIZER", tokenizer).replace("BY_LINE", str(by_line).lower())
    (folder / "recipe.yaml").write_text(recipe)
    return softsearch.train(softsearch.load_recipe(folder / "recipe.yaml"), folder / "run", live=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("characters"), tokenizer="characters", by_line=False)


@pytest.fixture(scope="module")
def run_by_line(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("by_line"), tokenizer="words", by_line=True)


def written(run, prompt="", **asked) -> str:
    return softsearch.load(run).write(prompt, **asked)[0].text


def test_a_prompt_is_shown_with_what_follows_it(command, run):
    ended = command("predict", run, "--prompt", "ROMEO:", "--max-tokens", 20)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "ROMEO:" + written(run, "ROMEO:", max_tokens=20) + "\n"


def test_without_a_limit_two_hundred_tokens_are_written(command, run):
    assert len(command("predict", run, "--prompt", "").out) == 200 + 1


def test_a_prompt_is_a_file_or_standard_input_as_a_whole(command, run, typed, tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes(b"\xef\xbb\xbfROMEO:\r\nwhat\n")
    second.write_text("Exit")
    typed(b"to be")
    ended = command("predict", run, first, "-", second, "--max-tokens", 3)
    prompts = ["ROMEO:\nwhat", "to be", "Exit"]
    texts = [prompt + written(run, prompt, max_tokens=3, number=number) for number, prompt in enumerate(prompts)]
    assert ended.out == "\n---\n".join(texts) + "\n"
    typed(b"to be\n")
    assert command("predict", run, "--max-tokens", 3).out == "to be" + written(run, "to be", max_tokens=3) + "\n"


def test_what_is_typed_is_gone_on_with_prompt_by_prompt(command, run, typed, monkeypatch):
    answers = iter(["ROMEO:", " ", "to be"])
    monkeypatch.setattr("rich.console.Console.input", lambda *_: next(answers, None) or _end())
    typed(b"", terminal=True)
    ended = command("predict", run, "--max-tokens", 3)
    texts = [p + written(run, p, max_tokens=3, number=number) for number, p in enumerate(["ROMEO:", "to be"])]
    assert ended.out == "".join(text + "\n" for text in texts)
    assert "One prompt per line" in ended.err


def test_a_typed_line_that_is_not_utf_8_is_told_and_the_next_one_gone_on_with(command, run, typed, monkeypatch):
    answers = iter(["\udcff\udcfe", "to be"])
    monkeypatch.setattr("rich.console.Console.input", lambda *_: next(answers, None) or _end())
    typed(b"", terminal=True)
    ended = command("predict", run, "--max-tokens", 3)
    assert (ended.code, ended.out) == (0, "to be" + written(run, "to be", max_tokens=3) + "\n")
    assert "this line is not UTF-8" in ended.err


def test_nothing_to_score_is_told(command, run, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    ended = command("predict", run, "--score", tmp_path / "empty.txt")
    assert (ended.code, ended.out) == (2, "")
    assert "empty.txt: there is no line to score" in ended.err


def _end():
    raise EOFError


def test_options_change_how_the_recipe_draws(command, run, monkeypatch):
    asked = []
    writer = softsearch.load(run)
    monkeypatch.setattr("softsearch.runs.load", lambda _: writer)
    monkeypatch.setattr(writer, "stream", lambda prompt, **how: asked.append(how) or iter(()))
    fields = {
        "temperature": 0.5,
        "top_k": 7,
        "top_p": 0.9,
        "min_p": 0.1,
        "seed": 9,
        "repetition_penalty": 1.5,
        "repetition_window": 4,
        "no_repeat_ngrams": 3,
    }
    words = [word for name, value in fields.items() for word in (f"--{name.replace('_', '-')}", value)]
    more = ["--stop", "a", "--stop", "b", "--max-tokens", 4, "--alternatives", 2]
    assert command("predict", run, "--prompt", "a", *words, *more).code == 0
    (how,) = asked
    assert dataclasses.asdict(how.pop("generation")) == fields
    assert how == {"max_tokens": 4, "stop": ["a", "b"], "alternatives": 2, "number": 0}


def test_json_lines_have_each_token_with_its_alternatives(command, run):
    words = ["--prompt", "to be", "--format", "jsonl", "--max-tokens", 6, "--samples", 3]
    rows = [json.loads(line) for line in command("predict", run, *words).out.splitlines()]
    texts = softsearch.load(run).write("to be", samples=3, max_tokens=6, alternatives=5)
    assert rows == [json.loads(json.dumps(text.to_dict())) for text in texts]
    assert {len(token["alternatives"]) for row in rows for token in row["tokens"]} == {5}
    (row,) = command("predict", run, *words[:-2], "--alternatives", 2).out.splitlines()
    assert {len(token["alternatives"]) for token in json.loads(row)["tokens"]} == {2}


def test_alternatives_are_shown_token_by_token(command, run):
    (text,) = softsearch.load(run).write("to be", max_tokens=4, alternatives=2)
    ended = command("predict", run, "--prompt", "to be", "--max-tokens", 4, "--alternatives", 2)
    for line, token in zip(ended.out.splitlines(), text.tokens, strict=True):
        shown = [
            piece
            for each in ((token.log_prob, token.piece), *((p, q) for q, p in token.alternatives))
            for piece in each
        ]
        probabilities = [f"{math.exp(each):.4f}" for each in shown[::2]]
        assert line.split() == [probabilities[0], shown[1], shown[3], probabilities[1], shown[5], probabilities[2]]
    assert command("predict", run, "--prompt", "to be", "--max-tokens", 4, "--alternatives", 0).out.count("\n") == 4


def test_several_samples_are_told_apart(command, run):
    ended = command("predict", run, "--prompt", "to be", "--max-tokens", 4, "--samples", 3)
    texts = softsearch.load(run).write("to be", samples=3, max_tokens=4)
    assert ended.out == "\n---\n".join("to be" + text.text for text in texts) + "\n"


def test_what_a_model_does_not_see_of_a_prompt_is_told(command, run, run_by_line):
    told = command("predict", run, "--prompt", "ü東 to be, or not to be", "--max-tokens", 1).err
    assert "what the model does not know: 'ü', '東'\n" in told
    assert "the prompt has 23 tokens, more than the model's context of 16: it sees the last 15 of them" in told
    many = "".join(chr(code) for code in range(0x400, 0x40C))
    assert "and 2 more" in command("predict", run, "--prompt", many, "--max-tokens", 1).err
    ended = command("predict", run_by_line, "--prompt", "Exit\nwhere is", "--max-tokens", 1)
    assert ended.err.splitlines() == [
        "the prompt has what the model does not know: 'where'",
        "to this model each line is a text of its own: it sees the last line of the prompt only",
    ]


@pytest.mark.parametrize("kind", ["run", "run_by_line"])
@pytest.mark.parametrize("source", ["file", "standard input"])
def test_lines_are_scored_each_by_itself_and_together(kind, source, command, request, typed, tmp_path):
    run, file = request.getfixturevalue(kind), tmp_path / "lines.txt"
    file.write_text("\n".join(LINES) + "\n")
    typed(file.read_bytes())
    name = file if source == "file" else "-"
    scored = softsearch.load(run).score(LINES)
    ended = command("predict", run, "--score", name, "--format", "jsonl")
    *rows, whole = [json.loads(line) for line in ended.out.splitlines()]
    assert rows == [json.loads(json.dumps(each.to_dict())) for each in scored]
    assert whole["text"] is None
    assert whole["log_prob"] == pytest.approx(sum(row["log_prob"] for row in rows))
    assert whole["num_tokens"] == sum(row["num_tokens"] for row in rows)
    assert whole["perplexity"] == pytest.approx(math.exp(-whole["log_prob"] / whole["num_tokens"]))
    assert ("model's context of 16 tokens: 2, the first line 1" in ended.err) == (kind == "run")
    typed(file.read_bytes())
    header, *table, total = command("predict", run, "--score", name).out.splitlines()
    assert header.split() == ["nats", "tokens", "unknown", "perplexity", "per", "word", "bits/byte", "text"]
    for line, row in zip([*table, total], [*rows, whole], strict=True):
        nats, tokens, unknown, perplexity, per_word, bits, *text = line.split()
        assert float(nats) == pytest.approx(-row["log_prob"], abs=1e-3)
        assert (int(tokens), int(unknown)) == (row["num_tokens"], row["num_unknown"])
        assert float(perplexity) == pytest.approx(row["perplexity"], rel=1e-3)
        assert float(per_word) == pytest.approx(row["perplexity_per_word"], rel=1e-3)
        assert float(bits) == pytest.approx(row["bits_per_byte"], abs=1e-3)
        assert text[:1] == (row["text"] or "").split()[:1] or line is total
    assert total.endswith("total")


REFUSED = [
    (["--beam", 3, "--nbest", 2, "--sample"], "no use for this: --beam, --sample, --nbest"),
    (["--with", "RUN", "--prefix", "a"], "no use for this: --with, --prefix"),
    (["--format", "pharaoh"], "links no words"),
    (["--temperature", -1], "--temperature is negative: the least likely tokens would come first"),
    (["--temperature", "nan"], "--temperature is out of range"),
    (["--temperature", "inf"], "--temperature is out of range"),
    (["--temperature", 0, "--top-p", 0.5, "--samples", 2], "nothing is drawn: --top-p, --samples"),
    (["--top-k", 0], "--top-k: out of range"),
    (["--top-p", 0], "--top-p is out of range"),
    (["--max-tokens", 0], "--max-tokens: out of range"),
    (["--samples", 0], "--samples: out of range"),
    (["--stop", ""], "a stop string is empty"),
    (["--repetition-penalty", 0.5], "--repetition-penalty: out of range"),
    (["--repetition-window", 5], "nothing is penalised: --repetition-window"),
    (["--prompt", "\udcff"], "the prompt is not UTF-8"),
    (["--score", "lines", "--temperature", 2], "where lines are scored: --temperature"),
    (["no-such-file"], "to go on with these words: --prompt no-such-file"),
    (["--prompt", "a", "file"], "--prompt and a file of one are given"),
    (["--score", "no-such-file"], "give a file of text"),
    (["a sentence " * 40], "--prompt 'a sentence"),
    (["--score", "a", "b"], "--score takes the file, and no other"),
]


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_options_without_sense_are_refused(words, told, command, run, typed):
    typed(b"a prompt\n")
    ended = command("predict", run, *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


@pytest.mark.parametrize("option", ["prompt", "max-tokens", "stop", "samples", "alternatives", "repetition-penalty"])
def test_translators_have_no_use_for_the_options_of_language_models(option, command, fake_runs, tmp_path):
    ended = command("predict", tmp_path, f"--{option}", 2)
    assert (ended.code, ended.out) == (2, "")
    assert f"a translator has no use for this: --{option}" in ended.err


def test_a_number_beyond_the_vocabulary_is_noted(command, run):
    ended = command("predict", run, "--prompt", "a", "--max-tokens", 2, "--top-k", 5000, "--alternatives", 900)
    assert ended.code == 0
    assert ended.err.count("tokens: all of them are taken\n") == 2


@pytest.mark.parametrize("content", [b"a\xffb", b"a\0b", b"\xff\xfea\0"])
def test_binary_input_is_named(content, command, run, typed, tmp_path):
    file = tmp_path / "binary"
    file.write_bytes(content)
    for words in ([file], ["--score", file]):
        ended = command("predict", run, *words)
        assert ended.code == 2
        assert f"{file}:1: " in ended.err
    typed(content)
    ended = command("predict", run)
    assert (ended.code, ended.out) == (2, "")
    assert "<stdin>:1: " in ended.err


def test_ctrl_c_leaves_what_was_written_and_a_line_of_its_own(command, run, monkeypatch):
    writer = softsearch.load(run)

    def stream(prompt, **_):
        yield from list(softsearch.load(run).stream(prompt, max_tokens=3))
        raise KeyboardInterrupt

    monkeypatch.setattr("softsearch.runs.load", lambda _: writer)
    monkeypatch.setattr(writer, "stream", stream)
    ended = command("predict", run, "--prompt", "to be")
    assert ended.code == 130
    assert ended.out == "to be" + written(run, "to be", max_tokens=3) + "\n"
    assert ended.err == "interrupted\n"


def test_a_reader_that_leaves_ends_it_silently(command, run, monkeypatch):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with contextlib.suppress(BrokenPipeError), os.fdopen(write_end, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        ended = command("predict", run, "--prompt", "to be")
    assert (ended.code, ended.err) == (141, "")


OPTIONS = [
    "alternatives",
    "beam",
    "format",
    "min-p",
    "no-repeat-ngrams",
    "prompt",
    "repetition-penalty",
    "score",
    "seed",
]
OPTIONS += ["repetition-window", "samples", "stop", "temperature", "top-k", "top-p"]
VALUES = [
    "-1",
    "0",
    "1",
    "2",
    "3",
    "0.5",
    "50",
    "nan",
    "inf",
    "1e400",
    "1e-320",
    "9" * 30,
    "",
    "x",
    "ß\u2028",
    "\n",
    "½",
]
NONSENSE = st.lists(st.tuples(st.sampled_from(OPTIONS), st.sampled_from(VALUES)), min_size=1, max_size=4)


@pytest.mark.parametrize("examples", [15, pytest.param(400, marks=pytest.mark.slow)])
def test_options_without_sense_are_explained_and_others_go_on(examples, command, run, typed):
    @settings(max_examples=examples, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(options=NONSENSE)
    def check(options):
        typed(b"to be\nor not")
        words = [word for name, value in options for word in (f"--{name}", value)]
        ended = command("predict", run, "--max-tokens", 3, *words)
        assert ended.code in (0, 2), ended.err
        assert ended.code == 0 or ended.err
        assert "Traceback" not in ended.err
        assert ended.code == 2 or ended.out

    check()
