"""Trainings that claims share: each is run when it is first asked for, into ``runs/claims``, and found there later.

An interrupted measurement goes on where it stopped. Another recipe or another version of softsearch trains anew.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from softsearch import __version__, runs
from softsearch.recipes import Recipe, dump_recipe

FOLDER = Path("runs/claims")


def trained(recipe: Recipe, *, name: str) -> Path:
    """Return the folder of a finished training of `recipe`."""
    digest = hashlib.sha256(f"{__version__}\n{dump_recipe(recipe)}".encode()).hexdigest()
    run = FOLDER / f"{name}-{digest[:8]}"
    if not run.exists():
        return runs.train(recipe, run)
    return run if runs.is_finished(run) else runs.resume(run)
