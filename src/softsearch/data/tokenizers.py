"""From text to token ids and back: sentencepiece subwords or white-space words, one vocabulary for both languages."""

from __future__ import annotations

import collections
import io
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import sentencepiece

from softsearch.data.text import with_plain_words
from softsearch.errors import DataError, RunError

PAD, UNK, BOS, EOS = range(4)
NUM_SPECIAL = 4
UNKNOWN = "⁇"
"""How an unknown token is printed."""

_MARK = "▁"
_SILENT = 2  # sentencepiece's level: errors only
_MAX_TRAINING_TEXTS = 1_000_000
_MANY_CHARACTERS = 6_000


class Tokenizer(Protocol):
    """What the rest of the package knows of a tokeniser."""

    @property
    def size(self) -> int:
        """Number of ids, the four special ones included."""

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without BOS and EOS. A text of white space only gives none."""

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return `encode` of each text, faster than one by one."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return what to print for each id, for example on the axis of a picture."""

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""

    def to_bytes(self) -> bytes:
        """Return the content of a file for :func:`load_tokenizer`."""


class SentencePieceTokenizer:
    """Subwords of a sentencepiece model.

    Parameters
    ----------
    model
        The serialised model, with the ids PAD, UNK, BOS, EOS in the first four places.
    """

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        processor = self._processor
        if (processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id()) != (PAD, UNK, BOS, EOS):
            raise ValueError("the special ids are not in the first four places")
        self._pieces = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
        self._pieces[UNK] = UNKNOWN

    @property
    def size(self) -> int:
        """Number of ids, the four special ones included."""
        return len(self._pieces)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without BOS and EOS."""
        return list(self._processor.encode(with_plain_words(text)))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return `encode` of each text, faster than one by one."""
        return list(self._processor.encode([with_plain_words(text) for text in texts]))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        return "".join(self._pieces[index] for index in _without_control(ids)).replace(_MARK, " ").strip()

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the pieces; the mark ``▁`` stands for the space before a word."""
        return [self._pieces[index] for index in ids]

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""
        words, word, begun = [], 0, False
        for index in ids:
            if index in (PAD, BOS, EOS):
                words.append(-1)
                continue
            piece = self._pieces[index]
            # A translation may hold "▁" twice in a row, or at its end; neither makes a word.
            if piece.startswith(_MARK) and begun:
                word, begun = word + 1, False
            begun = begun or piece != _MARK
            words.append(word)
        last = word if begun else max(0, word - 1)
        return [min(word, last) for word in words]

    def to_bytes(self) -> bytes:
        """Return the sentencepiece model."""
        return self._model


class WordTokenizer:
    """White-space words of a fixed list.

    Parameters
    ----------
    words
        The words in the order of their ids, which begin after the special ones.
    lowercase
        Whether texts are lower-cased before they are looked up.
    """

    def __init__(self, words: Sequence[str], *, lowercase: bool) -> None:
        self._lowercase = lowercase
        self._words = ["<pad>", UNKNOWN, "<s>", "</s>", *words]
        self._ids = {word: index for index, word in enumerate(words, start=NUM_SPECIAL)}
        if len(self._ids) != len(words):
            raise ValueError("a word occurs twice")

    @property
    def size(self) -> int:
        """Number of ids, the four special ones included."""
        return len(self._words)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without BOS and EOS."""
        return [self._ids.get(word, UNK) for word in _words(text, self._lowercase)]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return `encode` of each text."""
        return [self.encode(text) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        return " ".join(self._words[index] for index in _without_control(ids))

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the words."""
        return [self._words[index] for index in ids]

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""
        count = itertools.count()
        return [-1 if index in (PAD, BOS, EOS) else next(count) for index in ids]

    def to_bytes(self) -> bytes:
        """Return the list of words as JSON."""
        content = {"kind": "words", "lowercase": self._lowercase, "words": self._words[NUM_SPECIAL:]}
        # Escaped, so that a lone surrogate from a damaged text is no obstacle.
        return json.dumps(content, indent=0).encode("ascii")


