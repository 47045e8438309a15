"""`softsearch look`: pictures of what a run does."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.cli.console import note, say
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.tasks.translator import Translation


def look(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    attention: Annotated[
        str | None, typer.Option(metavar="SENTENCE", help="Translate it and draw where each word was read.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="The same for every line of a file.")] = None,
    out: Annotated[
        Path, typer.Option(help="The picture to write; with several sentences they are numbered as their lines.")
    ] = Path("attention.png"),
) -> None:
    """Draw the attention of a run for a sentence, as a PNG."""
    from softsearch import runs

    if out.suffix.lower() != ".png":
        raise SoftsearchError("the picture is a PNG", path=out, allowed="a name that ends in .png")
    sentences = _sentences(attention, file)
    if runs.kind_of(run) == "language_model":
        fix = f'softsearch predict {run} --prompt "…" --format jsonl shows what it thought of'
        raise RunError("pictures of a language model are not there yet", path=run, fix=fix)
    translator = runs.load(run)
    translations = translator.translate(list(sentences.values()))
    num_drawn = 0
    for number, translation in zip(sentences, translations, strict=True):
        if not translation.target_pieces:
            note(f"the translation is empty, there is nothing to draw: {translation.source}")
            continue
        if translation.num_parts > 1:
            limit = f"of more than the {translator.max_tokens} tokens that the model was trained on"
            note(f"too long to draw, {limit}: {textwrap.shorten(translation.source, 80, placeholder=' …')}")
            continue
        if translation.weights is None:
            raise RunError(
                "this model has no attention to draw", path=run, fix="train with model.attention.kind=additive"
            )
        path = out if len(translations) == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        draw(translation, path)
        say(f"{translation.text}\n  {path}")
        num_drawn += 1
    if num_drawn == 0:
        raise SoftsearchError(
            "nothing could be drawn", path=file, fix="give shorter sentences, or a run trained further"
        )


def draw(translation: Translation, path: Path) -> None:
    """Write the attention map of one translation."""
    from softsearch.pictures import save_png

    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(translation.plot(), path)


def _sentences(attention: str | None, file: Path | None) -> dict[int, str]:
    """Return the sentences to look at by their line in the file."""
    if attention is not None and file is not None:
        raise SoftsearchError("--attention and --file are both given", fix="leave out one of the two")
    lines = [] if attention is None else [attention]
    if file is not None:
        from softsearch.data.text import read_lines

        lines = list(read_lines(file))
    elif attention is None:
        raise SoftsearchError("nothing to look at", fix='give --attention "a sentence" or --file LINES')
    sentences = {number: line for number, line in enumerate(lines, start=1) if line.strip()}
    if not sentences:
        raise SoftsearchError("there is no sentence to look at", path=file, value=attention)
    return sentences
