"""`softsearch predict`: lines in, translations out, in the same order and as they are ready."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from softsearch.cli.console import note
from softsearch.cli.lines import line_groups, line_pairs, line_prefixes
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.decoding.settings import Sampling, Search
    from softsearch.tasks.translator import Scored, Translation, Translator

_SEARCH, _SAMPLING, _UNKNOWN, _TEXT = "Search", "Sampling", "Unknown words", "Language models"
_DEFAULT_SAMPLING = {"temperature": 1.0, "top_k": None, "top_p": 1.0, "min_p": 0.0, "seed": 1}
_SCORED_AT_ONCE = 1024
_WIDEST = 1_000
_LONGEST = 10_000
_MAX_TOKENS = 200


class Format(StrEnum):
    """How a translation is written."""

    text = "text"
    jsonl = "jsonl"
    pharaoh = "pharaoh"


def _option(kind: str, text: str, *names: str, **limits: Any) -> Any:
    return typer.Option(*names, rich_help_panel=kind, help=text, **limits)


def predict(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Files with one sentence per line; - or nothing: standard input.")
    ] = None,
    form: Annotated[
        Format,
        typer.Option("--format", help="Text; JSON lines with scores and alignments; or word links such as 0-0 1-2."),
    ] = Format.text,
    others: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", metavar="RUN", help="Another run to translate together with; may be given several times."
        ),
    ] = None,
    nbest: Annotated[int, typer.Option(min=1, max=_WIDEST, help="Translations per sentence.")] = 1,
    score: Annotated[
        Path | None,
        typer.Option(help="Score given translations: of FILES line by line, or a file of source TAB target."),
    ] = None,
    beam: Annotated[int | None, _option(_SEARCH, "Width of the beam.", min=1, max=_WIDEST)] = None,
    length_penalty: Annotated[
        float | None, _option(_SEARCH, "Exponent of the length that scores are divided by.", min=0, max=10)
    ] = None,
    coverage_penalty: Annotated[
        float | None, _option(_SEARCH, "Weight of the penalty on words that were not read.", min=0, max=10)
    ] = None,
    min_length: Annotated[int | None, _option(_SEARCH, "Tokens at least.", min=0, max=_LONGEST)] = None,
    max_length: Annotated[int | None, _option(_SEARCH, "Tokens at most.", min=1)] = None,
    max_ratio: Annotated[
        float | None, _option(_SEARCH, "Tokens at most for each source token, and ten more.", min=0, max=100)
    ] = None,
    no_repeat_ngrams: Annotated[
        int | None, _option(_SEARCH, "Write no sequence of so many tokens twice; 0: no such rule.", min=0, max=100)
    ] = None,
    prefix: Annotated[str | None, _option(_SEARCH, "What every translation begins with.")] = None,
    prefixes: Annotated[Path | None, _option(_SEARCH, "A file: what each translation begins with.")] = None,
    sample: Annotated[
        bool, _option(_SAMPLING, "Draw translations instead of looking for the best.", "--sample")
    ] = False,
    temperature: Annotated[
        float | None, _option(_SAMPLING, "Below 1 likely words become likelier; default 1.", min=0.001, max=1000)
    ] = None,
    top_k: Annotated[int | None, _option(_SAMPLING, "Draw among so many likeliest tokens.", min=1)] = None,
    top_p: Annotated[
        float | None, _option(_SAMPLING, "Draw among the likeliest with this share; default 1.", min=0, max=1)
    ] = None,
    min_p: Annotated[
        float | None,
        _option(_SAMPLING, "Draw among those with this share of the likeliest's probability.", min=0, max=0.999),
    ] = None,
    seed: Annotated[int | None, _option(_SAMPLING, "Of the draws; default 1.", min=0, max=2**63 - 1)] = None,
    replace_unknown: Annotated[
        bool | None, _option(_UNKNOWN, "Put the source word that was read in place of an unknown word.")
    ] = None,
    dictionary: Annotated[
        Path | None, _option(_UNKNOWN, "A file of source word TAB translation, to put in its place.")
    ] = None,
    prompt: Annotated[str | None, _option(_TEXT, "Text to go on with.")] = None,
    max_tokens: Annotated[int | None, _option(_TEXT, "Tokens to write; default 200.", min=1, max=_LONGEST)] = None,
    stop: Annotated[list[str] | None, _option(_TEXT, "Text that ends it; may be given several times.")] = None,
) -> None:
    """Translate files, standard input, or what you type; score given translations; or go on with a text."""
    changes = _given(
        beam=beam,
        length_penalty=length_penalty,
        coverage_penalty=coverage_penalty,
        min_length=min_length,
        max_length=max_length,
        max_ratio=max_ratio,
        no_repeat_ngrams=no_repeat_ngrams,
        replace_unknown=replace_unknown,
    )
    drawing = _given(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, seed=seed)
    writing = _given(prompt=prompt, max_tokens=max_tokens, stop=stop)
    also = _given(
        prefix=prefix,
        prefixes=prefixes,
        dictionary=dictionary,
        sample=sample or None,
        nbest=nbest if nbest > 1 else None,
    )
    from softsearch import runs

    if runs.kind_of(run) == "language_model":
        _refuse({**changes, **_given(**{"with": others}), **also}, "a language model has no use for this")
        _write_text(run, files, form, score, writing, drawing)
        return
    _refuse(writing, "this run is no language model")
    if score is not None:
        _refuse({**changes, **drawing, **also}, "nothing is looked for where translations are given with --score")
        _score(run, others, form, score, files)
        return
    _check(form, changes, drawing, also)
    from softsearch.data.dictionary import read_dictionary
    from softsearch.decoding.settings import Sampling

    with _named_as_options({**changes, **drawing}):
        sampling = Sampling(**{**_DEFAULT_SAMPLING, **drawing}) if sample else None
    if dictionary is not None:
        changes["replace_unknown"] = True
    entries = read_dictionary(dictionary) if dictionary is not None else None
    left_over, begun = line_prefixes(prefixes, files) if prefixes else (iter(()), prefix or "")
    groups = line_groups(files)
    translator = _loaded(run, others, form)
    with _named_as_options(changes):
        search = dataclasses.replace(translator.search, **changes)
    if entries is not None:
        translator.dictionary = entries
    _remark(run, translator, search, nbest, sampling, changes)
    translations = _translations(translator, groups, search=search, nbest=nbest, prefixes=begun, sampling=sampling)
    num_lines, num_unknown = _write(translations, form, nbest)
    if next(left_over, None) is not None:
        note(f"{prefixes}: there are more prefixes than lines")
    if changes.get("replace_unknown") and num_lines and not num_unknown:
        option = "--replace-unknown" if dictionary is None else "--dictionary"
        note(f"{option} changed nothing: no unknown word was written")


def _write_text(
    run: Path,
    files: Sequence[str] | None,
    form: Format,
    score: Path | None,
    writing: Mapping[str, Any],
    drawing: dict[str, Any],
) -> None:
    from softsearch.cli.continuation import go_on, require_text, score_lines

    if form is Format.pharaoh:
        raise SoftsearchError("a language model links no words", value=form.value, allowed="text, jsonl")
    if score is not None:
        _refuse({**writing, **drawing}, "nothing is written where lines are scored")
        score_lines(run, score, as_json=form is Format.jsonl)
        return
    prompt = require_text(run, writing.get("prompt"), files)
    with _named_as_options(drawing):
        go_on(
            run,
            prompt,
            drawing=drawing,
            max_tokens=writing.get("max_tokens", _MAX_TOKENS),
            stop=writing.get("stop", ()),
            with_tokens=form is Format.jsonl,
        )


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _refuse(given: Mapping[str, Any], problem: str, *, fix: str | None = None) -> None:
    """Raise an error where options are given that could have no effect."""
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise SoftsearchError(f"{problem}: {names}", fix=fix or "leave it out")


@contextlib.contextmanager
def _named_as_options(given: Mapping[str, Any]) -> Iterator[None]:
    """Let errors about the fields of a search or a sampling name the options that set them."""
    try:
        yield
    except SoftsearchError as error:
        field, _, told = error.problem.partition(" ")
        if field not in given:
            raise
        option = f"--{field.replace('_', '-')}"
        raise SoftsearchError(f"{option} {told}", value=error.value, allowed=error.allowed) from error


def _check(form: Format, changes: Mapping[str, Any], drawing: Mapping[str, Any], also: Mapping[str, Any]) -> None:
    if "nbest" in also and form is Format.pharaoh:
        raise SoftsearchError(
            "word links are written for the best translation only", value=also["nbest"], fix="--format jsonl"
        )
    if "sample" in also:
        searching = {name: changes[name] for name in ("beam", "coverage_penalty") if name in changes}
        _refuse(searching, "where translations are drawn, there is no search")
    else:
        _refuse(drawing, "translations are drawn only on request", fix="give --sample too")
    if "prefixes" in also:
        problem, fix = "one beginning for all lines, and one for each, are given", "leave out --prefix, or --prefixes"
        _refuse({name: also[name] for name in ("prefix", "prefixes") if "prefix" in also}, problem, fix=fix)
    if changes.get("replace_unknown") is False:
        _refuse(_given(dictionary=also.get("dictionary")), "without unknown words there is nothing to look up")


def _loaded(run: Path, others: Sequence[Path] | None, form: Format) -> Translator:
    from softsearch import runs

    translator = runs.load([run, *others] if others else run)
    if form is Format.pharaoh and not translator.has_links:
        raise _blind(run, "to take word links from", "pharaoh", "--format text, or ")
    return translator


def _blind(run: Path, purpose: str, value: str, way_out: str) -> RunError:
    fix = f"{way_out}train with model.attention.kind=additive"
    return RunError(f"this model has no attention {purpose}", path=run, value=value, fix=fix)


def _remark(
    run: Path, translator: Translator, search: Search, nbest: int, sampling: Sampling | None, changes: Mapping[str, Any]
) -> None:
    """Say what an option does beside what it is for, and refuse what the model cannot do."""
    if sampling is None and nbest > search.beam:
        note(f"--nbest {nbest} widens the beam from {search.beam} to {nbest}")
    wanted = [name for name in ("coverage_penalty", "replace_unknown") if changes.get(name)]
    if wanted and not translator.has_links:
        raise _blind(run, "to tell which words were read", f"--{wanted[0].replace('_', '-')}", "leave it out, or ")


def _translations(
    translator: Translator,
    groups: Iterable[Iterable[str]],
    *,
    search: Search,
    nbest: int,
    prefixes: Iterable[str] | str,
    sampling: Sampling | None,
) -> Iterator[Translation]:
    number = 0
    for lines in groups:
        stream = translator.stream(
            lines, search=search, nbest=nbest, prefixes=prefixes, sampling=sampling, first=number
        )
        for translation in stream:
            yield translation
            number += 1


def _write(translations: Iterable[Translation], form: Format, nbest: int) -> tuple[int, int]:
    """Write translations as they come; return of how many lines they are and how many of these have an unknown word."""
    from softsearch.data.tokenizers import UNKNOWN

    num_lines = num_unknown = 0
    for number, translation in enumerate(translations):
        num_lines += 1
        num_unknown += any(UNKNOWN in one.unreplaced for one in (translation, *translation.alternatives))
        if translation.num_parts > 1:
            many = f"line {number + 1} is longer than any sentence that the model was trained on"
            note(f"{many}: translated in {translation.num_parts} parts")
        for line in _written(translation, number, form, nbest):
            sys.stdout.write(line + "\n")
        # A pipe shows each line when it is there, and tells at once when its reader has left.
        sys.stdout.flush()
    return num_lines, num_unknown


def _score(run: Path, others: Sequence[Path] | None, form: Format, file: Path, sources: Sequence[str] | None) -> None:
    pairs = line_pairs(file, sources)
    first = next(pairs, None)  # a mistake in the name is told before the model is loaded
    translator = _loaded(run, others, form)
    waiting = itertools.chain([first] if first else [], pairs)
    while some := list(itertools.islice(waiting, _SCORED_AT_ONCE)):
        for scored in translator.score([source for source, _ in some], [target for _, target in some]):
            sys.stdout.write(_as_line(scored, form) + "\n")
        sys.stdout.flush()


def _as_line(scored: Scored, form: Format) -> str:
    if form is Format.jsonl:
        return json.dumps(scored.to_dict(), ensure_ascii=False)
    return scored.pharaoh() if form is Format.pharaoh else f"{scored.log_prob:.4f}"


def _written(translation: Translation, number: int, form: Format, nbest: int) -> list[str]:
    if form is Format.jsonl:
        return [json.dumps(translation.to_dict(), ensure_ascii=False)]
    if form is Format.pharaoh:
        return [translation.pharaoh()]
    if nbest == 1:
        return [translation.text]
    return [f"{number} ||| {one.text} ||| {one.score:.4f}" for one in (translation, *translation.alternatives)]
