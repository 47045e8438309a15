"""Running text is laid down as its recipe says, and what is wrong with it is told."""

from __future__ import annotations

import codecs
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from softsearch.build.families import family_of
from softsearch.build.texts import materialise
from softsearch.data.running import RunningText
from softsearch.data.windows import LineData
from softsearch.errors import DataError, RecipeError
from softsearch.recipes import load_recipe

LINES = ["the cat sat on the mat", "a dog", "the dog sat on the log and saw the cat"] * 20
TRAINING = "training: {batch_tokens: 48, max_steps: 3, schedule: {kind: constant, warmup_steps: 0}}\n"


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    write(tmp_path / "train.txt", LINES)
    write(tmp_path / "valid.txt", LINES[1:4])
    path = tmp_path / "recipe.yaml"
    path.write_text(
        "task: {kind: language_model, window: 8}\n"
        "data: {kind: text, train: train.txt, valid: valid.txt}\n"
        "model: {kind: recurrent, embedding: 6, hidden: 6}\n" + TRAINING
    )
    return lambda *changes: load_recipe(path, changes)


def write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def prepared(recipe: Any, folder: Path, **options: Any) -> Any:
    with warnings.catch_warnings(action="error"):
        return materialise(recipe, folder, **{"overfit": None, "tokenizer": None, **options})


def spelt(folder: Path, split: str, tokenizer: Any) -> list[str]:
    text = RunningText(folder / split)
    lines = zip(text.line_starts, text.line_lengths, strict=True)
    return [tokenizer.decode(text.ids[start : start + length - 1].tolist()) for start, length in lines]


def test_a_share_is_taken_from_the_end_of_the_training_file_in_whole_lines(recipe, tmp_path):
    found = prepared(recipe("data.valid=0.25", "data.test=0.125"), tmp_path / "data")
    train, valid, test = (spelt(tmp_path / "data", split, found.tokenizer) for split in ("train", "valid", "test"))
    assert train + valid + test == LINES
    total = sum(len(line) + 1 for line in LINES)
    for lines, share in ((valid + test, 0.375), (test, 0.125)):
        longest = max(len(line) + 1 for line in LINES)
        assert 0 <= sum(len(line) + 1 for line in lines) - share * total < longest


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["data.valid=1.5"], "less than 1"),
        (["data.valid=0.5", "data.test=0.5"], "leave nothing to train on"),
        (["data.valid=0.001", "data.test=0.001"], "too few to take a share"),
        (["data.valid=true"], "data.valid"),
    ],
)
def test_a_share_that_cannot_be_taken_is_told(recipe, tmp_path, changes, told):
    with pytest.raises((RecipeError, DataError), match=told):
        prepared(recipe(*changes), tmp_path / "data")


def test_a_share_of_nothing_is_told_as_no_text(recipe, tmp_path):
    (tmp_path / "train.txt").write_text("")
    with pytest.raises(DataError, match="there is no text"):
        prepared(recipe("data.valid=0.1"), tmp_path / "data")


@pytest.mark.parametrize("by_line", ["true", "false"])
def test_places_behind_the_longest_text_are_told_of(recipe, tmp_path, by_line):
    def told(window: int) -> list[str]:
        sizes = [f"task.window={window}", f"training.batch_tokens={window}", f"data.by_line={by_line}"]
        changed = recipe("model={kind: transformer, width: 4, heads: 1}", *sizes)
        with warnings.catch_warnings(record=True, action="always") as found:
            materialise(changed, tmp_path / str(window), overfit=None, tokenizer=None)
        return [str(each.message) for each in found if "never learnt" in str(each.message)]

    told(4)
    text = RunningText(tmp_path / "4" / "train")
    longest = int(text.line_lengths.max()) if by_line == "true" else len(text)
    assert told(longest) == []
    (warning,) = told(longest + 1)
    assert f"set task.window: {longest}" in warning


def test_line_by_line_rows_are_lines(recipe, tmp_path):
    changed = recipe("data.by_line=true", "task.window=20")
    family = family_of(changed)
    found = family.materialise(changed, tmp_path / "data", overfit=None, base=None)
    assert found.report["train"]["long_lines"] == 0
    data, valid = family.open(changed, tmp_path / "data", name="", task=found.task)
    assert type(data) is LineData
    assert valid.store.by_line
    assert sum(len(rows) for rows in data.plan(0)) == len(LINES)
    assert max(data.lengths(rows).max() * len(rows) for rows in data.plan(0)) <= 48
    assert (found.task.by_line, found.task.carries) == (True, False)
    assert not family.materialise(recipe(), tmp_path / "whole", overfit=None, base=None).task.by_line


