"""`softsearch look`: pictures and figures of what happens inside a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from softsearch.cli import (
    looking_at_captions,
    looking_at_episodes,
    looking_at_gradients,
    looking_at_images,
    looking_at_programs,
    looking_at_sentences,
    looking_at_texts,
    looking_at_translations,
)
from softsearch.cli.console import Json
from softsearch.cli.given import Given, given, option
from softsearch.errors import RunError, SoftsearchError

_ATTENTION = (
    "Translate it and draw where each word was read; a Transformer language model reads it as it is. Of a captioner, a "
    "picture: say what is in it, and draw where it looked. Of an executor, a program."
)
_FILE = "Sentences to translate, one a line; a text, or sentences, to look at; a picture for --kernels."
_BY_HEAD = "Draw each layer and head of a Transformer: where its decoder reads the source, or either reads itself."
_HEADS = "Score each head of a Transformer as an aligner, on pairs with gold links."
_ON = (
    'Where the best head is judged: "test", or as for evaluate; default: every other validation pair. Of --memory the '
    'size of the episode: "length=30".'
)
_CELL = "Colour a text by one unit of a recurrent language model; layers and units count from 1."
_CELLS = "Find the units that follow quotes, brackets, indentation, the position in a line and more."
_NEXT = "Draw below each token of a text what was likely in its place."
_LAYERS = "Of a run or a recipe that reads images: what each layer sees, writes and takes."
_KERNELS = "Draw the first kernels of a network that reads images, and what each makes of a picture (--file)."
_AUGMENTATION = "Of a run or a recipe that reads images: draw some training images as training sees them."
_FILTERS = "List the n-grams on which the filters of a network for sentences fire; with --text, those of one sentence."
_MEMORY = "Draw one episode: what is read and written, where the heads are; as .gif a film of the memory."
_GRADIENTS = "Of any run with recurrent cells: draw how gradients fare on their way back in time; what clipping does."
_TEXT = "The text to look at; default: the run's validation text."
_OUT = "The picture to write, .png; with --cell and --cells also a page, .html. Several are numbered or named."

_FORMS = {
    ".png": "the picture is a PNG",
    ".html": "a picture is a PNG, a page is HTML",
    ".gif": "a picture is a PNG, a film is a GIF",
}
_SUFFIXES = {"cell": [".png", ".html"], "cells": [".png", ".html"], "memory": [".png", ".gif"]}
_AT = {
    "translation": looking_at_translations,
    "language_model": looking_at_texts,
    "image_classification": looking_at_images,
    "sentence_classification": looking_at_sentences,
    "image_captioning": looking_at_captions,
    "transduction": looking_at_episodes,
    "execution": looking_at_programs,
}


def look(
    run: Annotated[Path, typer.Argument(help="A run folder; for --layers and --augmentation also a recipe.")],
    attention: Annotated[str | None, typer.Option(metavar="SENTENCE", help=_ATTENTION)] = None,
    file: Annotated[Path | None, typer.Option(help=_FILE)] = None,
    by_head: Annotated[Literal["source", "encoder", "decoder"] | None, typer.Option(help=_BY_HEAD)] = None,
    heads: Annotated[bool, typer.Option("--heads", help=_HEADS)] = False,
    on: Annotated[str | None, typer.Option(metavar="DATA", help=_ON)] = None,
    gold: Annotated[Path | None, typer.Option(metavar="LINKS", help="Gold links for --on, as for evaluate.")] = None,
    gold_format: Annotated[Literal["naacl", "pharaoh"] | None, typer.Option(help="As for evaluate.")] = None,
    cell: Annotated[str | None, typer.Option(metavar="LAYER:UNIT", help=_CELL)] = None,
    cells: Annotated[bool, typer.Option("--cells", help=_CELLS)] = False,
    next_: Annotated[bool, typer.Option("--next", help=_NEXT)] = False,
    layers: Annotated[bool, typer.Option("--layers", help=_LAYERS)] = False,
    kernels: Annotated[bool, typer.Option("--kernels", help=_KERNELS)] = False,
    augmentation: Annotated[bool, typer.Option("--augmentation", help=_AUGMENTATION)] = False,
    filters: Annotated[bool, typer.Option("--filters", help=_FILTERS)] = False,
    memory: Annotated[bool, typer.Option("--memory", help=_MEMORY)] = False,
    gradients: Annotated[bool, typer.Option("--gradients", help=_GRADIENTS)] = False,
    text: Annotated[str | None, typer.Option(help=_TEXT)] = None,
    tokens: Annotated[int | None, typer.Option(min=8, help="Tokens of the text to look at, at most.")] = None,
    top: Annotated[
        int | None, typer.Option(min=1, max=50, help="Likeliest tokens to draw, or n-grams of each filter; default: 5.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    as_json: Json = False,
) -> None:
    """Look inside a run: attention, memory and its cells, what was expected, layers, kernels, filters."""
    from softsearch import runs

    views = {
        "attention": attention,
        "heads": heads or None,
        "cell": cell,
        "cells": cells or None,
        "next": next_ or None,
        "layers": layers or None,
        "kernels": kernels or None,
        "augmentation": augmentation or None,
        "filters": filters or None,
        "memory": memory or None,
        "gradients": gradients or None,
    }
    options = {
        "file": file, "by_head": by_head, "on": on, "gold": gold, "gold_format": gold_format, "text": text,
        "tokens": tokens, "top": top, "out": out, "json": as_json or None,
    }  # fmt: skip
    asked, options = given(**views), given(**options)
    if list(asked) in (["layers"], ["augmentation"]) and not run.is_dir():
        (view,) = asked
        _of_recipe(view, run, options)
        return
    if list(asked) == ["gradients"]:
        _of_gradients(asked, run, options)
        return
    at = _AT[runs.kind_of(run)]
    asked = asked or {at.ALONE[name]: None for name in options if name in at.ALONE}
    view = _view(at.VIEWS, asked, options, run, example=at.EXAMPLE)
    path = out or Path(f"{view}.png")
    _check_suffix(path, _SUFFIXES.get(view, [".png"]))
    at.look(view, run, asked[view], {**options, "out": path})


def _of_gradients(asked: Given, run: Path, options: Given) -> None:
    _view({"gradients": looking_at_gradients.TAKES}, asked, options, run, example="")
    path = options.get("out", Path("gradients.png"))
    _check_suffix(path, [".png"])
    looking_at_gradients.look(run, path, as_json="json" in options)


def _of_recipe(view: str, recipe: Path, options: Given) -> None:
    _view({view: looking_at_images.VIEWS[view]}, {view: True}, options, recipe, example="")
    path = options.get("out", Path(f"{view}.png"))
    _check_suffix(path, [".png"])
    looking_at_images.of_recipe(view, str(recipe), options={**options, "out": path})


def _view(views: Mapping[str, set[str]], asked: Given, options: Given, run: Path, *, example: str) -> str:
    """Return what to look at, or raise an error where that is not one thing, or does not go with the run."""
    if not asked:
        offered = _offered(views, run)
        fix = example if any(each in example for each in offered) else f"give {offered[-1]}"
        raise SoftsearchError("nothing to look at", allowed=offered, fix=fix)
    if len(asked) > 1:
        first, second, *_ = asked
        raise SoftsearchError(f"{option(first)} and {option(second)} are both given", fix="leave out one")
    (view,) = asked
    if view not in views:
        from softsearch import runs

        problem = f"{option(view)} does not go with this run: it is {runs.called(run)}"
        raise RunError(problem, path=run, allowed=_offered(views, run))
    for name in options:
        if name not in views[view]:
            fits = [option(each) for each in sorted(views[view])]
            problem = f"{option(name)} has no effect with {option(view)}"
            raise SoftsearchError(problem, allowed=fits, fix="leave it out")
    return view


def _offered(views: Mapping[str, set[str]], run: Path) -> list[str]:
    """Return what can be looked at: attention, heads, cells and gradients only where there are any."""
    from softsearch.runs.parts import recipe_of
    from softsearch.training.folder import RunFolder

    model: Any = recipe_of(RunFolder.open(run)).model
    attends = hasattr(model, "heads") or (hasattr(model, "attention") and model.attention.kind != "none")
    attends |= model.kind == "one_per_word"  # it looks at the word that it stands for
    lacking = set() if attends else {"attention"}
    lacking |= set() if hasattr(model, "heads") else {"heads"}
    lacking |= set() if looking_at_gradients.goes_with(run) else {"cell", "cells", "gradients"}
    return [option(each) for each in (*views, "gradients") if each not in lacking]


def _check_suffix(path: Path, allowed: list[str]) -> None:
    if path.suffix.lower() not in allowed:
        what = _FORMS[allowed[-1]]
        raise SoftsearchError(what, path=path, allowed=f"a name that ends in {' or '.join(allowed)}")
