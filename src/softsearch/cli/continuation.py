"""`softsearch predict` with a language model: a prompt in, more text out, as it is written; or lines scored."""

from __future__ import annotations

import itertools
import json
import math
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from softsearch.cli.console import note, say
from softsearch.cli.given import Given, named_as_options, only, option, refuse, refuse_drawing
from softsearch.cli.lines import are_typed, line_groups, typed
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.decoding.settings import Generation
    from softsearch.tasks.writer import Writer
    from softsearch.tasks.written import Cost, WrittenToken

_GENERATION = (
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "seed",
    "repetition_penalty",
    "repetition_window",
    "no_repeat_ngrams",
)
_WRITING = ("prompt", "max_tokens", "stop", "samples", "alternatives")
TAKES = frozenset((*_GENERATION, *_WRITING))
"""The options that a language model has a use for."""

_MAX_TOKENS, _ALTERNATIVES = 200, 5
_SCORED_AT_ONCE = 1024
_MOST_NAMED = 10
_BETWEEN = "---"
_HEADER = f"{'nats':>11} {'tokens':>7} {'unknown':>7} {'perplexity':>10} {'per word':>10} {'bits/byte':>9}  text"
_WIDTH = 40  # of a line of text beside its scores


class Asked(NamedTuple):
    """A run, how to write, and the options that were given: fields of a `Generation`, and the others."""

    run: Path
    form: Format
    generation: Given
    writing: Given


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Go on with prompts, or score the lines of a text."""
    from softsearch import runs

    asked = Asked(run, form, only(options, _GENERATION), only(options, _WRITING))
    if asked.form is Format.pharaoh:
        raise SoftsearchError("a language model links no words", value=asked.form.value, allowed="text, jsonl")
    if score is not None:
        refuse({**asked.writing, **asked.generation}, "nothing is written where lines are scored")
        if files:
            raise SoftsearchError("--score takes the file, and no other", value=files[0], fix=f"leave out {files[0]}")
        if str(score) != "-" and not score.exists():  # told before the model is loaded
            raise DataError("no such file", path=score, fix="give a file of text, or - for standard input")
        groups = line_groups([str(score)])
        lines = itertools.chain.from_iterable(groups)
        if (first := next(lines, None)) is None:
            raise DataError("there is no line to score", path=score)
        _score(runs.load(asked.run), itertools.chain([first], lines), as_json=asked.form is Format.jsonl)
        return
    prompts = _prompts(asked.writing.get("prompt"), files)
    writer = runs.load(asked.run)
    with named_as_options(asked.generation):
        generation = replace(writer.generation, **asked.generation)
    _check(asked, generation, writer)
    for number, prompt in enumerate(prompts):
        if number and asked.form is Format.text and isinstance(prompts, list):  # what is typed lies apart by itself
            say(_BETWEEN)
        _remark(writer, prompt)
        _go_on(writer, prompt, asked, generation, number)


def _prompts(prompt: str | None, files: Sequence[str] | None) -> Iterable[str]:
    """Return what to go on with: what is given, each file as a whole, standard input, or line by line what is typed."""
    if prompt is not None:
        if files:
            raise SoftsearchError("--prompt and a file of one are given", value=files[0], fix="leave out one of them")
        return [prompt]
    if are_typed(files):
        return typed("One prompt per line; Ctrl-D ends.")
    for name in files or ():
        if name != "-" and not os.path.exists(name):  # noqa: PTH110  a sentence may be too long for Path.exists
            fix = f"to go on with these words: --prompt {shlex.quote(name)}"
            raise DataError("no such file", path=name, fix=fix)
    return ["\n".join(itertools.chain.from_iterable(line_groups([name]))) for name in files or ["-"]]


def _check(asked: Asked, generation: Generation, writer: Writer) -> None:
    """Refuse options without effect, and tell of one that has none with this model."""
    given: Given = {**asked.generation, **asked.writing}
    refuse_drawing(given, temperature=generation.temperature)
    if generation.repetition_penalty == 1 and "repetition_window" in asked.generation:
        refuse({"repetition_window": None}, "nothing is penalised", fix="give --repetition-penalty 1.2 too")
    for name in ("top_k", "alternatives"):
        if given.get(name, 0) > writer.tokenizer.size:
            note(f"{option(name)}: the model knows {writer.tokenizer.size} tokens: all of them are taken")


def _remark(writer: Writer, prompt: str) -> None:
    """Say what of a prompt the model does not see."""
    from softsearch.tasks.context import seen

    unknown = writer.unknown(prompt)
    if unknown:
        more = f", and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        note(f"the prompt has what the model does not know: {', '.join(map(repr, unknown[:_MOST_NAMED]))}{more}")
    if writer.by_line and "\n" in prompt:
        note("to this model each line is a text of its own: it sees the last line of the prompt only")
    length = len(writer.encoded(prompt))
    sees = seen(length, writer.model.context)
    if sees < length:
        note(
            f"the prompt has {length} tokens, more than the model's context of {writer.model.context}: "
            f"it sees the last {sees} of them"
        )


def _go_on(writer: Writer, prompt: str, asked: Asked, generation: Generation, number: int) -> None:
    how: dict[str, Any] = {
        "generation": generation,
        "max_tokens": asked.writing.get("max_tokens", _MAX_TOKENS),
        "stop": asked.writing.get("stop", ()),
        "alternatives": asked.writing.get("alternatives", _ALTERNATIVES if asked.form is Format.jsonl else 0),
        "number": number,
    }
    samples, shown = asked.writing.get("samples", 1), _tabled if "alternatives" in asked.writing else _as_text
    if asked.form is Format.jsonl:
        for each in writer.write(prompt, samples=samples, **how):
            say(json.dumps(each.to_dict(), ensure_ascii=False))
        return
    if samples == 1:
        streams = [writer.stream(prompt, **how)]
    else:
        streams = [iter(each.tokens) for each in writer.write(prompt, samples=samples, **how)]
    for place, stream in enumerate(streams):
        if place:
            say(_BETWEEN)
        shown(prompt, stream)


def _as_text(prompt: str, tokens: Iterator[WrittenToken]) -> None:
    """Write a prompt and what follows it, as it comes."""
    try:
        for text in itertools.chain([prompt], (token.text for token in tokens)):
            sys.stdout.write(text)
            sys.stdout.flush()
    finally:
        sys.stdout.write("\n")  # after Ctrl-C too: what is there stays, and what is said of it has a line of its own


def _tabled(_prompt: str, tokens: Iterator[WrittenToken]) -> None:
    """Write a line for each token: its probability, and the likeliest in its place with theirs."""
    for token in tokens:
        others = "  ".join(f"{piece} {math.exp(log_prob):.4f}" for piece, log_prob in token.alternatives)
        say(f"{math.exp(token.log_prob):.4f}  {token.piece:<16}  {others}".rstrip())


def _score(writer: Writer, lines: Iterable[str], *, as_json: bool) -> None:
    """Write what each line costs, each by itself, and what all do."""
    from softsearch.tasks.written import Cost, spread

    costs: list[Cost] = []
    waiting, context = iter(lines), writer.model.context or math.inf
    if not as_json:
        say(_HEADER)
    while some := list(itertools.islice(waiting, _SCORED_AT_ONCE)):
        for scored in writer.score(some):
            say(json.dumps(scored.to_dict(), ensure_ascii=False) if as_json else _row(scored.cost, scored.text))
            costs.append(scored.cost)
    total = Cost.total(costs)
    whole = {"text": None, "num_lines": len(costs), "log_prob": -total.nats, **spread(total)}
    say(json.dumps(whole) if as_json else _row(total, "total"))
    long = [number for number, cost in enumerate(costs, start=1) if cost.tokens > context]
    if long:
        told = (
            f"lines that are longer than the model's context of {context} tokens: {len(long)}, the first line {long[0]}"
        )
        note(f"{told}; they are read in windows that overlap by half")


def _row(cost: Cost, text: str) -> str:
    shown = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    perplexities = f"{cost.perplexity:>10.4g} {cost.perplexity_per_word:>10.4g} {cost.bits_per_byte:>9.3f}"
    return f"{cost.nats:>11.3f} {cost.tokens:>7} {cost.unknown:>7} {perplexities}  {shown}".rstrip()