def test_lines_longer_than_the_window_are_counted_and_told_where_they_are_many(recipe, tmp_path):
    with pytest.warns(UserWarning, match=r"20 of 60 lines have more than 8 tokens.*task\.window"):
        found = materialise(recipe("data.by_line=true"), tmp_path / "data", overfit=None, tokenizer=None)
    assert found.report["train"]["long_lines"] == 20


def test_the_built_in_text_needs_no_files(recipe, tmp_path):
    found = {}
    for part in ("sources", "prose"):
        changed = recipe(f"data={{kind: builtin, part: {part}, characters: 30000}}", "tokenizer={kind: bytes}")
        found[part] = prepared(changed, tmp_path / part).report
        assert list(found[part]) == ["train", "valid", "test"]
        assert 20_000 < found[part]["train"]["tokens"] <= 30_100
        assert found[part]["train"]["python"]
        assert len(found[part]["valid"]["sha256"]) == 64
    assert found["sources"]["train"]["sha256"] != found["prose"]["train"]["sha256"]


def test_few_lines_are_learnt_by_heart(recipe, tmp_path):
    report = prepared(recipe(), tmp_path / "data", overfit=7).report
    assert report["train"]["kept"] == report["valid"]["kept"] == 7
    assert list(report) == ["train", "valid"]
    assert prepared(recipe(), tmp_path / "all", overfit=1000).report["train"]["kept"] == len(LINES)


@pytest.mark.parametrize("model", ["recurrent, embedding: 3", "feed_forward, embedding: 3", "transformer, width: 3"])
@pytest.mark.parametrize("freeze", ["true", "false"])
def test_embeddings_begin_with_vectors(recipe, tmp_path, model, freeze):
    write(tmp_path / "vectors.txt", ["dog 1 2 3", "cat 4 5 6", "zebra 7 8 9"])
    fields = "heads: 1, tie_embeddings: false" if "transformer" in model else "hidden: 5"
    changed = recipe(f"model={{kind: {model}, {fields}, vectors: {{file: {tmp_path}/vectors.txt, freeze: {freeze}}}}}")
    found = prepared(changed, tmp_path / "data")
    about = found.report["train"]["vectors"]
    assert (about["found"], about["in_lower_case"], about["tokens"]) == (2, 0, found.tokenizer.size)
    family = family_of(changed)
    network = family.model(changed, sizes={"vocabulary": found.tokenizer.size})
    before = network.embedding.weight.clone()
    family.begin(changed, network, tmp_path / "data")
    (dog,), (cat,), (the,) = map(found.tokenizer.encode, ("dog", "cat", "the"))
    assert network.embedding.weight[[dog, cat]].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert torch.equal(network.embedding.weight[the], before[the])
    assert network.embedding.weight.requires_grad is (freeze == "false")
    assert sum(parameter.requires_grad for parameter in network.parameters()) > 3
    (remark,) = (each for each in family.remarks(changed, {"from": None, "vocabulary": 10**6, "vectors": about}))
    assert f"2 of {found.tokenizer.size} entries of the vocabulary have a vector" in remark


def test_vectors_of_another_width_are_told_before_anything_is_trained(recipe, tmp_path):
    write(tmp_path / "vectors.txt", ["dog 1 2 3"])
    with pytest.raises(DataError, match="3 numbers, and the embeddings 6"):
        prepared(
            recipe("model.vectors={file: vectors.txt}", f"model.vectors.file={tmp_path}/vectors.txt"), tmp_path / "d"
        )


def test_vectors_are_looked_for_beside_the_recipe(recipe, tmp_path):
    write(tmp_path / "vectors.txt", ["dog 1 2 3 4 5 6"])
    path = tmp_path / "recipe.yaml"
    path.write_text(path.read_text().replace("hidden: 6", "hidden: 6, vectors: {file: vectors.txt}"))
    changed = recipe()
    assert Path(changed.model.vectors.file) == tmp_path / "vectors.txt"
    prepared(changed, tmp_path / "data")
    with np.load(tmp_path / "data" / "vectors.npz") as kept:
        assert kept["vectors"].tolist() == [[1, 2, 3, 4, 5, 6]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("model={kind: ngram}", "counted n-grams are not trained"),
        ("training=null", "a network is trained"),
        ("model={kind: recurrent, tie_embeddings: true, vectors: {file: a, freeze: true}}", "stays as it is"),
        ("model={kind: ngram, hidden: 3}", "unknown key `model.hidden`"),
        ("data={kind: builtin, part: poems}", "sources, prose"),
        ("data={kind: builtin, train: a.txt}", "unknown key `data.train`"),
    ],
)
def test_what_does_not_fit_is_told(recipe, change, told):
    with pytest.raises(RecipeError) as caught:
        recipe(change)
    assert told in str(caught.value)


