"""Sentences in, translations out: a trained model with all that it needs to be used."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from softsearch.data.batches import pad_sources
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.search import beam_search
from softsearch.decoding.stepper import Hypothesis
from softsearch.metrics.alignment import Link, links, to_pharaoh, word_weights
from softsearch.models.sequence_model import SequenceModel
from softsearch.shapes import Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

END = "</s>"  # the source's last position, which attention may rest on
_SENTENCES_AT_ONCE = 64
_BREAKS = (".!?;:", ",")  # where a line that is too long is cut, best first


@dataclass(frozen=True)
class Translation:
    """A translation, and where the model looked while it wrote it.

    Attributes
    ----------
    source, text
        The sentence and its translation.
    score
        Log-probability in nats over ``length ** length_penalty``; 0 for an empty source.
    source_pieces, target_pieces
        What the model read and wrote; each part of the source closes with ``</s>``.
    weights
        Attention, one row a target piece, one column a source piece; None for a model without attention.
    alignment
        Links (source word, target word) between white-space words, from 0: for each target word the source word that
        was looked at most.
    alternatives
        The next best translations, where more than one was asked for.
    """

    source: str
    text: str
    score: float
    source_pieces: list[str] = field(default_factory=list)
    target_pieces: list[str] = field(default_factory=list)
    weights: Float[np.ndarray, "tgt src"] | None = None
    alignment: list[Link] = field(default_factory=list)
    alternatives: list[Translation] = field(default_factory=list)

    def pharaoh(self) -> str:
        """Return the alignment as ``0-0 1-2``."""
        return to_pharaoh(set(self.alignment))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, weights to four digits."""
        return {
            "source": self.source,
            "translation": self.text,
            "score": round(self.score, 6),
            "alignment": [list(link) for link in self.alignment],
            "source_pieces": self.source_pieces,
            "target_pieces": self.target_pieces,
            "weights": None if self.weights is None else self.weights.round(4).tolist(),
            "alternatives": [{"translation": each.text, "score": round(each.score, 6)} for each in self.alternatives],
        }

    def plot(self) -> Figure:
        """Draw the attention as a heat map; without attention there is nothing to draw and a ValueError says so."""
        from softsearch.pictures import attention_map

        if self.weights is None:
            raise ValueError("this translation has no attention to draw: the model has none, or the sentence is empty")
        return attention_map(self.source_pieces, self.target_pieces, self.weights)


