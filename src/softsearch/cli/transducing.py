"""`softsearch predict` with a transducer: sequences of numbers in, sequences of numbers out, as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.given import Given
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    from torch import Tensor

TAKES: frozenset[str] = frozenset()
"""The options that a transducer has a use for."""
_ALLOWED = '{"inputs": [[…], …]}: a list of numbers for each step'
_DIGITS = 6


def predict(run: Path, _options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print what is written at each step of sequences: probabilities of bits, or numbers; a JSON object a line."""
    from softsearch import runs

    if form is Format.pharaoh:
        raise SoftsearchError("a transducer links no words to words", value=form.value, allowed="text, jsonl")
    if score is not None:
        raise SoftsearchError("a transducer scores no texts", value=str(score), fix=f"softsearch evaluate {run}")
    trained = runs.load(run)
    for place, number, line in _lines(files):
        inputs = _inputs(line, trained.task.inputs, place, number)
        outputs = trained.transduce(inputs)[0]
        rows = [[round(value, _DIGITS) for value in row] for row in outputs.tolist()]
        if form is Format.jsonl:
            sys.stdout.write(json.dumps({"outputs": rows}) + "\n")
        else:
            sys.stdout.write(" ".join(",".join(f"{value:.4g}" for value in row) for row in rows) + "\n")
        sys.stdout.flush()


def _lines(files: Sequence[str] | None) -> Iterator[tuple[Path | None, int, str]]:
    for name in files or ["-"]:
        if name == "-":
            yield from ((None, number, line) for number, line in enumerate(sys.stdin, start=1))
            continue
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"cannot be read: {error}", path=name) from None
        yield from ((Path(name), number, line) for number, line in enumerate(text.splitlines(), start=1))


def _inputs(line: str, width: int, path: Path | None, number: int) -> Tensor:
    import torch

    try:
        found: Any = json.loads(line)
        rows = found["inputs"] if isinstance(found, dict) else found
        inputs = torch.tensor(rows, dtype=torch.float32)
    except (ValueError, KeyError, TypeError) as error:
        told = f"this is no sequence of numbers: {error}"
        raise DataError(told, path=path, line=number, value=line.strip(), allowed=_ALLOWED) from None
    if inputs.ndim != 2 or inputs.shape[1] != width or not len(inputs):
        told = f"each step has {width} numbers, and these are of shape {tuple(inputs.shape)}"
        raise DataError(told, path=path, line=number, allowed=_ALLOWED)
    if not bool(inputs.isfinite().all()):
        raise DataError("a number is not finite", path=path, line=number, value=line.strip())
    return inputs.unsqueeze(0)