@pytest.mark.parametrize("tokenizer", ["words", "characters", "bytes", "sentencepiece"])
@pytest.mark.parametrize("name", ["train", "valid"])
@pytest.mark.parametrize("content", ["", "\n\n", " \t \n\u3000\n"])
def test_a_text_without_text_is_told(recipe, tmp_path, content, name, tokenizer):
    (tmp_path / f"{name}.txt").write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        prepared(recipe(f"tokenizer={{kind: {tokenizer}}}"), tmp_path / "data")
    assert f"{name}.txt: there is no text, or only white space" in str(caught.value)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"good\n\0bad\n", "train.txt:2: the line holds a NUL byte"),
        ("good".encode("utf-16"), "train.txt:1: the file is UTF-16"),
        (b"good\nb\xe4d\n", "train.txt:2: the line is not UTF-8"),
        (b"\x1f\x8b\x08\0garbage", "train.txt:1: the gzip file is damaged"),
    ],
)
def test_a_file_that_is_no_text_is_told_with_its_line(recipe, tmp_path, content, told):
    (tmp_path / "train.txt").write_bytes(content)
    with pytest.raises(DataError) as caught:
        prepared(recipe("tokenizer={kind: bytes}"), tmp_path / "data")
    assert told in str(caught.value)


@pytest.mark.parametrize("missing", ["train", "valid", "test"])
def test_a_missing_file_is_told_before_a_tokenizer_is_learnt(recipe, tmp_path, missing):
    changed = recipe("data.test=test.txt")
    write(tmp_path / "test.txt", ["x"])
    (tmp_path / f"{missing}.txt").unlink()
    with pytest.raises(DataError, match=f"{missing}.txt: no such file"):
        prepared(changed, tmp_path / "data")


@pytest.mark.parametrize("content", [b"one two", b"one two\n", codecs.BOM_UTF8 + b"one two\r\n"])
@pytest.mark.parametrize("by_line", ["true", "false"])
@pytest.mark.parametrize("model", ["recurrent", "transformer"])
def test_a_single_short_line_is_a_text(recipe, tmp_path, content, by_line, model):
    (tmp_path / "train.txt").write_bytes(content)
    changed = recipe(f"data.by_line={by_line}", f"model={{kind: {model}}}", "training.batch_tokens=4000")
    found = family_of(changed).materialise(changed, tmp_path / "data", overfit=None, base=None)
    assert found.report["train"]["tokens"] == 3
    data, _ = family_of(changed).open(changed, tmp_path / "data", name="", task=found.task)
    (rows,) = data.plan(0)
    assert data.batch(rows).targets.flatten().tolist() == RunningText(tmp_path / "data" / "train").ids[1:].tolist()


def test_a_held_out_text_that_is_unknown_is_told(recipe, tmp_path):
    write(tmp_path / "valid.txt", ["ein Hund saß auf the mat"])
    with pytest.warns(UserWarning, match="valid: 4 of 6 tokens are unknown"):
        materialise(recipe(), tmp_path / "data", overfit=None, tokenizer=None)


def test_a_vocabulary_that_is_too_small_for_its_own_text_is_told(recipe, tmp_path):
    small = recipe("tokenizer={kind: words, size: 6}")
    with pytest.warns(UserWarning, match=r"train: .* tokens are unknown: tokenizer\.size is too small"):
        materialise(small, tmp_path / "data", overfit=None, tokenizer=None)


def test_a_held_out_text_that_is_trained_on_is_told(recipe, tmp_path):
    write(tmp_path / "valid.txt", LINES)
    with pytest.warns(UserWarning, match="the text to validate on is the text to train on"):
        materialise(recipe(), tmp_path / "data", overfit=None, tokenizer=None)


def test_a_vocabulary_that_the_text_does_not_fill_is_told(recipe):
    changed = recipe("tokenizer={kind: words, size: 500}")
    (remark,) = family_of(changed).remarks(changed, {"from": None, "vocabulary": 20})
    assert "the vocabulary has 20 entries, not tokenizer.size 500: the training text holds no more words" in remark
    changed = recipe("tokenizer={kind: characters, size: 500}")
    assert not list(family_of(changed).remarks(changed, {"from": None, "vocabulary": 20}))
