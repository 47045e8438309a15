"""What is laid down for training: corpora, their weights and counts, texts to sample from, another run's tokenizer."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from softsearch.build.preparation import materialise, open_materialised
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import UNK, SentencePieceTokenizer, train_words
from softsearch.errors import DataError
from softsearch.recipes.schema import TranslationRecipe

SEVERAL = [{"pairs": "a.tsv"}, {"pairs": "b.tsv", "weight": 0.5}]


@pytest.fixture
def corpora(tmp_path) -> Path:
    for name, number in (("a", 30), ("b", 20)):
        rows = [f"das Haus {name} {row}\tthe house {name} {row}\n" for row in range(number)]
        (tmp_path / f"{name}.tsv").write_text("".join(["\t\n", *rows]))
    return tmp_path


def recipe_of(folder: Path, *, train=SEVERAL, tokenizer=None, **data) -> TranslationRecipe:
    files = {"kind": "files", "folder": str(folder), "source": "de", "target": "en", "train": train, "valid": 5, **data}
    training = {"batch_tokens": 40, "max_steps": 3}
    return TranslationRecipe.model_validate(
        {"data": files, "tokenizer": tokenizer or {"kind": "words"}, "training": training}
    )


def prepared(recipe: TranslationRecipe, folder: Path, **options):
    found = materialise(recipe, folder, overfit=None, **options)
    return found, open_materialised(recipe, folder, name=found.name, tokenizer=found.tokenizer)[0]


def test_each_corpus_has_its_weight_its_lines_and_its_counts(corpora, tmp_path):
    found, data = prepared(recipe_of(corpora), tmp_path / "out")
    first, second = found.report["train"]["corpora"]
    assert (first["name"], first["weight"], first["read"], first["blank"]) == ("a.tsv", 1.0, 31, 1)
    assert (second["name"], second["weight"], second["read"], second["blank"]) == ("b.tsv", 0.5, 21, 1)
    assert first["kept"] + second["kept"] == found.report["train"]["kept"] == len(data) == 45
    assert (found.report["train"]["read"], found.report["train"]["blank"]) == (52, 2)
    visited = np.concatenate(data.plan(0))
    assert len(visited) - first["kept"] in (second["kept"] // 2, -(-second["kept"] // 2))
    names = data.describe(np.array([0, len(data) - 1]))
    assert names[0].startswith("a.tsv:")
    assert names[1] in ("b.tsv:20", "b.tsv:21")


def test_the_tokenizer_is_learnt_from_both_sides_of_the_training_pairs_alone(corpora, tmp_path):
    rows = [f"katze {row}\tcat {row}\n" for row in range(5)]
    (corpora / "valid.tsv").write_text("".join(rows))
    found, _ = prepared(recipe_of(corpora, valid={"pairs": "valid.tsv"}), tmp_path / "out")
    assert UNK not in found.tokenizer.encode("das Haus the house")
    assert found.tokenizer.encode("katze cat") == [UNK, UNK]


def test_a_single_corpus_is_reported_as_before(corpora, tmp_path):
    found, data = prepared(recipe_of(corpora, train={"pairs": "a.tsv"}), tmp_path / "out")
    assert "corpora" not in found.report["train"]
    assert found.name == "a.tsv"
    assert len(np.concatenate(data.plan(0))) == found.report["train"]["kept"] == 25


def test_data_of_the_first_version_are_one_corpus(corpora, tmp_path):
    recipe = recipe_of(corpora)
    found, data = prepared(recipe, tmp_path / "out")
    (tmp_path / "out" / "corpora.json").unlink()
    data, _ = open_materialised(recipe, tmp_path / "out", name="old.tsv", tokenizer=found.tokenizer)
    assert len(np.concatenate(data.plan(1))) == len(data) == 45
    assert data.describe(np.array([44]))[0].startswith("old.tsv:")


@pytest.mark.parametrize("content", ["", "{}", "[3]", '[{"name": "a"}]'])
def test_a_damaged_list_of_corpora_is_refused(corpora, tmp_path, content):
    recipe = recipe_of(corpora)
    found, _ = prepared(recipe, tmp_path / "out")
    (tmp_path / "out" / "corpora.json").write_text(content)
    with pytest.raises(DataError, match="damaged"):
        open_materialised(recipe, tmp_path / "out", name="a", tokenizer=found.tokenizer)


def test_the_tokenizer_of_another_run_is_taken_as_it_is(corpora, tmp_path):
    other = train_words(["das house"], size=10, lowercase=False, split_punctuation=False)
    found, data = prepared(recipe_of(corpora), tmp_path / "out", tokenizer=other)
    assert found.tokenizer is other
    assert set(np.concatenate([data.store.source[row] for row in range(5)]).tolist()) == {1, other.encode("das")[0]}


def test_the_tokens_of_an_epoch_are_sampled_as_the_recipe_says(corpora, tmp_path):
    tokenizer = {"kind": "sentencepiece", "size": 60, "sample": 0.1}
    recipe = recipe_of(corpora, tokenizer=tokenizer)
    found, data = prepared(recipe, tmp_path / "out")
    again, _ = open_materialised(recipe, tmp_path / "out", name="", tokenizer=found.tokenizer)
    rows = np.arange(6)
    batches = [data.batch(rows + epoch * len(data)) for epoch in range(4)]
    assert len({tuple(batch.source.flatten().tolist()) for batch in batches}) == 4
    assert torch.equal(again.batch(rows + 2 * len(data)).target_output, batches[2].target_output)
    for batch in batches:
        for row in range(6):
            best = found.tokenizer.decode(data.store.source[row].tolist())
            assert found.tokenizer.decode(batch.source[row].tolist()) == best
    without = recipe_of(corpora, tokenizer={"kind": "sentencepiece", "size": 60})
    plain = open_materialised(without, tmp_path / "out", name="", tokenizer=found.tokenizer)[0].batch(rows)
    assert plain.source[0][plain.source_mask[0]].tolist()[:-1] == data.store.source[0].tolist()


def test_validation_takes_the_best_segmentation(corpora, tmp_path):
    recipe = recipe_of(corpora, tokenizer={"kind": "sentencepiece", "size": 60, "sample": 0.1})
    found = materialise(recipe, tmp_path / "out", overfit=None)
    _, valid = open_materialised(recipe, tmp_path / "out", name="", tokenizer=found.tokenizer)
    assert valid.store.source[0].tolist() == found.tokenizer.encode(valid.pairs[0].source)
    assert not TokenStore(tmp_path / "out" / "valid").has_texts


def test_texts_are_kept_only_to_sample_from(corpora, tmp_path):
    prepared(recipe_of(corpora, tokenizer={"kind": "sentencepiece", "size": 60}), tmp_path / "out")
    assert not TokenStore(tmp_path / "out" / "train").has_texts


def test_sampling_without_subwords_or_without_texts_is_refused(corpora, tmp_path):
    sampled = recipe_of(corpora, tokenizer={"kind": "sentencepiece", "size": 60, "sample": 0.1})
    words = train_words(["das house"], size=10, lowercase=False, split_punctuation=False)
    with pytest.raises(DataError, match="cannot be sampled"):
        prepared(sampled, tmp_path / "words", tokenizer=words)
    plain = recipe_of(corpora, tokenizer={"kind": "sentencepiece", "size": 60})
    found = materialise(plain, tmp_path / "plain", overfit=None)
    assert isinstance(found.tokenizer, SentencePieceTokenizer)
    with pytest.raises(DataError, match="cannot be sampled"):
        open_materialised(sampled, tmp_path / "plain", name="", tokenizer=found.tokenizer)


def test_many_pairs_that_are_too_long_are_warned_of(corpora, tmp_path):
    characters = {"kind": "characters"}
    with pytest.warns(UserWarning, match=r"\d+ of 52 training pairs are left out.*more than 14 tokens"):
        prepared(recipe_of(corpora, tokenizer=characters, max_tokens=14), tmp_path / "short")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prepared(recipe_of(corpora, tokenizer=characters), tmp_path / "long")


def test_overfitting_takes_the_first_pairs_of_all_corpora_alike(corpora, tmp_path):
    recipe = recipe_of(corpora)
    found = materialise(recipe, tmp_path / "out", overfit=40)
    data, valid = open_materialised(recipe, tmp_path / "out", name=found.name, tokenizer=found.tokenizer)
    assert len(data) == len(valid.pairs) == len(np.concatenate(data.plan(0))) == 40
    assert found.name == "a.tsv, b.tsv"
    assert [each["weight"] for each in json.loads((tmp_path / "out" / "corpora.json").read_text())] == [1.0]
