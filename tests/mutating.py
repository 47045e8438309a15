"""Breaks the code, a line at a time, and tells what no test notices: ``make mutations``.

``mutations.toml`` names, for each file below ``src/softsearch``, the `tests` that must fail with each of its `breaks`:
files or folders below ``tests``. A break is the text before, which stands in the file once, and the text after. Breaks
are made in copies of the tree, so that the tree itself stays as it is.

    python -m tests.mutating                    # all of them
    python -m tests.mutating nn/attention.py    # those of one file
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TREE = ("src", "tests", "docs", "examples", "benchmarks", "pyproject.toml", "README.md", "CONTRIBUTING.md", "Makefile")
WORKERS = 2


class Mutation(NamedTuple):
    """One break, and the tests that have to notice it."""

    file: str
    before: str
    after: str
    tests: list[str]

    def __str__(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.file}: {before}  ->  {after}"


def mutations() -> list[Mutation]:
    """Return all breaks, in the order of the file."""
    text = (ROOT / "tests" / "mutations.toml").read_text(encoding="utf-8")
    files = tomllib.loads(text).items()
    return [Mutation(file, before, after, told["tests"]) for file, told in files for before, after in told["breaks"]]


@contextmanager
def broken(tree: Path, mutation: Mutation) -> Iterator[None]:
    """Break a file of `tree`, for as long as this lasts."""
    path = tree / "src" / "softsearch" / mutation.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(mutation.before, mutation.after, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(whole, encoding="utf-8")


def is_caught(tree: Path, mutation: Mutation) -> bool:
    """Return whether one of its tests fails in `tree` with the break."""
    chosen = [str(Path("tests") / each) for each in mutation.tests]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *chosen]
    # Without bytecode: a file that is written twice in a second may be taken for the same.
    own = {"PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    with broken(tree, mutation):
        done = subprocess.run(command, cwd=tree, env=os.environ | own, capture_output=True, text=True, timeout=900)
    if done.returncode not in (0, 1):  # all pass, or some fail; else what is broken cannot even be imported
        raise RuntimeError(f"{mutation}\n{done.stdout}{done.stderr}")
    return done.returncode != 0


def main(files: list[str]) -> int:
    """Make each break and print what became of it; return 1 where one survived."""
    chosen = [each for each in mutations() if not files or each.file in files]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        trees: Queue[Path] = Queue()
        for worker in range(WORKERS):
            tree = Path(folder) / str(worker)
            for name in TREE:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                tree.mkdir(exist_ok=True)
                copy(ROOT / name, tree / name)
            trees.put(tree)

        def attempt(mutation: Mutation) -> bool:
            tree = trees.get()
            try:
                caught = is_caught(tree, mutation)
            finally:
                trees.put(tree)
            print(f"{'caught  ' if caught else 'SURVIVED'}  {mutation}", flush=True)
            return caught

        results = list(pool.map(attempt, chosen))
    print(f"{sum(results)} of {len(results)} caught")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
