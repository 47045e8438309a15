"""`softsearch look` at an executor of programs: which characters it reads for each character that it writes."""

from __future__ import annotations

from pathlib import Path

from softsearch.cli.console import note, say
from softsearch.cli.given import Given
from softsearch.errors import RunError, SoftsearchError

VIEWS = {"attention": {"out"}}
"""What can be looked at, and the options that this has."""
ALONE: dict[str, str] = {}
"""Options that say by themselves what is looked at."""
EXAMPLE = 'give --attention "print(12+34)"'


def look(_view: str, run: Path, asked: str, options: Given) -> None:
    """Draw where the network looks in a program."""
    from softsearch import runs
    from softsearch.pictures import attention_map, save_png

    executor = runs.load(run)
    (found,) = executor.execute([asked.replace("\\n", "\n")])
    if found.weights is None:
        raise RunError("this network has no attention", path=run, fix="look at a run with model.kind encoder_decoder")
    source = [{"\n": "↵", " ": "␣"}.get(each, each) for each in found.exercise.source]
    try:
        figure = attention_map([*source, "</s>"], list(found.written), found.weights[: len(found.written)])
        save_png(figure, options["out"])
    except OSError as error:
        told = f"the picture cannot be written: {error.strerror or error}"
        raise SoftsearchError(told, path=options["out"]) from error
    say(found.written)
    note(f"written: {options['out']}")
