"""Sentences are stored as tokens with their classes, and cut into batches that a seed and an epoch decide."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from softsearch.data.sentences.batches import SentenceData
from softsearch.data.sentences.reading import LabelledSentence
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import UNK, train_words
from softsearch.errors import DataError

TEXTS = [" ".join(["word"] * (number % 7 + 1)) for number in range(90)]


@pytest.fixture
def tokenizer():
    return train_words(["word another"], size=100, lowercase=False, split_punctuation=False)


@pytest.fixture
def store(tmp_path, tokenizer):
    sentences = (LabelledSentence(text, "ab"[row % 2], f"t:{row}") for row, text in enumerate(TEXTS))
    return SentenceStore.write(tmp_path / "store", sentences, tokenizer, classes=("a", "b"))


def test_what_was_written_is_read_again(store, tokenizer, tmp_path):
    again = SentenceStore(tmp_path / "store")
    assert again.texts == TEXTS
    assert [list(each) for each in again.sentences] == tokenizer.encode_batch(TEXTS)
    assert (again.places[89], again.counts, again.classes) == ("t:89", {"a": 45, "b": 45}, ("a", "b"))
    assert again.lengths.tolist() == [row % 7 + 1 for row in range(90)]


def test_each_epoch_has_every_sentence_once_in_an_order_of_its_own(store):
    data = SentenceData(store, batch=8, seed=3)
    first, second = data.plan(0), data.plan(1)
    assert sorted(np.concatenate(first).tolist()) == list(range(90))
    assert {len(rows) for rows in first} <= {8, 2}
    assert [rows.tolist() for rows in first] == [rows.tolist() for rows in SentenceData(store, batch=8, seed=3).plan(0)]
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in second]
    spread = [np.ptp(store.lengths[rows]) for rows in first]
    assert np.mean(spread) < 2  # lengths from 1 to 7: those of a batch are alike


def test_a_batch_has_tokens_and_labels(store):
    data = SentenceData(store, batch=4, seed=1)
    batch = data.batch(np.array([0, 3]))
    assert batch.tokens.shape == (2, 4)
    assert batch.labels.tolist() == [0, 1]
    assert batch.num_items == 2
    assert data.describe(np.array([3])) == ["t:3"]
    assert batch.to("cpu").mask.dtype is torch.bool


@pytest.mark.parametrize("wrong", ["class", "none"])
def test_sentences_that_cannot_be_stored_are_told(tmp_path, tokenizer, wrong):
    sentences = [LabelledSentence("x", "c", "f:1")] if wrong == "class" else []
    told = "the classifier knows no such class" if wrong == "class" else "there is no sentence"
    with pytest.raises(DataError, match=told):
        SentenceStore.write(tmp_path / "wrong", sentences, tokenizer, classes=("a", "b"))
    assert not (tmp_path / "wrong").exists()


def test_a_damaged_store_is_told(store, tmp_path):
    np.save(tmp_path / "store" / "labels.npy", np.array([1]))
    with pytest.raises(DataError, match="do not fit together"):
        SentenceStore(tmp_path / "store")
    (tmp_path / "store" / "ids.npy").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        SentenceStore(tmp_path / "store")


def test_unknown_words_have_the_mark_for_it(tokenizer):
    assert tokenizer.encode("never seen") == [UNK, UNK]
