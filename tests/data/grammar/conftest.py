"""Sentences of the built-in corpus that several tests look at."""

import json
import subprocess
import sys
from typing import NamedTuple

import pytest

DRAW = """
import json
from itertools import islice
from softsearch.data.grammar.generation import is_held_out, is_held_out_structure, sentences
from softsearch.data.grammar.structures import structures
from softsearch.data.grammar.text import links
for split, number in (("train", 1700), ("valid", 30), ("test", 450)):
    for drawn in islice(sentences(split=split, seed=1), number):
        said = {language: [word.text for word in words] for language, words in drawn.said.items()}
        print(json.dumps({
            "split": split,
            "said": said,
            "parts": {language: [word.part for word in words] for language, words in drawn.said.items()},
            "links": sorted(links(drawn.said["de"], drawn.said["en"])),
            "has_new_words": any(is_held_out(*pair) for pair in drawn.combinations),
            "structures": list(structures(drawn.tree)),
            "has_new_structure": any(map(is_held_out_structure, structures(drawn.tree))),
        }))
"""


class Row(NamedTuple):
    """A sentence in all languages, as words; `links` are those from German to English."""

    split: str
    said: dict[str, list[str]]
    parts: dict[str, list[str]]
    links: list[list[int]]
    has_new_words: bool
    structures: list[list[str]]
    has_new_structure: bool

    def text(self, language: str) -> str:
        return " ".join(self.said[language])

    def bare(self, language: str) -> list[str]:
        """Return the words without commas and final marks."""
        return [word.rstrip(",?") if word[:-1].isdigit() else word.rstrip(",.?") for word in self.said[language]]


@pytest.fixture(scope="session")
def grammar_rows() -> list[Row]:
    """Sentences from a process of their own: what is drawn must not depend on it."""
    output = subprocess.run([sys.executable, "-c", DRAW], check=True, capture_output=True, text=True).stdout
    return [Row(**json.loads(line)) for line in output.splitlines()]


@pytest.fixture(scope="session")
def grammar_train(grammar_rows: list[Row]) -> list[Row]:
    return [row for row in grammar_rows if row.split == "train"]


@pytest.fixture(scope="session")
def grammar_test(grammar_rows: list[Row]) -> list[Row]:
    return [row for row in grammar_rows if row.split == "test"]