class Translator:
    """A model, its tokenizer and how to search.

    Parameters
    ----------
    model
        In evaluation mode it writes the same translation for a sentence whatever else is in the batch.
    tokenizer
        Of source and target.
    beam, length_penalty
        See :func:`~softsearch.decoding.search.beam_search`.
    max_ratio
        A translation has at most this many tokens for each source token, and ten more.
    max_tokens
        Longer lines are translated in parts: the model has never seen their like.
    """

    def __init__(
        self,
        model: SequenceModel,
        tokenizer: Tokenizer,
        *,
        beam: int,
        length_penalty: float,
        max_ratio: float,
        max_tokens: int,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.beam = beam
        self.length_penalty = length_penalty
        self.max_ratio = max_ratio
        self.max_tokens = max_tokens

    def translate(
        self, sentences: Sequence[str] | str, *, beam: int | None = None, nbest: int = 1
    ) -> list[Translation]:
        """Translate sentences, in their order; an empty one gives an empty translation.

        Parameters
        ----------
        beam
            Other than the translator's own; at least `nbest` hypotheses are kept.
        nbest
            How many translations of each; those after the first are its `alternatives`.

        Raises
        ------
        ValueError
            `beam` or `nbest` is less than 1.
        """
        return list(self.stream([sentences] if isinstance(sentences, str) else sentences, beam=beam, nbest=nbest))

    def stream(
        self, lines: Iterable[str], *, beam: int | None = None, nbest: int = 1, chunk: int = 16 * _SENTENCES_AT_ONCE
    ) -> Iterator[Translation]:
        """Yield the translations of any number of lines, reading `chunk` of them at a time."""
        beam = self.beam if beam is None else beam
        if beam < 1 or nbest < 1:
            raise ValueError(f"beam and nbest are at least 1, not {beam} and {nbest}")
        waiting = iter(lines)
        while texts := list(itertools.islice(waiting, chunk)):
            yield from self._translate_chunk(texts, beam, nbest)

    def num_parts(self, text: str) -> int:
        """Return in how many parts a line is translated: more than one means that it is longer than `max_tokens`."""
        return len(self._parts(text))

    def _translate_chunk(self, texts: list[str], beam: int, nbest: int) -> Iterator[Translation]:
        parts = [self._parts(text) for text in texts]
        found = iter(self._search([ids for sentence in parts for ids in sentence], beam, nbest))
        for text, sentence in zip(texts, parts, strict=True):
            hypotheses = [next(found) for _ in sentence]
            ranked = [self._translation(text, sentence, list(each)) for each in zip(*hypotheses, strict=False)]
            if not ranked:
                yield Translation(text, "", 0.0)
            else:
                first = ranked[0]
                yield Translation(**{**vars(first), "alternatives": ranked[1:]})

    def _search(self, sources: list[list[int]], beam: int, nbest: int) -> list[list[Hypothesis]]:
        """Search for each source, those of similar length together; results are in the order of `sources`."""
        found: list[list[Hypothesis]] = [[] for _ in sources]
        order = sorted(range(len(sources)), key=lambda index: -len(sources[index]))
        device = next(self.model.parameters()).device
        for start in range(0, len(order), _SENTENCES_AT_ONCE):
            rows = order[start : start + _SENTENCES_AT_ONCE]
            ids, mask = pad_sources([sources[row] for row in rows])
            limits = torch.tensor([int(self.max_ratio * len(sources[row])) + 10 for row in rows])
            with torch.inference_mode():
                source = self.model.encode(ids.to(device), mask.to(device))
            results = beam_search(
                self.model,
                source,
                max_lengths=limits.to(device),
                beam=beam,
                length_penalty=self.length_penalty,
                num_best=nbest,
            )
            for row, hypotheses in zip(rows, results, strict=True):
                found[row] = hypotheses
        return found

    def _translation(self, text: str, sources: list[list[int]], parts: list[Hypothesis]) -> Translation:
        """Join the hypotheses about the parts of one line."""
        tokens = [token for part in parts for token in part.tokens]
        length = len(tokens) + len(parts)
        weights = _joined_weights(sources, parts)
        return Translation(
            source=text,
            text=" ".join(self.tokenizer.decode(part.tokens) for part in parts),
            score=sum(part.log_prob for part in parts) / length**self.length_penalty,
            source_pieces=[piece for ids in sources for piece in [*self.tokenizer.pieces(ids), END]],
            target_pieces=self.tokenizer.pieces(tokens),
            weights=weights,
            alignment=sorted(self.word_links(sources, [part.tokens for part in parts], weights)),
        )

    def word_links(
        self, sources: list[list[int]], targets: list[list[int]], weights: Float[np.ndarray, "tgt src"] | None
    ) -> set[Link]:
        """Return links between words from weights between pieces; each part of the source ends with ``</s>``."""
        if weights is None:
            return set()
        source_words = self._words_of(sources, ends=True)
        target_words = self._words_of(targets, ends=False)
        real = np.array(source_words) >= 0
        return links(word_weights(weights[:, real], [word for word in source_words if word >= 0], target_words))

    def _words_of(self, parts: list[list[int]], *, ends: bool) -> list[int]:
        words: list[int] = []
        first = 0
        for ids in parts:
            own = self.tokenizer.word_ids(ids)
            words += [first + word for word in own] + ([-1] if ends else [])
            first += max(own, default=-1) + 1
        return words

    def _parts(self, text: str) -> list[list[int]]:
        """Return a line's token ids, cut into parts of at most `max_tokens`, at punctuation where there is some."""
        ids = self.tokenizer.encode(text)
        parts = []
        while len(ids) > self.max_tokens:
            cut = self._cut(ids)
            parts.append(ids[:cut])
            ids = ids[cut:]
        return [*parts, ids] if ids else parts

    def _cut(self, ids: list[int]) -> int:
        head = ids[: self.max_tokens + 1]
        words, pieces = self.tokenizer.word_ids(head), self.tokenizer.pieces(head)
        borders = [place for place in range(1, len(head)) if words[place] != words[place - 1]]
        for marks in _BREAKS:
            ends = [place for place in borders if pieces[place - 1].endswith(tuple(marks))]
            if ends and ends[-1] > self.max_tokens // 2:
                return ends[-1]
        return borders[-1] if borders else self.max_tokens


def _joined_weights(sources: list[list[int]], parts: list[Hypothesis]) -> Float[np.ndarray, "tgt src"] | None:
    """Return one matrix for a line, in which no part looks at another."""
    blocks = []
    for ids, part in zip(sources, parts, strict=True):
        if part.weights is None:
            return None
        blocks.append(part.weights[:, : len(ids) + 1].cpu().numpy())
    joined = np.zeros((sum(len(block) for block in blocks), sum(block.shape[1] for block in blocks)), dtype=np.float32)
    row = column = 0
    for block in blocks:
        joined[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    return joined
