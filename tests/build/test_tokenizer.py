"""A recipe's tokenizer is learnt from the training pairs, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from softsearch.build.corpus import Corpus, Portion
from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import UNK, CharacterTokenizer, SentencePieceTokenizer, WordTokenizer
from softsearch.recipes import schema

TRAIN = [Pair("Das Haus ist alt", "the house is old", 1), Pair("Die Katze schläft", "the cat sleeps", 2)] * 5
CORPUS = Corpus((Portion("train.tsv", 1.0, lambda report: iter(TRAIN)),), [Pair("Zebra", "zebra", 1)], None, {}, 100)


def test_words_of_both_languages_are_known_and_those_held_out_are_not():
    tokenizer = build_tokenizer(schema.Words(kind="words"), CORPUS, seed=1)
    assert isinstance(tokenizer, WordTokenizer)
    assert UNK not in tokenizer.encode("Das Haus schläft the old cat")
    assert tokenizer.encode("Zebra zebra") == [UNK, UNK]


def test_a_words_tokenizer_has_the_size_and_the_case_of_the_recipe():
    tokenizer = build_tokenizer(schema.Words(kind="words", size=6, lowercase=True), CORPUS, seed=1)
    assert tokenizer.size == 6
    assert tokenizer.decode(tokenizer.encode("THE")) == "the"


def test_a_sentencepiece_tokenizer_has_the_size_and_the_case_of_the_recipe():
    recipe = schema.Sentencepiece(kind="sentencepiece", size=26, lowercase=True)
    tokenizer = build_tokenizer(recipe, CORPUS, seed=1)
    assert isinstance(tokenizer, SentencePieceTokenizer)
    assert tokenizer.size == 26
    assert tokenizer.decode(tokenizer.encode("DAS Haus")) == "das haus"


def test_punctuation_is_split_off_as_the_recipe_says():
    corpus = replace(CORPUS, train=(Portion("train.tsv", 1.0, lambda report: iter([Pair("alt.", "old.", 1)])),))
    for splits in (True, False):
        recipe = schema.Words(kind="words", split_punctuation=splits)
        tokenizer = build_tokenizer(recipe, corpus, seed=1)
        assert (UNK in tokenizer.encode("alt")) != splits


def test_a_characters_tokenizer_has_the_size_and_the_case_of_the_recipe():
    tokenizer = build_tokenizer(schema.Characters(kind="characters", size=12, lowercase=True), CORPUS, seed=1)
    assert isinstance(tokenizer, CharacterTokenizer)
    assert tokenizer.size == 12
    assert tokenizer.decode(tokenizer.encode("TEASE")) == "tease"
