"""Subwords: sentencepiece's unigram model (Kudo 2018, arXiv:1804.10959)."""

from __future__ import annotations

import io
import itertools
import random
import re
from collections.abc import Callable, Iterable, Sequence

import sentencepiece

from softsearch.data.text import with_plain_words
from softsearch.data.tokenizers.base import BOS, EOS, MARK, PAD, UNK, UNKNOWN, MarkedTokenizer, no_text, require_room
from softsearch.data.tokenizers.sampling import SubwordSampler
from softsearch.errors import DataError

_SILENT = 2  # sentencepiece's level: errors only
# Sentencepiece takes some 25 bytes for each character that it learns from.
_MAX_TRAINING_TEXTS, _MAX_TRAINING_CHARACTERS = 500_000, 20_000_000
_MANY_CHARACTERS = 6_000


class SentencePieceTokenizer(MarkedTokenizer):
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
        pieces = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
        pieces[UNK] = UNKNOWN
        super().__init__(pieces)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""
        return list(self._processor.encode([with_plain_words(text) for text in texts]))

    def sampling(self, alpha: float) -> Callable[[Sequence[str], int], list[list[int]]]:
        """Return what cuts texts into subwords at random, a function of the texts and a seed.

        `alpha` is that of :class:`~softsearch.data.tokenizers.sampling.SubwordSampler`.
        """
        scores = {self._pieces[index]: (index, self._processor.get_score(index)) for index in range(EOS + 1, self.size)}
        sampler = SubwordSampler(scores, alpha=alpha)

        def sample(texts: Sequence[str], seed: int) -> list[list[int]]:
            stream = random.Random(seed)
            words = (self._processor.normalize(with_plain_words(text)).split(MARK) for text in texts)
            return [[index for word in each if word for index in sampler.draw(MARK + word, stream)] for each in words]

        return sample

    def to_bytes(self) -> bytes:
        """Return the sentencepiece model."""
        return self._model


def train_sentencepiece(
    texts: Iterable[str], *, size: int, lowercase: bool, seed: int, threads: int
) -> SentencePieceTokenizer:
    """Learn subwords: a unigram model (Kudo 2018, arXiv:1804.10959) over text normalised by NFKC.

    At most 500,000 texts and 20 million characters are learnt from, drawn at random. All characters are kept; of
    scripts with more than 6,000 characters, those that make up 99.95 % of the text. Where the texts do not hold `size`
    subwords the model has as many as they do.

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
    require_room(size)
    sample = _drawn((with_plain_words(text) for text in texts if text.strip()), seed)
    if not sample:
        raise no_text()
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


def _drawn(texts: Iterable[str], seed: int) -> list[str]:
    """Return as many texts as are learnt from, each equally likely to be among them, or all where there are fewer."""
    stream = random.Random(seed)
    sample: list[str] = []
    for count, text in enumerate(texts):
        if count < _MAX_TRAINING_TEXTS:
            sample.append(text)
        elif (place := stream.randrange(count + 1)) < _MAX_TRAINING_TEXTS:
            sample[place] = text
    if sum(map(len, sample)) > _MAX_TRAINING_CHARACTERS:
        stream.shuffle(sample)
        fits = sum(total <= _MAX_TRAINING_CHARACTERS for total in itertools.accumulate(map(len, sample)))
        del sample[max(1, fits) :]
    return sample


def _untrainable(size: int, error: Exception) -> DataError:
    if match := re.search(r"smaller than required_chars\. \d+ vs (\d+)", str(error)):
        problem = "the vocabulary has no room for the different characters of the text"
        return DataError(problem, value=size, allowed=f"at least {match[1]}", fix="make tokenizer.size larger")
    return DataError(f"sentencepiece cannot learn from this text: {error}")
