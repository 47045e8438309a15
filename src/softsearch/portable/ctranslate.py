"""An exported Transformer, computed and searched by CTranslate2.

Its search ends a sentence as soon as so many hypotheses have ended as the beam is wide, and cuts a translation that is
as long as it may be without the cost of an end; otherwise it is ours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from softsearch.data.tokenizers import BOS, PAD
from softsearch.decoding.settings import Search
from softsearch.portable.network import runtime

_SENTENCES_AT_ONCE = 64


class CTranslate2:
    """A model folder of CTranslate2.

    Parameters
    ----------
    threads
        Of a computation; 0 for CTranslate2's own choice.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._translator = runtime("ctranslate2").Translator(str(folder), intra_threads=threads)
        self._tokens: list[str] = json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8"))
        self._ids = {token: index for index, token in enumerate(self._tokens)}

    def search(self, sources: Sequence[Sequence[int]], *, search: Search, limits: Sequence[int]) -> list[list[int]]:
        """Return the tokens of the best translation of each source, of at most so many tokens."""
        # There is one limit for all; the few translations that exceed their own are looked for again.
        found = self._search(sources, search, max(limits))
        longer = sorted((limit, row) for row, limit in enumerate(limits) if len(found[row]) > limit)
        for limit, group in groupby(longer, key=lambda each: each[0]):
            rows = [row for _, row in group]
            for row, tokens in zip(rows, self._search([sources[row] for row in rows], search, limit), strict=True):
                found[row] = tokens
        return found

    def force(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[list[float]]:
        """Return the log-probability of each token of given targets and of their ends, in nats."""
        scored = self._translator.score_batch(
            self._named(sources), self._named(targets), max_batch_size=_SENTENCES_AT_ONCE, max_input_length=0
        )
        return [list(each.log_probs) for each in scored]

    def _search(self, sources: Sequence[Sequence[int]], search: Search, limit: int) -> list[list[int]]:
        results = self._translator.translate_batch(
            self._named(sources),
            beam_size=search.beam,
            length_penalty=search.length_penalty,
            coverage_penalty=search.coverage_penalty,
            no_repeat_ngram_size=search.no_repeat_ngrams,
            min_decoding_length=search.min_length,
            max_decoding_length=limit,
            max_input_length=0,
            disable_unk=True,
            suppress_sequences=[[self._tokens[index]] for index in (PAD, BOS)],
            max_batch_size=_SENTENCES_AT_ONCE,
        )
        return [[self._ids[token] for token in each.hypotheses[0]] for each in results]

    def _named(self, texts: Sequence[Sequence[int]]) -> list[list[str]]:
        return [[self._tokens[index] for index in text] for text in texts]
