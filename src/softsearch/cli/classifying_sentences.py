"""`softsearch predict` with a classifier of sentences: lines in, their likeliest classes out."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from softsearch.cli.classified import line_of, refuse_unlike
from softsearch.cli.console import note
from softsearch.cli.given import Given
from softsearch.cli.lines import line_groups
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError

TAKES = frozenset({"nbest"})
"""The options that a classifier of sentences has a use for."""

_AT_ONCE = 256


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print the classes of sentences, one line for each, empty ones too."""
    from softsearch.data.rows import SUFFIXES, suffix_of

    how = f"softsearch evaluate {run} --on FILE"
    refuse_unlike(form, score, scored_on="sentences with their classes", how=how)
    for table in (name for name in files or () if suffix_of(Path(name)) in SUFFIXES):
        fix = f"give the sentences alone; with their classes they are scored by: softsearch evaluate {run} --on {table}"
        raise DataError("a sentence is read from each line, and this is a table", path=table, fix=fix)
    groups = line_groups(files)
    from softsearch import runs  # torch takes a second: a missing file is told before

    classifier, top, empty = runs.load(run), options.get("nbest", 1), 0
    for group in groups:
        remaining = iter(group)
        while some := list(itertools.islice(remaining, _AT_ONCE)):
            empty += sum(not sentence.strip() for sentence in some)
            for sentence, found in zip(some, classifier.classify(some, top=top), strict=True):
                sys.stdout.write(line_of(found, form, {"sentence": sentence}) + "\n")
            sys.stdout.flush()
    if empty:
        note(f"empty lines: {empty:,}; their class is guessed from no word")
