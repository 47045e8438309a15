"""`softsearch predict` with a classifier of sentences: lines in, their likeliest classes out."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from softsearch.cli.console import note
from softsearch.cli.given import Given
from softsearch.cli.lines import line_groups
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

TAKES = frozenset({"nbest"})
"""The options that a classifier of sentences has a use for."""

_AT_ONCE = 256


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print the classes of sentences, one line for each, empty ones too."""
    from softsearch.data.rows import SUFFIXES, suffix_of

    if form is Format.pharaoh:
        raise SoftsearchError("a classifier links no words", value=form.value, allowed="text, jsonl")
    if score is not None:
        fix = f"softsearch evaluate {run} --on FILE"
        raise SoftsearchError("a classifier is scored on sentences with their classes", value=str(score), fix=fix)
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
                if form is Format.jsonl:
                    line = json.dumps({"sentence": sentence, **found.to_dict()}, ensure_ascii=False)
                else:
                    likely = zip(found.classes, found.probabilities, strict=True)
                    line = "\t".join(f"{name} {probability:.4f}" for name, probability in likely)
                sys.stdout.write(line + "\n")
            sys.stdout.flush()
    if empty:
        note(f"empty lines: {empty:,}; their class is guessed from no word")
