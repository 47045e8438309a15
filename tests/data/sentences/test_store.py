"""What is stored of sentences is read again; what is damaged is told."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.data.sentences.reading import LabelledSentence
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import UNK
from softsearch.errors import DataError
from tests.data.sentences.conftest import TEXTS


def test_what_was_written_is_read_again(store, tokenizer, tmp_path):
    again = SentenceStore(tmp_path / "store")
    assert again.texts == TEXTS
    assert [list(each) for each in again.sentences] == tokenizer.encode_batch(TEXTS)
    assert (again.places[89], again.counts, again.classes) == ("t:89", {"a": 45, "b": 45}, ("a", "b"))
    assert again.lengths.tolist() == [row % 7 + 1 for row in range(90)]


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
