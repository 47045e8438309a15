"""A recipe's tokenizer is learnt from the training pairs, and from nothing else."""

from __future__ import annotations

from softsearch.build.corpus import Corpus
from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import UNK, SentencePieceTokenizer, WordTokenizer
from softsearch.recipes import schema

TRAIN = [Pair("Das Haus ist alt", "the house is old", 1), Pair("Die Katze schläft", "the cat sleeps", 2)] * 5
CORPUS = Corpus(lambda report: iter(TRAIN), [Pair("Zebra", "zebra", 1)], None, {}, "train.tsv", 100)


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
