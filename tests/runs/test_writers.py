"""Runs of language models, trained for a few steps: what is loaded goes on, scores, and agrees with evaluate."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest

import softsearch
from softsearch.data.tokenizers import ByteTokenizer
from softsearch.errors import RunError
from softsearch.tasks.language import LanguageTask

LINES = ["ROMEO: what light is this?", "JULIET: it is the east, and to be, or not to be.", "", "Exit ROMEO."]
RECIPE = """
task: {kind: language_model, window: 8}
data: {kind: text, train: train.txt, valid: valid.txt}
tokenizer: {kind: TOKENIZER}
model: MODEL
training: {batch_tokens: 64, max_steps: 3, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
decoding: {temperature: 0.5, top_k: 9, repetition_penalty: 1.5, repetition_window: 4}
"""
KINDS = {
    "recurrent": ("words", "{kind: recurrent, embedding: 8, hidden: 8}"),
    "transformer": ("characters", "{kind: transformer, width: 8, heads: 2, hidden: 8, layers: 1}"),
    "feed_forward": ("bytes", "{kind: feed_forward, embedding: 4, hidden: 8}"),
}


@pytest.fixture(scope="module", params=KINDS)
def run(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "train.txt").write_text("\n".join(LINES * 20) + "\n")
    (folder / "valid.txt").write_text("\n".join(LINES) + "\n")
    tokenizer, model = KINDS[request.param]
    (folder / "recipe.yaml").write_text(RECIPE.replace("TOKENIZER", tokenizer).replace("MODEL", model))
    return softsearch.train(softsearch.load_recipe(folder / "recipe.yaml"), folder / "run", live=False)


def test_a_text_is_scored_alike_by_evaluate_and_by_the_writer(run):
    scored = softsearch.load(run).score("\n".join(LINES))[0]
    found = softsearch.evaluate(run, on=run.parent / "valid.txt")
    values = {name: each["value"] for name, each in found["metrics"].items()}
    for name in ("perplexity", "perplexity_per_word", "bits_per_byte"):
        assert values[name] == pytest.approx(getattr(scored.cost, name), rel=1e-5)
    assert values["nats_per_token"] * found["num_tokens"] == pytest.approx(-scored.log_prob, rel=1e-5)
    counts = (scored.cost.tokens, scored.cost.words, scored.cost.bytes, scored.cost.unknown)
    assert counts == tuple(found[f"num_{name}"] for name in ("tokens", "words", "bytes", "unknown"))
    assert softsearch.evaluate(run, on="valid")["metrics"] == found["metrics"]


def test_the_score_of_a_file_lies_beside_that_of_the_runs_own_text(run):
    (run.parent / "other").mkdir()
    (run.parent / "other" / "valid.txt").write_text("ROMEO is not JULIET.\n")
    own = softsearch.evaluate(run, on="valid")
    other = softsearch.evaluate(run, on=run.parent / "other" / "valid.txt")
    assert own["num_tokens"] > other["num_tokens"]
    kept = [json.loads(file.read_text())["num_tokens"] for file in (run / "evaluations").glob("valid*.json")]
    assert min(kept) == other["num_tokens"]
    assert json.loads((run / "evaluations" / "valid.json").read_text())["num_tokens"] == own["num_tokens"]


def test_how_to_draw_is_said_by_the_recipe_and_may_change_afterwards(run):
    wanted = softsearch.Generation(temperature=0.5, top_k=9, repetition_penalty=1.5, repetition_window=4)
    assert softsearch.load(run).generation == wanted
    softsearch.resume(run, ["decoding.temperature=0.25", "decoding.no_repeat_ngrams=5"], live=False)
    found = softsearch.load(run).generation
    assert (found.temperature, found.no_repeat_ngrams, found.top_k) == (0.25, 5, 9)


def test_a_run_from_before_there_was_more_than_a_temperature_is_loaded():
    task = LanguageTask.from_dict({"kind": "language_model", "carries": True}, tokenizer=ByteTokenizer())
    assert task.generation == softsearch.Generation()


@pytest.mark.parametrize("name", ["tokenizer.model", "checkpoints"])
def test_parts_of_another_run_are_refused(run, name, tmp_path):
    copy = shutil.copytree(run, tmp_path / "run")
    if name == "checkpoints":
        (weights,) = itertools.islice(copy.glob("checkpoints/*/model.safetensors"), 1)
        weights.write_bytes(weights.read_bytes()[:-4] + b"abcd")
    else:
        (copy / name).write_bytes(b'{"kind": "verbatim", "characters": ["\\n", "a"]}')
    with pytest.raises(RunError, match=r"its checksum does not fit"):
        softsearch.load(copy)