def train_sentencepiece(
    texts: Iterable[str], *, size: int, lowercase: bool, seed: int, threads: int
) -> SentencePieceTokenizer:
    """Learn subwords: a unigram model (Kudo 2018, arXiv:1804.10959) over text normalised by NFKC.

    At most a million texts are learnt from, drawn at random. All characters are kept; of scripts with more than
    6,000 characters, those that make up 99.95 % of the text. Where the texts do not hold `size` subwords the model
    has as many as they do.

    Parameters
    ----------
    texts
        Sentences of both languages.
    size
        Number of ids wanted, the four special ones included.
    lowercase
        Whether case is folded, in training and in `encode`.
    seed
        Seed of the draw.
    threads
        Threads of the training. Another number may choose other subwords, the same number never does.

    Raises
    ------
    DataError
        There is no text, or `size` has no room for the characters.
    """
    _require_room(size)
    sample = _drawn((with_plain_words(text) for text in texts if text.strip()), _MAX_TRAINING_TEXTS, seed)
    if not sample:
        raise DataError("there is no text to learn a vocabulary from")
    characters = set().union(*sample)
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sample),
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=0.9995 if len(characters) > _MANY_CHARACTERS else 1.0,
            normalization_rule_name="nmt_nfkc_cf" if lowercase else "nmt_nfkc",
            max_sentence_length=1 << 20,
            num_threads=threads,
            pad_id=PAD,
            unk_id=UNK,
            bos_id=BOS,
            eos_id=EOS,
            unk_surface=UNKNOWN,
            minloglevel=_SILENT,
        )
    except (RuntimeError, OSError) as error:
        raise _untrainable(size, error) from error
    return SentencePieceTokenizer(model.getvalue())


def train_words(texts: Iterable[str], *, size: int, lowercase: bool) -> WordTokenizer:
    """Keep the most frequent white-space words; words of equal frequency in alphabetical order.

    Parameters
    ----------
    texts
        Sentences of both languages.
    size
        Number of ids at most, the four special ones included.
    lowercase
        Whether words are lower-cased, here and in `encode`.

    Raises
    ------
    DataError
        There is no text, or `size` has no room for a word.
    """
    _require_room(size)
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        counts.update(_words(text, lowercase))
    if not counts:
        raise DataError("there is no text to learn a vocabulary from")
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return WordTokenizer(ranked[: size - NUM_SPECIAL], lowercase=lowercase)


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokeniser that was saved, of either kind.

    Raises
    ------
    RunError
        The file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(f"the tokeniser cannot be read: {error.strerror}", path=path) from error
    try:
        if content.startswith(b"{"):
            fields = json.loads(content)
            return WordTokenizer(fields["words"], lowercase=fields["lowercase"])
        return SentencePieceTokenizer(content)
    except (ValueError, KeyError, TypeError, RuntimeError, OSError) as error:
        fix = "take the file from a copy of the run, or train again: a new tokeniser does not fit old weights"
        raise RunError("the tokeniser is damaged", path=path, fix=fix) from error


def _require_room(size: int) -> None:
    if size <= NUM_SPECIAL:
        raise DataError("the vocabulary has no room for a word", value=size, allowed=f"more than {NUM_SPECIAL}")


def _words(text: str, lowercase: bool) -> list[str]:
    return text.lower().split() if lowercase else text.split()


def _without_control(ids: Sequence[int]) -> Iterator[int]:
    return (index for index in ids if index not in (PAD, BOS, EOS))


def _drawn(texts: Iterable[str], limit: int, seed: int) -> list[str]:
    """Return `limit` texts, each equally likely to be among them, or all where there are fewer."""
    stream = random.Random(seed)
    sample: list[str] = []
    for count, text in enumerate(texts):
        if count < limit:
            sample.append(text)
        elif (place := stream.randrange(count + 1)) < limit:
            sample[place] = text
    return sample


def _untrainable(size: int, error: Exception) -> DataError:
    if match := re.search(r"smaller than required_chars\. \d+ vs (\d+)", str(error)):
        return DataError(
            "the vocabulary has no room for the different characters of the text",
            value=size,
            allowed=f"at least {match[1]}",
            fix="make tokenizer.size larger",
        )
    return DataError(f"sentencepiece cannot learn from this text: {error}")
