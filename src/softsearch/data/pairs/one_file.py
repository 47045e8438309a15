"""Pairs in one file, in any of its forms: columns, ``source ||| target``, or an object of JSON on each line."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from softsearch.data.pairs.pair import Pair, PairReport, with_text
from softsearch.data.pairs.word_marks import NOT_ANNOTATED, format_links, format_tags, parse_links, parse_tags
from softsearch.data.text import read_lines
from softsearch.errors import DataError, nearest
from softsearch.files import write_text_atomically

_TAB, _BARS = "\t", "|||"  # what parts the columns of a file
_SIDES = ("source", "target")
_MARKS = ("links", "source_tags", "target_tags")
# Half a surrogate pair is no character, and a NUL is refused in every other kind of file too.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


def read_one_file(path: Path, *, languages: tuple[str, str] = _SIDES, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of one file, whatever its form.

    A line of columns has source, target and, if there, what is known of their words: the third column holds gold links
    such as ``0-0 1-2``, the fourth and the fifth one tag for each word of source and target; ``_`` where nobody has
    annotated them. The first line decides what parts the columns: bars where it has ``|||``, as word aligners read
    them, and no tab; else tabs.

    A name that ends in ``.jsonl`` or ``.jsonl.gz`` means one object a line: ``{"source": "…", "target": "…"}``, where
    ``links``, ``source_tags`` and ``target_tags`` may say what the columns say; or
    ``{"translation": {"de": "…", "en": "…"}}`` with the codes of `languages`. Other keys are passed over, and a line
    feed inside a text becomes a space.

    Parameters
    ----------
    languages
        Of source and target, as JSON lines may call them.

    Raises
    ------
    DataError
        A line has another form, or another number of columns; a link is malformed or names a word that is not there;
        tags and words differ in number; no pair is left (at the end); the file cannot be read
        (:func:`~softsearch.data.text.read_lines`).
    """
    lines = read_lines(path)
    is_json = path.name.removesuffix(".gz").endswith(".jsonl")
    return with_text(_from_json(lines, languages, path) if is_json else _from_columns(lines, path), [path], report)


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs in columns that :func:`read_one_file` reads back. A tab inside a text becomes a space.

    Raises
    ------
    DataError
        A text holds a line feed.
    """
    write_text_atomically(path, "".join(_to_columns(pair, path) for pair in pairs))


def _annotated(source: str, target: str, marks: Sequence[str], *, path: Path, line: int) -> Pair:
    """Return a pair with its links, source tags and target tags, as far as `marks` has them, written as in columns."""
    if not (source.strip() and target.strip()):  # left out, whatever its marks say
        return Pair(source, target, line)
    links, source_tags, target_tags = [*marks, *[NOT_ANNOTATED] * (3 - len(marks))]
    return Pair(
        source,
        target,
        line,
        parse_links(links, source=source, target=target, path=path, line=line),
        parse_tags(source_tags, words=source, path=path, line=line),
        parse_tags(target_tags, words=target, path=path, line=line),
    )


def _from_columns(lines: Iterator[str], path: Path) -> Iterator[Pair]:
    first = list(itertools.islice(lines, 1))
    separator = _BARS if any(_TAB not in line and f" {_BARS}" in line for line in first) else _TAB
    for line, text in enumerate(itertools.chain(first, lines), start=1):
        columns = text.split(separator) if text.strip() else ["", ""]
        if separator == _BARS:
            columns = [column.strip() for column in columns]
        if not 2 <= len(columns) <= 5:
            problem = f"the line has {len(columns)} column{'s' * (len(columns) > 1)}"
            allowed = "source TAB target, then at will: TAB links TAB source tags TAB target tags"
            fix = "separate the columns by one tab each, or name two files, one for each language"
            raise DataError(problem, path=path, line=line, value=text, allowed=allowed, fix=fix)
        yield _annotated(columns[0], columns[1], columns[2:], path=path, line=line)


def _to_columns(pair: Pair, path: Path) -> str:
    if "\n" in pair.source or "\n" in pair.target:
        raise DataError("a sentence holds a line feed", path=path, value=pair, fix="one pair is one line")
    columns = [pair.source.replace("\t", " "), pair.target.replace("\t", " ")]
    if (pair.source_tags, pair.target_tags) != (None, None):
        columns += [format_links(pair.links), format_tags(pair.source_tags), format_tags(pair.target_tags)]
    elif pair.links is not None:
        columns.append(format_links(pair.links))
    return "\t".join(columns) + "\n"


def _from_json(lines: Iterator[str], languages: tuple[str, str], path: Path) -> Iterator[Pair]:
    for line, text in enumerate(lines, start=1):
        yield _from_object(_object(text, path, line), languages, path, line) if text.strip() else Pair("", "", line)


def _from_object(content: dict[str, Any], languages: tuple[str, str], path: Path, line: int) -> Pair:
    keys, place = _SIDES, ""
    if "translation" in content and "source" not in content:
        content, keys, place = content["translation"], languages, "translation."
        if not isinstance(content, dict):
            example = json.dumps({"translation": dict.fromkeys(languages, "…")}, ensure_ascii=False)
            raise DataError("`translation` is no object", path=path, line=line, value=content, allowed=example)
    source, target = (_text(content, key, place, path, line).replace("\n", " ") for key in keys)
    marks = [NOT_ANNOTATED if content.get(key) is None else _text(content, key, place, path, line) for key in _MARKS]
    return _annotated(source, target, marks, path=path, line=line)


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
