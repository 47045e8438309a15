"""Token ids of a split on the disk, and its texts if wanted, memory-mapped: a corpus larger than memory costs none."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.stored import Column, Ragged, Store, chunks, mapped
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically

_CHUNK = 4096  # pairs encoded at a time
# The files of the ids of each side, and of its texts: numbers, and where each row begins among them.
_IDS = (("source_ids", "source_offsets"), ("target_ids", "target_offsets"))
_TEXTS = (("source_texts", "source_texts_offsets"), ("target_texts", "target_texts_offsets"))


class TokenStore(Store):
    """The token ids of the pairs of one split, without BOS and EOS: `source` and `target`."""

    called = parts = "token ids"

    def _open(self, folder: Path) -> bool:
        def ragged(flat: str, offsets: str) -> Ragged:
            return Ragged(mapped(folder / f"{flat}.npy"), mapped(folder / f"{offsets}.npy"))

        self.has_texts = (folder / f"{_TEXTS[0][0]}.npy").exists()
        self.source, self.target = (ragged(*names) for names in _IDS)
        self._texts = [ragged(*names) for names in _TEXTS * self.has_texts]
        self._lines = mapped(folder / "lines.npy")
        return all(each.is_whole(len(self)) for each in [self.source, self.target, *self._texts])

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, row: int) -> int:
        """Return the line from which a pair was read, counted from 1."""
        return int(self._lines[row])

    def texts(self, rows: np.ndarray) -> tuple[list[str], list[str]]:
        """Return the sources and the targets of some rows of a store that was written with its texts."""
        sources, targets = ([bytes(side[row]).decode("utf-8", "surrogatepass") for row in rows] for side in self._texts)
        return sources, targets

    @staticmethod
    def write(
        folder: Path,
        corpora: Iterable[tuple[Iterable[Pair], PairReport]],
        tokenizer: Tokenizer,
        *,
        max_tokens: int,
        keep_texts: bool,
    ) -> TokenStore:
        """Encode pairs into a folder, some thousand at a time, and open it.

        Parameters
        ----------
        folder
            Where to; it appears when it is complete.
        corpora
            The pairs of each, read once, as they come, and what counts those left out (`too_long`, off `kept`).
        tokenizer
            Makes the ids.
        max_tokens
            A pair with more tokens on one side is left out.
        keep_texts
            Whether :meth:`texts` is wanted.

        Raises
        ------
        DataError
            No pair is left.
        """
        too_long = 0
        with folder_written_atomically(folder) as partial, contextlib.ExitStack() as files:
            writer = _Writer(partial, files, tokenizer.size, keep_texts)
            for pairs, report in corpora:
                for chunk in chunks(pairs, _CHUNK):
                    lost = writer.add(chunk, tokenizer, max_tokens)
                    report.too_long += lost
                    report.kept -= lost
                    too_long += lost
            if writer.lines.count == 0:
                problem = f"no pair is left: {too_long} have a side of more than {max_tokens} tokens"
                raise DataError(problem, fix="raise data.max_tokens")
        return TokenStore(folder)


class _Writer:
    """The files of a store while it is written; `files` closes them."""

    def __init__(self, folder: Path, files: contextlib.ExitStack, vocabulary: int, keep_texts: bool) -> None:
        def column(name: str, dtype: type[np.generic]) -> Column:
            return files.enter_context(Column(folder / f"{name}.npy", dtype))

        dtype = np.uint16 if vocabulary <= 1 << 16 else np.int32
        self.lines = column("lines", np.int64)
        self.sides = [_Rows(column(flat, dtype), column(offsets, np.int64)) for flat, offsets in _IDS]
        self.texts = [_Rows(column(flat, np.uint8), column(offsets, np.int64)) for flat, offsets in _TEXTS * keep_texts]

    def add(self, pairs: list[Pair], tokenizer: Tokenizer, max_tokens: int) -> int:
        """Append the pairs that are short enough, and return how many are not."""
        sources = tokenizer.encode_batch([pair.source for pair in pairs])
        targets = tokenizer.encode_batch([pair.target for pair in pairs])
        is_short = [max(len(a), len(b)) <= max_tokens for a, b in zip(sources, targets, strict=True)]
        for side, ids in zip(self.sides, (sources, targets), strict=True):
            side.append(list(itertools.compress(ids, is_short)))
        kept = list(itertools.compress(pairs, is_short))
        self.lines.append([pair.line for pair in kept])
        for place, side in enumerate(self.texts):
            texts = ((pair.source, pair.target)[place] for pair in kept)
            side.append([text.encode("utf-8", "surrogatepass") for text in texts])
        return len(pairs) - len(kept)


class _Rows:
    """Sequences of numbers, one after the other, and where each begins: what :class:`Ragged` reads."""

    def __init__(self, flat: Column, offsets: Column) -> None:
        self._flat, self._offsets = flat, offsets
        self._offsets.append([0])

    def append(self, rows: Sequence[Sequence[int]]) -> None:
        ends = itertools.accumulate((len(row) for row in rows), initial=self._flat.count)
        self._offsets.append(list(ends)[1:])
        self._flat.append(list(itertools.chain.from_iterable(rows)))
