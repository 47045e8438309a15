"""`softsearch look` at a translator: its attention in sentences, and its heads as aligners."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.console import note, say, say_json, table
from softsearch.cli.given import Given
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.data.pairs.alignments import GoldFormat
    from softsearch.inspection.heads import HeadScores, Where
    from softsearch.tasks.translated import Translation
    from softsearch.tasks.translator import Translator

VIEWS = {"attention": {"file", "by_head", "out"}, "heads": {"on", "gold", "gold_format", "json"}}
"""What can be looked at, and the options that this has."""
ALONE = {"file": "attention"}
"""Options that say by themselves what is looked at."""
EXAMPLE = 'give --attention "a sentence" or --file LINES'

_TITLES = {
    "source": "where the decoder reads the source",
    "encoder": "where the encoder reads its own words",
    "decoder": "where the decoder reads what it has written",
}
_SUMMARY = {
    "best": "the best of the first",
    "evaluate": "as evaluate and predict link words: mean of the last layer",
    "blind": "the best of the first, reading another sentence",
    "diagonal": "the diagonal",
}


def look(view: str, run: Path, asked: Any, options: Given) -> None:
    """Show one of the `VIEWS` of a run; `asked` is what its option was given."""
    if view == "heads":
        judged = {name: options.get(name) for name in ("on", "gold", "gold_format")}
        heads(run, **judged, as_json="json" in options)
    else:
        attention(run, asked, options.get("file"), by_head=options.get("by_head"), out=options["out"])


def attention(run: Path, sentence: str | None, file: Path | None, *, by_head: Where | None, out: Path) -> None:
    """Draw the attention of a sentence, or of each line of a file."""
    from softsearch import runs

    sentences = _sentences(sentence, file)
    translator = runs.load(run)
    if by_head is not None:
        _require_heads(run, translator, fix="leave out --by-head")
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
        if by_head is None:
            draw(translation, path)
        else:
            _draw_heads(translator, translation, by_head, path)
        say(f"{translation.text}\n  {path}")
        num_drawn += 1
    if num_drawn == 0:
        raise SoftsearchError(
            "nothing could be drawn", path=file, fix="give shorter sentences, or a run trained further"
        )


def heads(run: Path, *, on: str | None, gold: Path | None, gold_format: GoldFormat | None, as_json: bool) -> None:
    """Print the alignment error rate of each head on some pairs, and how the best of them does on others."""
    from softsearch import runs
    from softsearch.inspection.heads import pairs_for, score_heads

    if gold_format is not None and gold is None:
        raise SoftsearchError("--gold-format has no effect without --gold", fix="leave it out")
    translator = runs.load(run)
    fix = f"softsearch evaluate {run} tells how well this model aligns words"
    _require_heads(run, translator, fix=fix)
    pairs = pairs_for(run, on=on, gold=gold, gold_format=gold_format)
    found = score_heads(translator, pairs.choose, pairs.judge)
    if as_json:
        say_json({"chosen_on": pairs.chosen_on, "judged_on": pairs.judged_on, **found.to_dict()})
        return
    say(f"Alignment error rate on {pairs.chosen_on}, of links of the word that a step writes, or reads:\n")
    _rates(found)
    say(f"\nOn {pairs.judged_on}, with 95 % intervals:\n")
    rows = [
        (_SUMMARY[name], f"{score.value:.3f}", f"{score.low:.3f} to {score.high:.3f}")
        for name, score in found.summary.items()
    ]
    table(("links", "AER", ""), rows)


def draw(translation: Translation, path: Path) -> None:
    """Write the attention map of one translation."""
    from softsearch.pictures import save_png

    save_png(translation.plot(), path)


def _draw_heads(translator: Translator, translation: Translation, where: Where, path: Path) -> None:
    from softsearch.inspection.heads import maps
    from softsearch.pictures import head_grid, save_png

    found = maps(translator, translation, where)
    save_png(head_grid(found.across, found.down, found.weights, title=_TITLES[where]), path)


def _rates(found: HeadScores) -> None:
    readers = list(found.chosen_by)
    rows = list(dict.fromkeys((reader.layer, reader.links) for reader in readers))
    columns = [*sorted({reader.head for reader in readers if reader.head is not None}), None]

    def rate(layer: int, links: str, head: int | None) -> str:
        reader = next(each for each in readers if each == (layer, head, links))
        return f"{found.chosen_by[reader]:.3f}" + ("*" if reader == found.best else "")

    table(
        ("layer", "links", *("mean" if head is None else f"head {head}" for head in columns)),
        [(str(layer), links, *(rate(layer, links, head) for head in columns)) for layer, links in rows],
    )
    say("* the best")


def _require_heads(run: Path, translator: Translator, *, fix: str) -> None:
    from softsearch.models.transformer import Transformer

    if not isinstance(translator.model, Transformer):
        raise RunError("this model has no layers of heads: it is no Transformer", path=run, fix=fix)


def _sentences(attention: str | None, file: Path | None) -> dict[int, str]:
    """Return the sentences to look at by their line in the file."""
    if attention is not None and file is not None:
        raise SoftsearchError("--attention and --file are both given", fix="leave out one of the two")
    lines = [] if attention is None else [attention]
    if file is not None:
        from softsearch.data.text import read_lines

        lines = list(read_lines(file))
    sentences = {number: line for number, line in enumerate(lines, start=1) if line.strip()}
    if not sentences:
        raise SoftsearchError("there is no sentence to look at", path=file, value=attention)
    return sentences
