"""`softsearch predict` with translators: lines in, translations out, in the same order and as they are ready."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from softsearch.cli.console import note
from softsearch.cli.given import Given, given, named_as_options, only, option, refuse, refuse_drawing
from softsearch.cli.lines import line_groups, line_pairs, line_prefixes
from softsearch.cli.prediction_options import Format
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.decoding.settings import Sampling, Search
    from softsearch.tasks.translated import Scored, Translation
    from softsearch.tasks.translator import Translator

_SCORED_AT_ONCE = 1024

_SEARCH = (
    "beam",
    "length_penalty",
    "coverage_penalty",
    "min_length",
    "max_length",
    "max_ratio",
    "no_repeat_ngrams",
    "replace_unknown",
)
_DRAWING = ("temperature", "top_k", "top_p", "min_p", "seed")
_ALSO = ("prefix", "prefixes", "dictionary", "sample", "nbest")
TAKES = frozenset(("with", *_SEARCH, *_DRAWING, *_ALSO))
"""The options that a translator has a use for."""


class Asked(NamedTuple):
    """Runs, how to write, and the options that were given: of the search, of drawing, and the others."""

    run: Path
    others: Sequence[Path] | None
    form: Format
    search: Given
    drawing: Given
    also: Given


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Translate the lines of files, or score given translations."""
    asked = Asked(run, options.get("with"), form, *(only(options, names) for names in (_SEARCH, _DRAWING, _ALSO)))
    if score is not None:
        refuse(
            {**asked.search, **asked.drawing, **asked.also},
            "nothing is looked for where translations are given with --score",
        )
        _score(asked, score, files)
        return
    _check(asked)
    _translate(asked, files)


def _translate(asked: Asked, files: Sequence[str] | None) -> None:
    from softsearch.data.pairs.dictionary import read_dictionary
    from softsearch.decoding.settings import Sampling

    with named_as_options(asked.drawing):
        sampling = Sampling(**asked.drawing) if "sample" in asked.also else None
    if sampling is not None:
        refuse_drawing({**asked.drawing, **asked.also}, temperature=sampling.temperature)
    dictionary, prefixes = asked.also.get("dictionary"), asked.also.get("prefixes")
    entries = read_dictionary(dictionary) if dictionary is not None else None
    left_over, begun = line_prefixes(prefixes, files) if prefixes else (iter(()), asked.also.get("prefix", ""))
    groups = line_groups(files)
    translator = _loaded(asked)
    with named_as_options(asked.search):
        search = dataclasses.replace(translator.search, **asked.search)
    if entries is not None:
        translator.dictionary, search = entries, dataclasses.replace(search, replace_unknown=True)
    nbest = asked.also.get("nbest", 1)
    _remark(asked, translator, search, nbest, sampling)
    translations = _translations(translator, groups, search=search, nbest=nbest, prefixes=begun, sampling=sampling)
    num_lines, num_unknown = _write(translations, asked.form, nbest)
    if next(left_over, None) is not None:
        note(f"{prefixes}: there are more prefixes than lines")
    if _replaces(asked) and num_lines and not num_unknown:
        name = "--replace-unknown" if dictionary is None else "--dictionary"
        note(f"{name} changed nothing: no unknown word was written")


def _replaces(asked: Asked) -> bool:
    """Whether unknown words are to be replaced because an option says so."""
    return bool(asked.search.get("replace_unknown")) or "dictionary" in asked.also


def _check(asked: Asked) -> None:
    search, also = asked.search, asked.also
    if "nbest" in also and asked.form is Format.pharaoh:
        raise SoftsearchError(
            "word links are written for the best translation only", value=also["nbest"], fix="--format jsonl"
        )
    if "sample" in also:
        searching: Given = {name: search[name] for name in ("beam", "coverage_penalty") if name in search}
        refuse(searching, "where translations are drawn, there is no search")
    else:
        refuse(asked.drawing, "translations are drawn only on request", fix="give --sample too")
    if "prefixes" in also:
        problem, fix = "one beginning for all lines, and one for each, are given", "leave out --prefix, or --prefixes"
        refuse({name: also[name] for name in ("prefix", "prefixes") if "prefix" in also}, problem, fix=fix)
    if search.get("replace_unknown") is False:
        refuse(given(dictionary=also.get("dictionary")), "without unknown words there is nothing to look up")


def _loaded(asked: Asked) -> Translator:
    from softsearch import runs

    translator = runs.load([asked.run, *asked.others] if asked.others else asked.run)
    if asked.form is Format.pharaoh and not translator.has_links:
        raise _blind(asked.run, "to take word links from", "pharaoh", "--format text, or ")
    return translator


def _blind(run: Path, purpose: str, value: str, way_out: str) -> RunError:
    fix = f"{way_out}train with model.attention.kind=additive"
    return RunError(f"this model has no attention {purpose}", path=run, value=value, fix=fix)


def _remark(asked: Asked, translator: Translator, search: Search, nbest: int, sampling: Sampling | None) -> None:
    """Say what an option does beside what it is for, and refuse what the model cannot do."""
    if sampling is None and nbest > search.beam:
        note(f"--nbest {nbest} widens the beam from {search.beam} to {nbest}")
    wanted = ["coverage_penalty"] if asked.search.get("coverage_penalty") else []
    wanted += ["replace_unknown"] if _replaces(asked) else []
    if wanted and not translator.has_links:
        raise _blind(asked.run, "to tell which words were read", option(wanted[0]), "leave it out, or ")


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


def _score(asked: Asked, file: Path, sources: Sequence[str] | None) -> None:
    pairs = line_pairs(file, sources)
    first = next(pairs, None)  # a mistake in the name is told before the model is loaded
    translator = _loaded(asked)
    waiting = itertools.chain([first] if first else [], pairs)
    while some := list(itertools.islice(waiting, _SCORED_AT_ONCE)):
        for scored in translator.score([source for source, _ in some], [target for _, target in some]):
            sys.stdout.write(_as_line(scored, asked.form) + "\n")
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
