"""`softsearch demo`: the main job on built-in data, from nothing to a translation that one can look into."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.cli.console import Overrides, say
from softsearch.cli.looking import draw
from softsearch.cli.training import finish

if TYPE_CHECKING:
    from softsearch.recipes.schema import Recipe

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
    translations = runs.load(run).translate(_sentences(recipe))
    for translation in translations:
        say(f"{translation.source}\n  → {translation.text}")
    picture = run / "attention.png"
    draw(max(translations, key=lambda one: len(one.target_pieces)), picture)
    say(f"attention: {picture}\n")
    finish(run)


def _unused(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not one.exists())


def _sentences(recipe: Recipe) -> list[str]:
    """Return sentences that the training has not seen."""
    from softsearch.data.grammar import generate

    data = recipe.data
    unseen = generate(source=data.source, target=data.target, num_pairs=NUM_SENTENCES, split="test", seed=recipe.seed)
    return [pair.source for pair in unseen]
