"""`softsearch look` at a language model: its memory cells, what it expects, where its heads look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from softsearch.cli.console import note, say, say_json, table
from softsearch.cli.given import Given
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    import numpy as np

    from softsearch.inspection.cells import Cell, Chosen
    from softsearch.inspection.coloured_page import Coloured
    from softsearch.inspection.texts import TokenText
    from softsearch.models.recurrent_language_model import RecurrentLanguageModel
    from softsearch.tasks.writer import Writer

_OF_A_TEXT = {"text", "file", "tokens", "out"}
VIEWS = {
    "attention": {"tokens", "out"},
    "cell": _OF_A_TEXT,
    "cells": {*_OF_A_TEXT, "json"},
    "next": {*_OF_A_TEXT, "top"},
}
"""What can be looked at, and the options that this has."""
ALONE: dict[str, str] = {}
"""Options that say by themselves what is looked at."""
EXAMPLE = "give --next, or --cells"

_TOKENS_OF_HEADS, _TOKENS_COLOURED, _TOKENS_SEARCHED, _TOKENS_EXPECTED = 30, 2_000, 20_000, 200
_TOKENS_SHOWN = 1_500  # of the text in which a cell was searched for


class Source(NamedTuple):
    """A run, and what of which text to look at, as a user says it; None: the run's own text, and as much as fits."""

    run: Path
    text: str | None
    file: Path | None
    tokens: int | None


def look(view: str, run: Path, asked: Any, options: Given) -> None:
    """Show one of the `VIEWS` of a run; `asked` is what its option was given."""
    text = asked if view == "attention" else options.get("text")
    source, out = Source(run, text, options.get("file"), options.get("tokens")), options["out"]
    if view == "attention":
        attention(source, out=out)
    elif view == "next":
        expected(source, top=options.get("top", 5), out=out)
    elif view == "cell":
        cell(source, asked, out=out)
    else:
        cells(source, out=out, as_json="json" in options)


def attention(source: Source, *, out: Path) -> None:
    """Draw where each head of a Transformer looks while it reads a text."""
    from softsearch import runs
    from softsearch.inspection.heads import reading_maps
    from softsearch.models.transformer_language_model import TransformerLanguageModel
    from softsearch.pictures import head_grid, save_png

    writer = runs.load(source.run)
    model = writer.model
    if not isinstance(model, TransformerLanguageModel):
        raise RunError("this model has no attention: it is no Transformer", path=source.run, fix=_others(writer))
    read = _read(source, writer, most=min(source.tokens or _TOKENS_OF_HEADS, len(model.places.weight) - 1))
    if len(read.texts) > 1:
        note("to this model each line is a text of its own: it reads the first")
    found = reading_maps(writer, read)
    save_png(head_grid(found.across, found.down, found.weights, title="where each head looks as it reads"), out)
    say(str(out))


def expected(source: Source, *, top: int, out: Path) -> None:
    """Draw what was likely in the place of each token of a text."""
    from softsearch import runs
    from softsearch.inspection.expectations import expectations
    from softsearch.pictures import next_token_strips, save_png

    writer = runs.load(source.run)
    read = _read(source, writer, most=source.tokens or _TOKENS_EXPECTED)
    title = f"each token, and below it the {top} likeliest in its place"
    save_png(next_token_strips(expectations(writer, read, top=top), title=title), out)
    say(str(out))


def cell(source: Source, wanted: str, *, out: Path) -> None:
    """Draw a text on the colours of one unit."""
    from softsearch.inspection.cells import memories
    from softsearch.inspection.coloured_page import Coloured

    writer, model = _recurrent(source)
    chosen = _cell(wanted, model)
    read = _read(source, writer, most=source.tokens or _TOKENS_COLOURED)
    values = memories(model, read)[:, chosen.layer - 1, chosen.unit - 1].tolist()
    title = f"layer {chosen.layer}, unit {chosen.unit}"
    if out.suffix.lower() == ".html":
        _write_page(out, title, [Coloured("", read.shown, values)], model)
    else:
        _draw(Coloured(title, read.shown, values), model, out)
    say(str(out))


def cells(source: Source, *, out: Path, as_json: bool) -> None:
    """Print for each signal in a text the unit that follows it, and draw a part of the text."""
    from softsearch.inspection.cells import memories, search, to_dict
    from softsearch.inspection.signals import SIGNALS
    from softsearch.runs.parts import model_of
    from softsearch.training.folder import RunFolder

    writer, model = _recurrent(source)
    read = _read(source, writer, most=source.tokens or _TOKENS_SEARCHED)
    held = memories(model, read)
    found = search(held, read)
    if not found:
        raise SoftsearchError("nothing that a cell could follow changes in this text", fix="give a longer text")
    untrained = search(memories(model_of(RunFolder.open(source.run)).eval(), read), read)
    for name in SIGNALS:
        if name not in found:
            note(f"{name}: not searched for, it hardly ever changes in this text")
    texts = [_excerpt(read, held, name, each) for name, each in found.items()]
    rows = [_row(name, each, untrained[name]) for name, each in found.items()]
    columns = ("signal", "cell", "chosen by", "judged by", "untrained")
    paths = _write_all(texts, model, out, columns=columns, rows=rows, names=list(found))
    if as_json:
        say_json(
            {"tokens": len(read.ends), "cells": to_dict(found, untrained), "written": [str(path) for path in paths]}
        )
        return
    table(columns, rows)
    say("\nCorrelations on the half of the text that a cell was chosen by, and on the other half; there also of")
    say("the cell that the same search finds in the untrained network.")
    say("\n".join(str(path) for path in paths))


