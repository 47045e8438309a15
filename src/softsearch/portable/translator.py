"""Lines in, translations out, from an exported folder."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.portable.network import Network
from softsearch.portable.search import beam_search, forced
from softsearch.tasks.by_length import by_length
from softsearch.tasks.long_lines import parts_of

_SENTENCES_AT_ONCE, _LINES_AT_ONCE = 64, 1024


class Engine(Protocol):
    """What computes a translator."""

    def search(self, sources: Sequence[Sequence[int]], *, search: Search, limits: Sequence[int]) -> list[list[int]]:
        """Return the tokens of the best translation of each source, of at most so many tokens."""
        ...

    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[list[float]]:
        """Return the log-probability of each token of given targets and of their ends, in nats."""
        ...


class OnnxEngine:
    """ONNX Runtime and the beam search of this package.

    Parameters
    ----------
    threads
        Of a computation; 0 for as many as there are processors.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._network = Network(folder, threads=threads)

    def search(self, sources: Sequence[Sequence[int]], *, search: Search, limits: Sequence[int]) -> list[list[int]]:
        """Return the tokens of the best translation of each source, of at most so many tokens."""

        def searched(rows: list[int]) -> list[list[int]]:
            some, most = [sources[row] for row in rows], [limits[row] for row in rows]
            return beam_search(self._network, some, search=search, limits=most)

        return by_length(list(map(len, sources)), _SENTENCES_AT_ONCE, searched)

    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[list[float]]:
        """Return the log-probability of each token of given targets and of their ends, in nats."""

        def written(rows: list[int]) -> list[list[float]]:
            return forced(self._network, [sources[row] for row in rows], [targets[row] for row in rows])

        return by_length(list(map(len, targets)), _SENTENCES_AT_ONCE, written)


class Translator:
    """An exported translator, its tokenizer and how to search.

    Parameters
    ----------
    search
        How translations are looked for.
    max_tokens
        Longer lines are translated in parts.
    """

    def __init__(self, engine: Engine, tokenizer: Tokenizer, *, search: Search, max_tokens: int) -> None:
        self.engine = engine
        self.tokenizer = tokenizer
        self.search = search
        self.max_tokens = max_tokens

    def translate(self, lines: Sequence[str] | str, *, beam: int | None = None) -> list[str]:
        """Return the translations of lines, in their order; that of an empty one is empty.

        Parameters
        ----------
        beam
            Other than the translator's own.

        Raises
        ------
        SoftsearchError
            `beam` is out of its range.
        """
        return list(self.stream([lines] if isinstance(lines, str) else lines, beam=beam))

    def stream(self, lines: Iterable[str], *, beam: int | None = None) -> Iterator[str]:
        """Yield the translations of any number of lines, reading some of them at a time."""
        search = self.search if beam is None else replace(self.search, beam=beam)
        waiting = iter(lines)
        while some := list(itertools.islice(waiting, _LINES_AT_ONCE)):
            yield from self._translated(some, search)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[list[float]]:
        """Return the log-probability of each token of given translations and of their ends, in nats."""
        return self.engine.force(self.tokenizer.encode_batch(sources), self.tokenizer.encode_batch(targets))

    def _translated(self, lines: Sequence[str], search: Search) -> Iterator[str]:
        encoded = self.tokenizer.encode_batch(lines)
        parts = [parts_of(ids, self.tokenizer, self.max_tokens) for ids in encoded]
        sources = list(itertools.chain.from_iterable(parts))
        limits = [search.limit(len(source), 0) for source in sources]
        found = iter(self.engine.search(sources, search=search, limits=limits) if sources else [])
        for own in parts:
            texts = [self.tokenizer.decode(next(found)) for _ in own]
            yield " ".join(filter(None, texts))
