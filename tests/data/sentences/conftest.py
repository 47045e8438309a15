"""Sentences of one to seven words, stored."""

from __future__ import annotations

import pytest

from softsearch.data.sentences.reading import LabelledSentence
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import train_words

TEXTS = [" ".join(["word"] * (number % 7 + 1)) for number in range(90)]


@pytest.fixture
def tokenizer():
    return train_words(["word another"], size=100, lowercase=False, split_punctuation=False)


@pytest.fixture
def store(tmp_path, tokenizer):
    sentences = (LabelledSentence(text, "ab"[row % 2], f"t:{row}") for row, text in enumerate(TEXTS))
    return SentenceStore.write(tmp_path / "store", sentences, tokenizer, classes=("a", "b"))
