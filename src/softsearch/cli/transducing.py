"""`softsearch predict` with a transducer: sequences of numbers in, sequences of numbers out, as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.given import Given
from softsearch.cli.lines import placed_lines
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError, nearest

if TYPE_CHECKING:
    from torch import Tensor

TAKES: frozenset[str] = frozenset()
"""The options that a transducer has a use for."""
_ALLOWED = '{"inputs": [[…], …]}: a list of numbers for each step'
_DIGITS = 6
_MOST = 3e38  # that 32 bits hold


def predict(run: Path, _options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print what is written at each step of sequences, one line for each that is not blank."""
    from softsearch import runs

    if form is Format.pharaoh:
        raise SoftsearchError("a transducer links no words to words", value=form.value, allowed="text, jsonl")
    if score is not None:
        raise SoftsearchError("a transducer scores no texts", value=str(score), fix=f"softsearch evaluate {run}")
    trained = runs.load(run)
    for path, number, line in placed_lines(files):
        if not line.strip():
            continue
        outputs = trained.transduce(_inputs(line, trained.task.inputs, path, number))[0]
        rows = [[round(value, _DIGITS) for value in row] for row in outputs.tolist()]
        if form is Format.jsonl:
            sys.stdout.write(json.dumps({"outputs": rows}) + "\n")
        else:
            sys.stdout.write(" ".join(",".join(f"{value:.4g}" for value in row) for row in rows) + "\n")
        sys.stdout.flush()


def _inputs(line: str, width: int, path: Path, number: int) -> Tensor:
    """Return the numbers of a line, of a batch of one; or raise an error that says what is wrong with it."""
    import torch

    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        told = f"this is no sequence of numbers: {error}"
        raise DataError(told, path=path, line=number, value=line, allowed=_ALLOWED) from None
    if isinstance(found, dict) and found and "inputs" not in found:
        close = "inputs" if nearest("inputs", found) else None
        raise DataError("there are no inputs", path=path, line=number, value=line, allowed=_ALLOWED, nearest=close)
    rows = found.get("inputs") if isinstance(found, dict) else found
    if (wrong := _mistake(rows, width)) is not None:
        raise DataError(wrong, path=path, line=number, value=line, allowed=_ALLOWED)
    return torch.tensor([rows], dtype=torch.float32)


def _mistake(rows: Any, width: int) -> str | None:
    """Return what keeps something from being a sequence of steps with so many numbers each; None where nothing does."""
    if not isinstance(rows, list) or not rows:
        return "this is no sequence of numbers: there are no steps"
    each_has = f"each step has {width} number{'s' if width > 1 else ''}"
    for step, row in enumerate(rows, start=1):
        if not isinstance(row, list):
            return f"{each_has}, in a list of its own, and step {step} is no list"
        if len(row) != width:
            return f"{each_has}, and step {step} of {len(rows)} has {len(row)}"
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in row):
            return f"{each_has}, and step {step} has something else"
        if not all(abs(value) <= _MOST for value in row):
            return f"a number of step {step} is not finite, or too large"
    return None
