"""`softsearch predict` with an executor of programs: programs in, what the network says that they print out."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.cli.given import Given
from softsearch.cli.lines import placed_lines
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
        program = _program(name, run)
        try:
            (found,) = executor.execute([program])
        except DataError as error:
            error.path = Path("<stdin>" if name == "-" else name)
            raise
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

    if problem.kind == "addition" and not re.fullmatch(r"print\(\d+\+\d+\)", program):
        warnings.warn("this network has learnt from sums of two numbers, and this is none", stacklevel=3)
    longest = max(len(number) for number in re.findall(r"\d+", program))
    found = [("a number has", longest, problem.last.length, "digits")]
    if problem.kind == "programs":
        found.append(("this program has", operations_in(program), problem.last.nesting, "operations"))
    for has, number, most, what in found:
        if number > most:
            told = f"{has} {number} {what}, and those that this network has learnt from have at most {most}"
            warnings.warn(told, stacklevel=3)


def _program(name: str, run: Path) -> str:
    """Return the program in a file, or on standard input."""
    is_program = "print(" in name or name.isdigit()
    if is_program and not os.path.exists(name):  # noqa: PTH110  a program may be too long for Path.exists
        fix = f"to give a program: echo {shlex.quote(name)} | softsearch predict {run}"
        raise DataError("no such file", path=name, fix=fix)
    return "\n".join(line for _, _, line in placed_lines([name])).rstrip("\n")
