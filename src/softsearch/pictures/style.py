"""What all pictures share: one palette, one type size, and text that is drawn as it is."""

from __future__ import annotations

import contextlib
import unicodedata
import warnings
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

INK = "#22303c"
FAINT = "#8a949e"
HAIRLINE = "#e3e7ea"
ACCENT = "#c8621b"
SERIES = ("#1f5f8b", ACCENT, "#3c8d7d", "#7b5191", "#6b7280")

# Half of the blues lies below 0.3: most weights of a long sentence are small, and should still be told apart.
WEIGHTS = LinearSegmentedColormap.from_list(
    "weights", [(0.0, "#ffffff"), (0.1, "#dbe8f1"), (0.3, "#93bcd6"), (0.6, "#3d82ae"), (1.0, "#0e3a5c")]
).with_extremes(bad=HAIRLINE)

# For numbers from -1 to 1: those above 0 as weights, those below orange; 0, the middle of an odd number, is white.
NUMBERS = LinearSegmentedColormap.from_list(
    "numbers",
    [
        (0.0, "#6b3008"), (0.2, ACCENT), (0.35, "#e8b48f"), (0.45, "#f8e6da"), (0.5, "#ffffff"),
        (0.55, "#dbe8f1"), (0.65, "#93bcd6"), (0.8, "#3d82ae"), (1.0, "#0e3a5c"),
    ],
    N=257,
).with_extremes(bad=HAIRLINE)  # fmt: skip

FONT_POINTS = 10.0
POINTS_PER_INCH = 72.0
LONGEST_TOKEN = 28

_START = "▁"  # the mark of pieces for the beginning of a word, drawn so low that it looks like an underline
_ALONE = frozenset({"</s>", "<s>", "<pad>", "⁇", "↵"})  # pieces that are no part of a word
_IN_FONT = str.maketrans({"￭": "▪"})  # the mark of a word tokenizer for "no space here" is in few fonts
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_measure = TextToPath()


def drawable(token: str) -> str:
    """Return `token` with control, invisible and unassigned characters as escapes, shortened where it is very long."""
    seen = "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _UNSEEN else character
        for character in token.translate(_IN_FONT)
    )
    return seen if len(seen) <= LONGEST_TOKEN else seen[: LONGEST_TOKEN - 1] + "…"


def labels(tokens: Sequence[str]) -> list[str]:
    """Return what to draw for words or pieces beside one another.

    Where words are in pieces, those that go on with a word begin with a dot (``▁th ough`` becomes ``th ·ough``), in
    place of a mark at those that begin one; a space by itself becomes ``␣``. Otherwise see :func:`drawable`.
    """
    in_pieces = any(token.startswith(_START) and token != _START for token in tokens)
    return [drawable(_with_dot(token) if in_pieces else "␣" if token == _START else token) for token in tokens]


def _with_dot(piece: str) -> str:
    if piece.startswith(_START):
        return piece.removeprefix(_START) or "␣"
    return piece if piece in _ALONE else f"·{piece}"


def width_inches(text: str, points: float) -> float:
    """Return how wide `text` is when drawn at that size, in inches."""
    if not text:
        return 0.0
    with glyphs_may_lack():
        width, _, _ = _measure.get_text_width_height_descent(text, FontProperties(size=points), ismath=False)
    return float(width) / POINTS_PER_INCH


@contextlib.contextmanager
def glyphs_may_lack() -> Iterator[None]:
    """Let a character that the font does not have become a box in silence: the words are there to read as text too."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def quiet_axes(axes: Axes) -> None:
    """Take away the frame and the tick marks, and draw what remains in faint ink."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, colors=FAINT, labelcolor=INK, labelsize=FONT_POINTS - 1)
