"""What a cell of a network may keep track of: numbers that follow from a text, one for each of its characters.

Each is what somebody knows who has read up to that character and the character itself; only the nearness of a line's
end is in what comes after. Karpathy et al. (2015) found cells for the first four.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

_NEAR = 5  # characters before the end of a line
_TAB = 8
_QUOTED = re.compile(
    r'"""[\s\S]*?"""'  # a quotation ends with its paragraph at the latest: what is left open says nothing
    r'|"(?:[^"\n]|\n(?!\s*\n))*"'
    r"|“(?:[^”\n]|\n(?!\s*\n))*”"
    r"|(?<!\w)'[^'\n]*'(?!\w)"  # an apostrophe within a word is none
)
_OPENING, _CLOSING = "([{", ")]}"


def inside_quotes(text: str) -> np.ndarray:
    """Return 1 from an opening quotation mark up to the character before the closing one, else 0."""
    found = np.zeros(len(text))
    for match in _QUOTED.finditer(text):
        marks = 3 if match[0].startswith('"""') else 1
        found[match.start() + marks - 1 : match.end() - marks] = 1
    return found


def bracket_depth(text: str) -> np.ndarray:
    """Return how many brackets are open; none is after a blank line."""
    found, depth = np.zeros(len(text)), 0
    for place, character in enumerate(text):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif text[place - 1 : place + 1] == "\n\n":
            depth = 0
        found[place] = depth
    return found


def indentation(text: str) -> np.ndarray:
    """Return the columns of white space with which the line begins, as far as they are read."""
    return _by_line(text, _indented)


def position_in_line(text: str) -> np.ndarray:
    """Return how many characters of the line are read."""
    return _by_line(text, lambda line: np.arange(1, len(line) + 1))


def position_in_word(text: str) -> np.ndarray:
    """Return how many characters of the word are read, 0 on white space."""
    found = np.zeros(len(text))
    for match in re.finditer(r"\S+", text):
        found[match.start() : match.end()] = np.arange(1, len(match[0]) + 1)
    return found


def capitalised_word(text: str) -> np.ndarray:
    """Return 1 within words that begin with a capital letter, else 0."""
    found = np.zeros(len(text))
    for match in re.finditer(r"\w+", text):
        found[match.start() : match.end()] = match[0][0].isupper()
    return found


def line_end_near(text: str) -> np.ndarray:
    """Return 1 on the last five characters before a line feed, else 0."""
    return _by_line(text, _near_the_end)


SIGNALS: Mapping[str, Callable[[str], np.ndarray]] = {
    "inside quotes": inside_quotes,
    "bracket depth": bracket_depth,
    "indentation": indentation,
    "position in line": position_in_line,
    "position in word": position_in_word,
    "capitalised word": capitalised_word,
    "line end near": line_end_near,
}
"""By their names."""


def _by_line(text: str, of: Callable[[str], np.ndarray]) -> np.ndarray:
    """Return what a function makes of each line, its line feed included."""
    lines = re.findall(r"[^\n]*\n|[^\n]+$", text)
    return np.concatenate([np.asarray(of(line), dtype=float) for line in lines])


def _near_the_end(line: str) -> np.ndarray:
    left = np.arange(len(line) - 1, -1, -1)  # characters behind each; of the last one none
    return (left >= 1) & (left <= _NEAR) & line.endswith("\n")


def _indented(line: str) -> np.ndarray:
    white = len(line) - len(line.lstrip(" \t"))
    columns = np.cumsum([_TAB if character == "\t" else 1 for character in line[:white]])
    rest = columns[-1] if white else 0
    return np.concatenate([columns, np.full(len(line) - white, rest)])
