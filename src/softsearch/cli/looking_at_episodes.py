"""`softsearch look` at a transducer: what it reads and writes step by step, and where the heads of its memory are."""

from __future__ import annotations

from pathlib import Path

from softsearch.cli.console import note, say
from softsearch.cli.given import Given
from softsearch.errors import RunError, SoftsearchError

VIEWS = {"memory": {"out", "on"}}
"""What can be looked at, and the options that this has."""
ALONE: dict[str, str] = {}
"""Options that say by themselves what is looked at."""
EXAMPLE = "give --memory"


def look(_view: str, run: Path, _asked: object, options: Given) -> None:
    """Draw one episode; of a network with a memory also its heads, or a film of it."""
    from softsearch import runs

    out: Path = options["out"]
    episode, is_film = runs.traced(run, on=options.get("on")), out.suffix.lower() == ".gif"
    if is_film and episode.uses is None:
        told = "a film is of a memory, and this network has none"
        raise RunError(told, path=run, fix="give --out a name that ends in .png, for a picture of an episode")
    try:
        if is_film:
            episode.save_film(out)
        else:
            from softsearch.pictures import save_png

            save_png(episode.plot(), out)
    except OSError as error:
        raise SoftsearchError(f"the picture cannot be written: {error.strerror or error}", path=out) from error
    say(episode.told)
    note(f"written: {out}")