def _recurrent(source: Source) -> tuple[Writer, RecurrentLanguageModel]:
    from softsearch import runs
    from softsearch.models.recurrent_language_model import RecurrentLanguageModel

    writer = runs.load(source.run)
    if not isinstance(writer.model, RecurrentLanguageModel):
        problem = "this model has no memory cells: it is not recurrent"
        raise RunError(problem, path=source.run, fix=_others(writer))
    return writer, writer.model


def _others(writer: Writer) -> str:
    """Return what can be looked at instead."""
    from softsearch.models.recurrent_language_model import RecurrentLanguageModel
    from softsearch.models.transformer_language_model import TransformerLanguageModel

    if isinstance(writer.model, RecurrentLanguageModel):
        return "give --next, --cell or --cells"
    return (
        'give --next, or --attention "a text"' if isinstance(writer.model, TransformerLanguageModel) else "give --next"
    )


def _read(source: Source, writer: Writer, *, most: int) -> TokenText:
    """Return the text to look at, and say what of it is not seen."""
    from softsearch.data.running import RunningText
    from softsearch.data.text import read_lines
    from softsearch.inspection.texts import of_lines, of_stored
    from softsearch.training.folder import RunFolder

    if source.text is not None and source.file is not None:
        raise SoftsearchError("--text and --file are both given", fix="leave out one of the two")
    if source.text is None and source.file is None:
        own = RunningText(RunFolder.open(source.run).data / "valid")
        read = of_stored(own, writer.tokenizer, most=most)
    else:
        lines = read_lines(source.file) if source.file is not None else iter((source.text or "").split("\n"))
        read = of_lines(lines, writer.tokenizer, most=most, by_line=writer.by_line)
    if read.is_cut:
        line = read.text.count("\n") + 1
        why = "the model's context" if most == (writer.model.context or 0) - 1 else "--tokens"
        note(f"the text is longer: the first {len(read.ends):,} tokens are looked at, up to line {line:,} ({why})")
    if read.num_unknown:
        note(f"{read.num_unknown:,} of {len(read.ends):,} tokens are unknown to the model")
    return read


def _cell(wanted: str, model: RecurrentLanguageModel) -> Cell:
    from softsearch.inspection.cells import Cell

    depth, width = model.depth, model.first.hidden
    layer, colon, unit = wanted.partition(":")
    is_there = colon and layer.isdecimal() and unit.isdecimal() and 1 <= int(layer) <= depth and 1 <= int(unit) <= width
    if not is_there:
        allowed = f"LAYER:UNIT, layers 1 to {depth}, units 1 to {width}"
        raise SoftsearchError(
            "there is no such cell", value=wanted, allowed=allowed, fix="--cells finds some to look at"
        )
    return Cell(int(layer), int(unit))


def _excerpt(read: TokenText, held: np.ndarray, name: str, chosen: Chosen) -> Coloured:
    """Return the part of the text to show a cell by."""
    from softsearch.inspection.cells import liveliest
    from softsearch.inspection.coloured_page import Coloured
    from softsearch.inspection.signals import SIGNALS

    layer, unit = chosen.cell
    values = held[:, layer - 1, unit - 1]
    part = liveliest(read.projected(SIGNALS[name](read.text)), values, most=_TOKENS_SHOWN)
    title = f"{name}: layer {layer}, unit {unit}, correlation {chosen.judged_by:+.2f}"
    return Coloured(title, read.shown[part], values[part].tolist())


def _row(name: str, chosen: Chosen, untrained: Chosen) -> tuple[str, ...]:
    correlations = chosen.chosen_by, chosen.judged_by, untrained.judged_by
    return name, str(chosen.cell), *(f"{each:+.2f}" for each in correlations)


def _write_all(
    texts: list[Coloured],
    model: RecurrentLanguageModel,
    out: Path,
    *,
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
    names: list[str],
) -> list[Path]:
    """Write one page, or a picture for each text with its name."""
    from softsearch.inspection.html import grid

    if out.suffix.lower() == ".html":
        _write_page(out, "Cells that follow a text", texts, model, before=grid(columns, rows))
        return [out]
    paths = [out.with_name(f"{out.stem}-{name.replace(' ', '-')}{out.suffix}") for name in names]
    for text, path in zip(texts, paths, strict=True):
        _draw(text, model, path)
    return paths


def _draw(text: Coloured, model: RecurrentLanguageModel, path: Path) -> None:
    from softsearch.pictures import coloured_text, save_png

    save_png(coloured_text(text.tokens, text.values, title=f"{text.title}  ({_what(model)})"), path)


def _write_page(
    path: Path, title: str, texts: list[Coloured], model: RecurrentLanguageModel, *, before: str = ""
) -> None:
    from softsearch.files import write_text_atomically
    from softsearch.inspection.coloured_page import coloured_page

    remark = f"Colours are {_what(model)} after each token."
    write_text_atomically(path, coloured_page(title, texts, remark=remark, before=before))


def _what(model: RecurrentLanguageModel) -> str:
    return "tanh(c)" if model.first.cell.state_size == 2 else "h"
