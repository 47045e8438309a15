"""`softsearch demo`: the main job on built-in data, from nothing to a translation that one can look into."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.cli.console import Overrides, note, say
from softsearch.cli.looking_at_translations import draw
from softsearch.cli.training import finish

if TYPE_CHECKING:
    from softsearch.tasks.translated import Translation

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
    run = runs.train(recipe, out or runs.unused_folder(Path("runs/demo")), live=True)
    runs.evaluate(run, on="test")
    try:
        _show(runs.load(run).translate(_unseen_sentences(run)), picture=run / "attention.png")
    finally:  # whatever becomes of the picture, the scores of the training are shown
        finish(run)


def _show(translations: Sequence[Translation], *, picture: Path) -> None:
    for translation in translations:
        say(f"{translation.source}\n  → {translation.text}")
    drawable = [one for one in translations if one.weights is not None and one.target_pieces]
    if drawable:
        draw(max(drawable, key=lambda one: len(one.target_pieces)), picture)
        say(f"attention: {picture}\n")
    else:
        note("there is no attention to draw: the model has none, or it writes nothing yet")


def _unseen_sentences(run: Path) -> list[str]:
    from softsearch.data.pairs.one_file import read_one_file
    from softsearch.data.pairs.pair import PairReport

    pairs = read_one_file(run / "data" / "test.tsv", report=PairReport())
    return [pair.source for pair in itertools.islice(pairs, NUM_SENTENCES)]
