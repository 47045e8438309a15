"""`softsearch predict` with an executor of programs: programs in, what the network says that they print out."""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.cli.given import Given
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.data.programs.problems import Problem

TAKES: frozenset[str] = frozenset()
"""The options that an executor of programs has a use for."""


def predict(run: Path, _options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print what the network says that each program prints; a program in each file, or, on standard input, one."""
    from softsearch import runs

    if form is Format.pharaoh:
        raise SoftsearchError("an executor links no words to words", value=form.value, allowed="text, jsonl")
    if score is not None:
        raise SoftsearchError("an executor scores no texts", value=str(score), fix=f"softsearch evaluate {run}")
    executor = runs.load(run)
    for name in files or ["-"]:
        program = _program(name)
        try:
            (found,) = executor.execute([program])
        except DataError as error:
            raise DataError(
                error.problem,
                path=None if name == "-" else name,
                value=error.value,
                allowed=error.allowed,
                nearest=error.nearest,
            ) from None
        _remark(program, executor.task.problem)
        if form is Format.jsonl:
            fields = {"written": found.written, "answer": found.exercise.target, "right": found.is_right}
            sys.stdout.write(json.dumps(fields) + "\n")
        else:
            told = "" if found.is_right else f"\t(the answer is {found.exercise.target})"
            sys.stdout.write(f"{found.written}{told}\n")
        sys.stdout.flush()


def _remark(program: str, problem: Problem) -> None:
    """Warn of what is harder than all that was learnt from."""
    from softsearch.data.programs.evaluation import operations_in

    longest = max(len(number) for number in re.findall(r"\d+", program))
    found = [("a number has", longest, problem.last.length, "digits")]
    if problem.kind != "memorisation":
        found.append(("this program has", operations_in(program), problem.last.nesting, "operations"))
    for has, number, most, what in found:
        if number > most:
            told = f"{has} {number} {what}, and those that this network has learnt from have at most {most}"
            warnings.warn(told, stacklevel=3)


def _program(name: str) -> str:
    if name == "-":
        return sys.stdin.read().rstrip("\n")
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", path=name) from None
