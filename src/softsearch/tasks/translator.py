"""Sentences in, translations out: a trained model with all that it needs to be used."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from softsearch.data.batches import pad_sources
from softsearch.data.tokenizers import BOS, UNK, Tokenizer
from softsearch.decoding.search import beam_search
from softsearch.decoding.stepper import Hypothesis
from softsearch.metrics.alignment import Link, links, to_pharaoh, word_weights
from softsearch.models.sequence_model import SequenceModel
from softsearch.shapes import Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

END = "</s>"  # the source's last position, which attention may rest on
_SENTENCES_AT_ONCE = 64
_ALIKE = 1e-6  # weights that differ by less are the same
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
        Attention, one row a target piece, one column a source piece; None for a model without attention, and for a line
        that was translated in parts.
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
    weights: Float[np.ndarray, "tgt src"] | None = field(default=None, compare=False)
    alignment: list[Link] = field(default_factory=list)
    alternatives: list[Translation] = field(default_factory=list)

    @property
    def num_parts(self) -> int:
        """In how many parts the sentence was translated; more than one where it is longer than any trained on."""
        return self.source_pieces.count(END)

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
        """Draw the attention as a heat map.

        Raises
        ------
        ValueError
            There is nothing to draw: the model has no attention, the translation is empty, or was made in parts.
        """
        from softsearch.pictures import attention_map

        if self.weights is None or not self.target_pieces:
            why = "the model has none, the translation is empty, or it was made in parts"
            raise ValueError(f"this translation has no attention to draw: {why}")
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

    @property
    def has_links(self) -> bool:
        """Whether the model looks at some words more than at others: with mean pooling or no attention it does not."""
        ids, mask = pad_sources([[UNK, UNK]])
        device = next(self.model.parameters()).device
        with torch.inference_mode():
            source = self.model.encode(ids.to(device), mask.to(device))
            weights = self.model.step(torch.tensor([BOS], device=device), self.model.start(source), source)[2]
        return weights is not None and float(weights.max() - weights.min()) > _ALIKE

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
        words = self.tokenizer.word_ids([token for ids in sources for token in ids])
        alignment: set[Link] = set()
        texts: list[str] = []
        read = written = 0  # source tokens and target words of the parts before
        for ids, part in zip(sources, parts, strict=True):
            found = self.word_links(words[read : read + len(ids)], part.tokens, _own_weights(ids, part))
            alignment |= {(source, written + target) for source, target in found}
            texts.append(self.tokenizer.decode(part.tokens))
            read, written = read + len(ids), written + len(texts[-1].split())
        return Translation(
            source=text,
            text=" ".join(filter(None, texts)),
            score=sum(part.log_prob for part in parts) / (len(tokens) + len(parts)) ** self.length_penalty,
            source_pieces=[piece for ids in sources for piece in [*self.tokenizer.pieces(ids), END]],
            target_pieces=self.tokenizer.pieces(tokens),
            weights=_own_weights(sources[0], parts[0]) if len(parts) == 1 else None,
            alignment=sorted(alignment),
        )

    def word_links(
        self, source_words: list[int], target: list[int], weights: Float[np.ndarray, "tgt src"] | None
    ) -> set[Link]:
        """Return links between words from weights between pieces.

        Where all pieces were looked at alike, as in mean pooling, there is no link.

        Parameters
        ----------
        source_words
            The word of each source piece; the column of ``</s>`` comes after them.
        target
            The tokens written.
        """
        if weights is None or not source_words:
            return set()
        looked = weights[:, : len(source_words)]
        if len(source_words) > 1:
            looked = looked * (np.ptp(looked, axis=1, keepdims=True) > _ALIKE)
        return links(word_weights(looked, source_words, self.tokenizer.word_ids(target)))

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


def _own_weights(ids: list[int], part: Hypothesis) -> Float[np.ndarray, "tgt src"] | None:
    """Return the weights on a source's own positions and its end, without those on the padding of its batch."""
    return None if part.weights is None else part.weights[:, : len(ids) + 1].cpu().numpy()
