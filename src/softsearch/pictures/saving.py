"""Figures as PNG: in a file, or inside a page."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from matplotlib.figure import Figure

from softsearch.pictures.style import glyphs_may_lack

DOTS_PER_INCH = 160


def save_png(figure: Figure, path: Path) -> None:
    """Write `figure` to `path` as PNG, making its folder where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_png(figure))


def to_data_uri(figure: Figure) -> str:
    """Return `figure` as a ``data:`` address that an HTML page can show without another file."""
    return "data:image/png;base64," + base64.b64encode(_png(figure)).decode("ascii")


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with glyphs_may_lack():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, facecolor="white")
    return buffer.getvalue()
