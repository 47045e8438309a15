"""Sentences in, translations out: a trained model with all that it needs to be used."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch

from softsearch.data.tokenizers import BOS, UNK, Tokenizer
from softsearch.decoding.hypotheses import Hypothesis
from softsearch.decoding.settings import Sampling, Search
from softsearch.metrics.alignment import Link, word_weights
from softsearch.models.sequence_model import Network
from softsearch.shapes import Float
from softsearch.tasks.batched import SENTENCES_AT_ONCE, Decoding, Forced, Part, decode, encode, write
from softsearch.tasks.long_lines import parts_of
from softsearch.tasks.translated import END, Scored, Translation
from softsearch.tasks.wording import ALIKE, decoded, without_unknown, word_links, word_log_probs


class Translator:
    """A model, its tokenizer and how to search.

    Parameters
    ----------
    model
        In evaluation mode it writes the same translation for a sentence whatever else is in the batch.
    tokenizer
        Of source and target.
    search
        How translations are looked for, where a call does not say otherwise.
    max_tokens
        Longer lines are translated in parts: the model has never seen their like.
    dictionary
        Translations of source words, for those that the model writes as unknown; may be empty.
    """

    def __init__(
        self, model: Network, tokenizer: Tokenizer, *, search: Search, max_tokens: int, dictionary: Mapping[str, str]
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.search = search
        self.max_tokens = max_tokens
        self.dictionary = dictionary

    @property
    def has_links(self) -> bool:
        """Whether the model looks at some words more than at others: with mean pooling or no attention it does not."""
        source, mask = encode(self.model, [[UNK, UNK]])
        with torch.inference_mode():
            begin = torch.tensor([BOS], device=mask.device)
            weights = self.model.step(begin, self.model.start(source), source)[2]
        return weights is not None and float(weights.max() - weights.min()) > ALIKE

    def translate(
        self,
        sentences: Sequence[str] | str,
        *,
        search: Search | None = None,
        beam: int | None = None,
        replace_unknown: bool | None = None,
        nbest: int = 1,
        prefixes: Sequence[str] | str = "",
        sampling: Sampling | None = None,
    ) -> list[Translation]:
        """Translate sentences, in their order; an empty one gives an empty translation.

        Parameters
        ----------
        search
            Other than the translator's own; ``dataclasses.replace(translator.search, coverage_penalty=0.2)``.
        beam, replace_unknown
            The same for one field; at least `nbest` hypotheses are kept.
        nbest
            How many translations of each; those after the first are its `alternatives`.
        prefixes
            What each translation, of the first part of a line in parts, begins with; one text for all, or one for each.
            The model goes on after it, by subwords possibly within its last word.
        sampling
            Draw translations instead of looking for the best.

        Raises
        ------
        SoftsearchError
            A value is out of its range.
        ValueError
            `nbest` is less than 1, or there are not as many prefixes as sentences.
        """
        sentences = [sentences] if isinstance(sentences, str) else sentences
        if not isinstance(prefixes, str) and len(prefixes) != len(sentences):
            raise ValueError(f"{len(prefixes)} prefixes for {len(sentences)} sentences")
        stream = self.stream(
            sentences,
            search=search,
            beam=beam,
            replace_unknown=replace_unknown,
            nbest=nbest,
            prefixes=prefixes,
            sampling=sampling,
        )
        return list(stream)

    def stream(
        self,
        lines: Iterable[str],
        *,
        search: Search | None = None,
        beam: int | None = None,
        replace_unknown: bool | None = None,
        nbest: int = 1,
        prefixes: Iterable[str] | str = "",
        sampling: Sampling | None = None,
        first: int = 0,
        chunk: int = 16 * SENTENCES_AT_ONCE,
    ) -> Iterator[Translation]:
        """Yield the translations of any number of lines, reading `chunk` of them at a time.

        The lines are numbered from `first`: samples depend on it. Prefixes may be more than the lines, not fewer.
        """
        search = search or self.search
        if beam is not None:
            search = dataclasses.replace(search, beam=beam)
        if replace_unknown is not None:
            search = dataclasses.replace(search, replace_unknown=replace_unknown)
        if nbest < 1:
            raise ValueError(f"nbest is at least 1, not {nbest}")
        if search.replace_unknown and not self.has_links:  # nobody could say what an unknown word stands for
            search = dataclasses.replace(search, replace_unknown=False)
        asked = Decoding(search, nbest, sampling)
        each = itertools.repeat(prefixes) if isinstance(prefixes, str) else itertools.chain(prefixes, _no_more())
        waiting = zip(lines, each, strict=False)
        while pairs := list(itertools.islice(waiting, chunk)):
            yield from self._translate_chunk(pairs, asked, first)
            first += len(pairs)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Scored]:
        """Return what given translations cost the model, in their order; lines of any length in one piece.

        Raises
        ------
        ValueError
            There are not as many targets as sources.
        """
        read, written = self.tokenizer.encode_batch(sources), self.tokenizer.encode_batch(targets)
        found = write(self.model, read, written)
        each = zip(sources, targets, read, written, found, strict=True)
        return [self._scored(*one) for one in each]

    def _scored(self, source: str, target: str, read: list[int], written: list[int], found: Forced) -> Scored:
        words, source_words = self.tokenizer.word_ids(written), self.tokenizer.word_ids(read)
        looked = None if found.weights is None else found.weights[: len(written)]
        return Scored(
            source=source,
            target=target,
            log_prob=math.fsum(found.log_probs),
            num_tokens=len(found.log_probs),
            word_log_probs=word_log_probs(words, found.log_probs[:-1], len(target.split())),
            alignment=sorted(word_links(source_words, words, looked)),
            word_weights=None if looked is None else word_weights(looked, source_words, words),
        )

    def _translate_chunk(self, pairs: list[tuple[str, str]], asked: Decoding, first: int) -> Iterator[Translation]:
        lines = [
            [
                Part(ids, self.tokenizer.encode(prefix) if place == 0 else [], line, place)
                for place, ids in enumerate(parts_of(self.tokenizer.encode(text), self.tokenizer, self.max_tokens))
            ]
            for line, (text, prefix) in enumerate(pairs, start=first)
        ]
        found = iter(decode(self.model, [part for line in lines for part in line], asked))
        for (text, prefix), line in zip(pairs, lines, strict=True):
            hypotheses = [next(found) for _ in line]
            ranked = [
                self._translation(text, prefix, line, list(each), asked.search)
                for each in zip(*hypotheses, strict=False)
            ]
            yield dataclasses.replace(ranked[0], alternatives=ranked[1:]) if ranked else Translation(text, "", 0.0)

    def _translation(
        self, text: str, prefix: str, parts: list[Part], found: list[Hypothesis], search: Search
    ) -> Translation:
        """Join the hypotheses about the parts of one line."""
        source, begun = text.split(), prefix.split()
        read = self.tokenizer.word_ids([token for part in parts for token in part.ids])
        texts: list[str] = []
        unreplaced: list[str] = []
        alignment: set[Link] = set()
        log_probs: list[float] = []
        start = 0
        for part, hypothesis in zip(parts, found, strict=True):
            own = read[start : start + len(part.ids)]
            costs = hypothesis.token_log_probs[:-1]
            words = decoded(hypothesis.tokens, costs, own, _own_weights(part, hypothesis), self.tokenizer)
            unreplaced.append(words.text)
            dictionary = self.dictionary if search.replace_unknown else None
            words = without_unknown(words, source, begun if part.place == 0 else [], dictionary)
            alignment |= {(number, len(log_probs) + target) for number, target in words.links}
            texts.append(words.text)
            log_probs += words.log_probs
            start += len(part.ids)
        return Translation(
            source=text,
            text=" ".join(filter(None, texts)),
            score=_score(found, search.length_penalty),
            source_pieces=[piece for part in parts for piece in [*self.tokenizer.pieces(part.ids), END]],
            target_pieces=self.tokenizer.pieces([token for each in found for token in each.tokens]),
            weights=_own_weights(parts[0], found[0]) if len(parts) == 1 else None,
            alignment=sorted(alignment),
            confidence=[math.exp(each) for each in log_probs],
            unreplaced=" ".join(filter(None, unreplaced)),
        )


def _no_more() -> Iterator[str]:
    raise ValueError("there are fewer prefixes than lines")
    yield


def _score(found: list[Hypothesis], length_penalty: float) -> float:
    if len(found) == 1:
        return found[0].score
    length = sum(len(each.token_log_probs) for each in found)
    return sum(each.log_prob for each in found) / math.pow(length, length_penalty)


def _own_weights(part: Part, found: Hypothesis) -> Float[np.ndarray, "tgt src"] | None:
    """Return the weights on a part's own positions and its end, without those on the padding of its batch."""
    return None if found.weights is None else found.weights[:, : len(part.ids) + 1].cpu().numpy()
