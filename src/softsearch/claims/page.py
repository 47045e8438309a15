"""One self-contained HTML page with every measured claim: the lectures' figure beside ours, and the picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from softsearch.claims.framework import RESULTS
from softsearch.files import write_text_atomically
from softsearch.pictures.saving import DOTS_PER_INCH

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>softsearch: the claims</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #8884 }
img { max-width: 100%; background: white }
</style></head><body>
"""


def write_page(path: Path, claims: Sequence[Mapping[str, Any]], results: Path = RESULTS) -> None:
    """Write the page; pictures are read from `results`.

    Raises
    ------
    OSError
        The page cannot be written.
    """
    measured = [claim for claim in claims if claim["status"] == "measured"]
    still_open = [claim for claim in claims if claim["status"] != "measured"]
    summary = f"<h1>The lectures' claims</h1><p>{len(measured)} of {len(claims)} measured.</p>\n"
    sections = "".join(_section(claim, results) for claim in measured)
    items = "".join(f"<li>{claim['id']}: {escape(claim['statement'])}</li>\n" for claim in still_open)
    rest = f"<h2>Open</h2><ul>\n{items}</ul>\n" if still_open else ""
    write_text_atomically(path, f"{_HEAD}{summary}{sections}{rest}</body></html>\n")


def _section(claim: Mapping[str, Any], results: Path) -> str:
    rows = "".join(_row(name, claim["expected"].get(name, ""), one) for name, one in claim["figures"].items())
    seeds = len(claim["seeds"])
    return (
        f'<section id="{claim["id"]}"><h2>{claim["id"]} {escape(claim["verdict"])}</h2>\n'
        f"<p>{escape(claim['statement'])}</p>\n"
        f"<p>{escape(claim['source'])}. Measured {claim['date']}, {seeds} seed{'s' * (seeds != 1)}, "
        f"{escape(claim['machine'])}: <code>softsearch claims check {claim['id']}</code></p>\n"
        f"<table><tr><th>figure</th><th>claimed</th><th>mean</th><th>95 % interval</th></tr>\n{rows}</table>\n"
        f"{_image(results / (claim['id'] + '.png'))}</section>\n"
    )


def _row(name: str, expected: str, figure: Mapping[str, float]) -> str:
    cells = (name.replace("_", " "), expected, f"{figure['mean']:.3g}", f"{figure['low']:.3g} to {figure['high']:.3g}")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n"


def _image(path: Path) -> str:
    if not path.exists():
        return ""
    encoded = base64.b64encode(path.read_bytes()).decode("ascii")
    source = f"data:image/png;base64,{encoded} {DOTS_PER_INCH / 96}x"  # shown in its own size
    return f'<p><img alt="{escape(path.stem)} as measured" srcset="{source}"></p>\n'
