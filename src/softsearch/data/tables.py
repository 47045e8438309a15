"""Pairs in one file, in any of its forms: columns, ``source ||| target``, or an object of JSON on each line."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from softsearch.data.parallel import BARS, TAB, Pair, PairReport, annotated, read_columns, with_text
from softsearch.data.text import read_lines
from softsearch.data.word_marks import NOT_ANNOTATED
from softsearch.errors import DataError, nearest

_MARKS = ("links", "source_tags", "target_tags")
# Half a surrogate pair is no character, and a NUL is refused in every other kind of file too.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


def read_table(path: Path, *, languages: tuple[str, str], report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of one file, whatever its form.

    A name that ends in ``.jsonl`` or ``.jsonl.gz`` means one object a line: ``{"source": "…", "target": "…"}``, where
    ``links``, ``source_tags`` and ``target_tags`` may say what the columns of
    :func:`~softsearch.data.parallel.read_tsv` say; or ``{"translation": {"de": "…", "en": "…"}}`` with the codes of
    `languages`. Other keys are passed over, and a line feed inside a text becomes a space.

    Otherwise the first line decides: with ``|||`` and without a tab the columns are parted by bars, as word aligners
    read them, else by tabs.

    Parameters
    ----------
    languages
        Of source and target, as JSON lines may call them.

    Raises
    ------
    DataError
        A line has another form; its marks do not fit its words; no pair is left (at the end); the file cannot be read
        (:func:`~softsearch.data.text.read_lines`).
    """
    lines = read_lines(path)
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        objects = (_from_line(text, languages, path, line) for line, text in enumerate(lines, start=1))
        yield from with_text(objects, [path], report)
        return
    first = list(itertools.islice(lines, 1))
    separator = BARS if any(TAB not in line and f" {BARS}" in line for line in first) else TAB
    yield from read_columns(itertools.chain(first, lines), path, separator=separator, report=report)


def _from_line(text: str, languages: tuple[str, str], path: Path, line: int) -> Pair:
    if not text.strip():
        return Pair("", "", line)
    content = _object(text, path, line)
    keys, place = ("source", "target"), ""
    if "translation" in content and "source" not in content:
        content, keys, place = content["translation"], languages, "translation."
        if not isinstance(content, dict):
            raise DataError(
                "`translation` is no object", path=path, line=line, value=content, allowed=_example(languages)
            )
    source, target = (_text(content, key, place, path, line).replace("\n", " ") for key in keys)
    marks = [
        _text(content, key, place, path, line) if content.get(key) is not None else NOT_ANNOTATED for key in _MARKS
    ]
    return annotated(source, target, marks, path=path, line=line)


def _object(text: str, path: Path, line: int) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = f"the line is not JSON ({error})"
        raise DataError(problem, path=path, line=line, value=text, allowed="one object a line") from error
    if not isinstance(content, dict):
        raise DataError("the line is no object of JSON", path=path, line=line, value=text, allowed="one object a line")
    return content


def _text(content: Mapping[str, Any], key: str, place: str, path: Path, line: int) -> str:
    if key not in content:
        problem = f"the key `{place}{key}` is missing"
        raise DataError(problem, path=path, line=line, value=list(content), nearest=nearest(key, list(content)))
    text = content[key]
    if not isinstance(text, str):
        raise DataError(f"`{place}{key}` is no text", path=path, line=line, value=text, allowed='a text in "quotes"')
    if _UNUSABLE.search(text):
        raise DataError(f"`{place}{key}` holds a NUL or half a surrogate pair", path=path, line=line, value=text)
    return text


def _example(languages: tuple[str, str]) -> str:
    return json.dumps({"translation": dict.fromkeys(languages, "…")}, ensure_ascii=False)
