"""A recipe's tokenizer is learnt from the texts that it is given, as the recipe says."""

from __future__ import annotations

from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.tokenizers import UNK, CharacterTokenizer, SentencePieceTokenizer, WordTokenizer
from softsearch.recipes import schema

TEXTS = ["Das Haus ist alt", "the house is old", "Die Katze schläft", "the cat sleeps"] * 5


def test_words_of_the_texts_are_known():
    tokenizer = build_tokenizer(schema.Words(kind="words"), TEXTS, seed=1)
    assert isinstance(tokenizer, WordTokenizer)
    assert UNK not in tokenizer.encode("Das Haus schläft the cat")
    assert tokenizer.encode("Zebra zebra") == [UNK, UNK]


def test_a_words_tokenizer_has_the_size_and_the_case_of_the_recipe():
    tokenizer = build_tokenizer(schema.Words(kind="words", size=6, lowercase=True), TEXTS, seed=1)
    assert tokenizer.size == 6
    assert tokenizer.decode(tokenizer.encode("THE")) == "the"


def test_a_sentencepiece_tokenizer_has_the_size_and_the_case_of_the_recipe():
    recipe = schema.Sentencepiece(kind="sentencepiece", size=26, lowercase=True)
    tokenizer = build_tokenizer(recipe, TEXTS, seed=1)
    assert isinstance(tokenizer, SentencePieceTokenizer)
    assert tokenizer.size == 26
    assert tokenizer.decode(tokenizer.encode("DAS Haus")) == "das haus"


def test_punctuation_is_split_off_as_the_recipe_says():
    for splits in (True, False):
        recipe = schema.Words(kind="words", split_punctuation=splits)
        tokenizer = build_tokenizer(recipe, ["alt.", "old."], seed=1)
        assert (UNK in tokenizer.encode("alt")) != splits


def test_a_characters_tokenizer_has_the_size_and_the_case_of_the_recipe():
    tokenizer = build_tokenizer(schema.Characters(kind="characters", size=12, lowercase=True), TEXTS, seed=1)
    assert isinstance(tokenizer, CharacterTokenizer)
    assert tokenizer.size == 12
    assert tokenizer.decode(tokenizer.encode("TEASE")) == "tease"
