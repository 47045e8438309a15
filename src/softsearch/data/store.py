"""Token ids of a split on the disk, and its texts if wanted, memory-mapped: a corpus larger than memory costs none."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from softsearch.data.columns import Column
from softsearch.data.parallel import Pair, PairReport
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically

_CHUNK = 4096  # pairs encoded at a time
_ARRAYS = ("source_ids", "source_offsets", "target_ids", "target_offsets", "lines")
_TEXTS = ("source_texts", "source_texts_offsets", "target_texts", "target_texts_offsets")


class TokenStore:
    """The token ids of the pairs of one split, without BOS and EOS.

    Parameters
    ----------
    folder
        What :meth:`write` made.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        fix = "prepare the data again"
        has_texts = (folder / f"{_TEXTS[0]}.npy").exists()
        try:
            names = _ARRAYS + _TEXTS * has_texts
            arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in names}
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"the stored token ids cannot be read: {error}", path=folder, fix=fix) from error
        self.source_ids, self.source_offsets = arrays["source_ids"], arrays["source_offsets"]
        self.target_ids, self.target_offsets = arrays["target_ids"], arrays["target_offsets"]
        self._lines = arrays["lines"]
        sides = [(arrays[f"{side}_ids"], arrays[f"{side}_offsets"]) for side in ("source", "target")]
        self._texts = [(arrays[flat], arrays[offsets]) for flat, offsets in (_TEXTS[:2], _TEXTS[2:]) if has_texts]
        for flat, offsets in sides + self._texts:
            if len(offsets) != len(self) + 1 or offsets[-1] != len(flat):
                raise DataError("the stored token ids do not fit together", path=folder, fix=fix)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def source_lengths(self) -> np.ndarray:
        """Tokens of each source."""
        return np.diff(self.source_offsets)

    @property
    def target_lengths(self) -> np.ndarray:
        """Tokens of each target."""
        return np.diff(self.target_offsets)

    def source(self, row: int) -> np.ndarray:
        """Return the ids of one source."""
        return self.source_ids[self.source_offsets[row] : self.source_offsets[row + 1]]

    def target(self, row: int) -> np.ndarray:
        """Return the ids of one target."""
        return self.target_ids[self.target_offsets[row] : self.target_offsets[row + 1]]

    def line(self, row: int) -> int:
        """Return the line from which a pair was read, counted from 1."""
        return int(self._lines[row])

    def texts(self, rows: np.ndarray) -> tuple[list[str], list[str]]:
        """Return the sources and the targets of some rows of a store that was written with its texts."""
        sources, targets = (
            [bytes(flat[offsets[row] : offsets[row + 1]]).decode("utf-8", "surrogatepass") for row in rows]
            for flat, offsets in self._texts
        )
        return sources, targets

    @property
    def has_texts(self) -> bool:
        """Whether it was written with its texts."""
        return bool(self._texts)

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
        with folder_written_atomically(folder) as partial, _Writer(partial, tokenizer.size, keep_texts) as writer:
            for pairs, report in corpora:
                for chunk in _chunks(pairs):
                    lost = writer.add(chunk, tokenizer, max_tokens)
                    report.too_long += lost
                    report.kept -= lost
                    too_long += lost
            if writer.lines.count == 0:
                raise DataError(
                    f"no pair is left: {too_long} have a side of more than {max_tokens} tokens",
                    fix="raise data.max_tokens",
                )
        return TokenStore(folder)


class _Writer:
    """The files of a store while it is written."""

    def __init__(self, folder: Path, vocabulary: int, keep_texts: bool) -> None:
        dtype = np.uint16 if vocabulary <= 1 << 16 else np.int32
        self.lines = Column(folder / "lines.npy", np.int64)
        self.sides = [_Rows(folder, f"{side}_ids", f"{side}_offsets", dtype) for side in ("source", "target")]
        names = (_TEXTS[:2], _TEXTS[2:]) if keep_texts else ()
        self.texts = [_Rows(folder, *each, np.uint8) for each in names]

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

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        files: list[Column | _Rows] = [self.lines, *self.sides, *self.texts]
        with contextlib.ExitStack() as stack:
            for each in files:
                stack.callback(each.close)


class _Rows:
    """Sequences of numbers, one after the other, and where each begins."""

    def __init__(self, folder: Path, flat: str, offsets: str, dtype: type[np.generic]) -> None:
        self._flat = Column(folder / f"{flat}.npy", dtype)
        self._offsets = Column(folder / f"{offsets}.npy", np.int64)
        self._offsets.append([0])

    def append(self, rows: Sequence[Sequence[int]]) -> None:
        ends = itertools.accumulate((len(row) for row in rows), initial=self._flat.count)
        self._offsets.append(list(ends)[1:])
        self._flat.append(list(itertools.chain.from_iterable(rows)))

    def close(self) -> None:
        self._flat.close()
        self._offsets.close()


def _chunks(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    remaining = iter(pairs)
    while chunk := list(itertools.islice(remaining, _CHUNK)):
        yield chunk
