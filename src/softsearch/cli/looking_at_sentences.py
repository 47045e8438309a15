"""`softsearch look` at a classifier of sentences: the n-grams that its filters fire on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.console import say, say_json, table
from softsearch.cli.given import Given, refuse
from softsearch.errors import DataError, RunError

if TYPE_CHECKING:
    from softsearch.tasks.sentences import ClassifierOfSentences

VIEWS = {"filters": {"text", "file", "top", "json"}}
"""What can be looked at, and the options that this has."""
ALONE: dict[str, str] = {}
"""Options that say by themselves what is looked at."""
EXAMPLE = "give --filters"

_SHOWN, _TOP = 30, 5


def look(_view: str, run: Path, _asked: Any, options: Given) -> None:
    """Show what the filters of a run fire on."""
    from softsearch import runs
    from softsearch.data.rows import SUFFIXES, suffix_of
    from softsearch.data.sentences.store import SentenceStore
    from softsearch.data.text import read_lines
    from softsearch.models.sentence_conv_net import SentenceConvNet
    from softsearch.training.folder import RunFolder

    classifier: ClassifierOfSentences = runs.load(run)
    if not isinstance(classifier.model, SentenceConvNet):
        raise RunError("this network has no filters over words", path=run, fix="train one with model.kind: conv")
    if "text" in options:
        if without := sorted({"file", "top"} & options.keys()):
            refuse({name: options[name] for name in without}, "with --text one sentence is looked at")
        _explain(classifier, options["text"], as_json="json" in options)
        return
    if "file" in options:
        if suffix_of(Path(options["file"])) in SUFFIXES:
            problem = "a sentence is read from each line, and this is a table"
            raise DataError(problem, path=options["file"], fix="give the sentences alone")
        sentences = [line for line in read_lines(options["file"]) if line.strip()]
    else:
        sentences = SentenceStore(RunFolder.open(run).data / "valid").texts
    _list(classifier, sentences, top=options.get("top", _TOP), as_json="json" in options)


def _list(classifier: ClassifierOfSentences, sentences: list[str], *, top: int, as_json: bool) -> None:
    """Print the filters that matter most, with the n-grams that they fire on."""
    from softsearch.inspection.filters import filters_of

    found = filters_of(classifier, sentences, top=top)
    if as_json:
        say_json([{**each._asdict(), "fires": [fire._asdict() for fire in each.fires]} for each in found])
        return
    rows = [
        (
            str(each.number),
            each.label,
            f"{each.weight:.2f}",
            f"{100 * each.share:.0f} %",
            " · ".join(f"{fire.words} ({fire.strength:.2f})" for fire in each.fires),
        )
        for each in found[:_SHOWN]
    ]
    table(("filter", "speaks for", "weight", "fires in", "most on"), rows)
    say(f"\n{len(rows)} of {len(found)} filters, on {len(sentences):,} sentences; --json has all.")


def _explain(classifier: ClassifierOfSentences, sentence: str, *, as_json: bool) -> None:
    """Print the class of a sentence, and what in it speaks for it and against it."""
    from softsearch.inspection.filters import reasons_for

    (found,) = classifier.classify([sentence])
    reasons = reasons_for(classifier, sentence, found.label)
    if as_json:
        say_json({**found.to_dict(), "reasons": [each._asdict() for each in reasons]})
        return
    say(f"{found.label} {found.probabilities[0]:.4f}\n")
    half = _SHOWN // 2
    shown = reasons if len(reasons) <= _SHOWN else [*reasons[:half], *reasons[-half:]]
    table(
        ("filter", "has found", "favours it by"),
        [(str(each.number), each.words, f"{each.favours:+.3f}") for each in shown],
    )
    if len(shown) < len(reasons):
        say(f"\n{len(shown)} of {len(reasons)} filters that fire: those that speak most for the class, and against it.")
