"""`softsearch demo`: the main job on built-in data, from nothing to a translation that one can look into."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import typer

from softsearch.cli.console import Overrides, say
from softsearch.cli.looking import draw
from softsearch.cli.training import finish

RECIPE = "translate/builtin"
NUM_SENTENCES = 3


def demo(
    out: Annotated[Path | None, typer.Option(help="The run folder to write; default: runs/demo.")] = None,
    overrides: Overrides = None,
) -> None:
    """Train a German to English translator on built-in data, score it, and show what it reads."""
    from softsearch import runs
    from softsearch.recipes.reading import load_recipe

    recipe = load_recipe(RECIPE, overrides or ())
    run = runs.train(recipe, out or _unused(Path("runs/demo")), live=True)
    translations = runs.load(run).translate(_unseen_sentences(run))
    for translation in translations:
        say(f"{translation.source}\n  → {translation.text}")
    picture = run / "attention.png"
    draw(max(translations, key=lambda one: len(one.target_pieces)), picture)
    say(f"attention: {picture}\n")
    finish(run)


def _unused(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not one.exists())


def _unseen_sentences(run: Path) -> list[str]:
    from softsearch.data.parallel import PairReport, read_tsv

    pairs = read_tsv(run / "data" / "test.tsv", report=PairReport())
    return [pair.source for pair in itertools.islice(pairs, NUM_SENTENCES)]
