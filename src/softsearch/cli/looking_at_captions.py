"""`softsearch look` at a captioner: where it looks while it says what is in a picture."""

from __future__ import annotations

from pathlib import Path

from softsearch.cli.captioning import draw
from softsearch.cli.console import note, say
from softsearch.cli.given import Given
from softsearch.errors import SoftsearchError

VIEWS = {"attention": {"out"}}
"""What can be looked at, and the options that this has."""
ALONE: dict[str, str] = {}
"""Options that say by themselves what is looked at."""
EXAMPLE = "give --attention photo.jpg"


def look(_view: str, run: Path, asked: str, options: Given) -> None:
    """Draw where the network looks for each word about a picture."""
    from softsearch import runs

    if options["out"].resolve() == Path(asked).resolve():
        raise SoftsearchError(
            "the sheet would take the picture's place", path=asked, fix="name another file with --out"
        )
    writer = runs.load(run)
    image = writer.images.pixels(asked)
    (caption,) = writer.caption([image])
    draw(caption, image, options["out"])
    say(caption.text)
    note(f"written: {options['out']}")
