"""Lines of a UTF-8 text file, plain or gzip, every defect named by file and line; what a word is; what readers share.

Only a line feed ends a line. Python's ``str.splitlines`` would also cut at U+2028, U+0085, vertical tab and form
feed, which real corpora hold inside sentences: every later pair would then be misaligned.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO, TypeVar, cast

from softsearch.errors import DataError, nearest_name

T = TypeVar("T")

_GZIP = b"\x1f\x8b"
# UTF-32 in little-endian order begins with the mark of UTF-16, so this covers both.
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)

# The characters at which sentencepiece's normaliser and `str.split` would count words differently: it deletes some
# (controls), turns others into spaces (zero width space, byte order mark), and splits spacing accents (NFKC makes a
# space and a combining accent of "´"). Word links count words by `str.split`, so these are replaced beforehand.
_ODD = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\x85\x8f\x9f\xa8\xaf\xb4\xb8\u02d8-\u02dd\u037a\u0384\u0385\u061c\u1fbd\u1fbf-\u1fc1"
    "\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed\u1fee\u1ffd\u1ffe\u200b\u200c\u200e\u200f\u2017\u203e\u2581\u309b\u309c\ud800-\udfff"
    "\ufc5e-\ufc63\ufdfa\ufdfb\ufe49-\ufe4c\ufe70\ufe72\ufe74\ufe76\ufe78\ufe7a\ufe7c\ufe7e\ufeff\uffe3\ufffd]"
)
_APOSTROPHES = "\xb4\u0384\u1fbd\u1fbf\u1ffd\u1ffe"


def standard_input() -> TextIO:
    """Return standard input, or raise a DataError where it is closed, as by ``softsearch predict RUN <&-``."""
    if cast(TextIO | None, sys.stdin) is None:
        raise DataError("standard input is closed", fix="give a file")
    return sys.stdin


def read_lines(path: Path) -> Iterator[str]:
    r"""Yield the lines of a UTF-8 file without their ends, reading as it goes.

    Gzip is recognised by content, not by name. A byte order mark at the start and one ``\r`` before ``\n`` are
    dropped; the last line may lack its end.

    Raises
    ------
    DataError
        The file is missing, a folder or unreadable; it is not UTF-8 or holds a NUL; its gzip stream is damaged.
        The error names the line where there is one.
    """
    with _opened(path) as file:
        # The outer buffer makes readline several times faster. A look ahead instead of a seek: pipes are read too.
        is_gzip = file.peek(2)[:2] == _GZIP
        stream = io.BufferedReader(gzip.GzipFile(fileobj=file)) if is_gzip else file
        number = 0
        while True:
            try:
                raw = stream.readline()
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                problem, fix = f"the gzip file is damaged or cut off ({error})", "copy or download the file again"
                raise DataError(problem, path=path, line=number + 1, fix=fix) from error
            except OSError as error:
                raise DataError(f"cannot be read: {error.strerror or error}", path=path, line=number + 1) from error
            if not raw:
                return
            number += 1
            yield decode_line(raw, path=path, number=number)


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not blank, each with its number, from 1; errors as in :func:`read_lines`."""
    return ((number, line) for number, line in enumerate(read_lines(path), start=1) if line.strip())


def at_least_one(items: Iterable[T], problem: str, path: Path) -> Iterator[T]:
    """Yield what was found in a file.

    Raises
    ------
    DataError
        It was nothing (at the end).
    """
    empty = True
    for item in items:
        empty = False
        yield item
    if empty:
        raise DataError(problem, path=path)


def decode_line(raw: bytes, *, path: Path, number: int) -> str:
    r"""Return the text of one line of a stream, with or without its ``\n``; :func:`read_lines` says what is dropped.

    Parameters
    ----------
    path, number
        What an error calls the stream, and the line in it, from 1.

    Raises
    ------
    DataError
        The line is not UTF-8 or holds a NUL.
    """
    if number == 1:
        if raw.startswith(_WIDE_MARKS):
            problem = "the file is UTF-16 or UTF-32, not UTF-8"
            fix = "convert it to UTF-8, for example: iconv -f UTF-16 -t UTF-8"
            raise DataError(problem, path=path, line=1, fix=fix)
        raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw:
        problem = "the line holds a NUL byte: the file is binary, or UTF-16 without its mark"
        raise DataError(problem, path=path, line=number)
    raw = raw[:-1] if raw.endswith(b"\n") else raw
    raw = raw[:-1] if raw.endswith(b"\r") else raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"the line is not UTF-8 at byte {error.start + 1} of the line"
        around = raw[max(0, error.start - 20) : error.end + 20]
        fix = "convert the file to UTF-8, for example: iconv -f ISO-8859-1 -t UTF-8"
        raise DataError(problem, path=path, line=number, value=around, fix=fix) from error


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, or raise a DataError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error


def nearest_beside(path: Path) -> str | None:
    """Return the name in a file's folder that is nearest to its own; None where no folder or no such name is."""
    folder = path.parent
    return nearest_name(path.name, sorted(each.name for each in folder.iterdir())) if folder.is_dir() else None


def readable(text: str) -> str:
    """Return a text as UTF-8 can hold it: names of files, and JSON, may have halves of characters in them."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def with_plain_words(text: str) -> str:
    """Return the text such that sentencepiece sees the words that `str.split` sees."""
    if not _ODD.search(text):
        return text
    return " ".join(_ODD.sub(_replacement, word) or "?" for word in text.split())


def _replacement(match: re.Match[str]) -> str:
    return "'" if match[0] in _APOSTROPHES else ""


def _opened(path: Path) -> io.BufferedReader:
    if path.is_dir():
        raise DataError("is a folder, not a text file", path=path, fix="name a file in it")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise _missing(path) from error
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be opened: {getattr(error, 'strerror', None) or error}", path=path) from error


def _missing(path: Path) -> DataError:
    folder = path.parent
    if not folder.is_dir():
        return DataError("no such file: its folder does not exist", path=path, fix=f"check the folder {folder}")
    close = nearest_beside(path)
    return DataError("no such file", path=path, nearest=None if close is None else str(folder / close))
