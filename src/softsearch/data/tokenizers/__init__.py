"""From text to token ids and back: subwords, words or characters, one vocabulary for both languages."""

from softsearch.data.tokenizers.base import BOS, EOS, NUM_SPECIAL, PAD, UNK, UNKNOWN, Tokenizer
from softsearch.data.tokenizers.characters import CharacterTokenizer, train_characters
from softsearch.data.tokenizers.loading import load_tokenizer
from softsearch.data.tokenizers.subwords import SentencePieceTokenizer, train_sentencepiece
from softsearch.data.tokenizers.verbatim import ByteTokenizer, VerbatimTokenizer, train_verbatim
from softsearch.data.tokenizers.words import WordTokenizer, train_words

__all__ = [
    "BOS",
    "EOS",
    "NUM_SPECIAL",
    "PAD",
    "UNK",
    "UNKNOWN",
    "ByteTokenizer",
    "CharacterTokenizer",
    "SentencePieceTokenizer",
    "Tokenizer",
    "VerbatimTokenizer",
    "WordTokenizer",
    "load_tokenizer",
    "train_characters",
    "train_sentencepiece",
    "train_verbatim",
    "train_words",
]
