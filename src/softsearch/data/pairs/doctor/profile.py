"""What one pair shows: characters that no sentence should hold, and how it differs from what is usual.

What is usual, the profile of a corpus, is learnt from its first pairs.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from softsearch.data.pairs.pair import Pair

LEARNT_FROM = 8_192
"""So many first pairs tell what is usual."""

UNEQUAL = 3.0
"""A pair is unequal if its ratio of lengths is so many times what is usual."""

_UNEQUAL_FROM = 40  # characters of the longer side: below, a free translation differs as much
_LONG = 1_000  # characters: several sentences, or no sentence
_USUAL_SCRIPT = 0.1  # share of a side's texts
_FEWEST = 5  # occurrences of a word that tells the language
_TELLING = 20  # times as frequent on its own side
_FOREIGN_WORDS = 3

_LATIN = "LATIN"
_FEWEST_LETTERS = 3
_TELLS_SCRIPT = 200  # characters that tell a text's script

# What a continuation byte of UTF-8 looks like when it is read as Latin-1 or Windows-1252.
_CONTINUED = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_SIGNS = {
    "control": re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]"),
    "invisible": re.compile("[\xad\u200b\u2060\ufeff\u202a-\u202e]"),
    "replacement": re.compile("\ufffd"),
    "mojibake": re.compile(f"[ÂÃ]{_CONTINUED}|â€|(?:[ÐÑÎÏ]{_CONTINUED}){{2}}"),
    "markup": re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});|</?[a-zA-Z][^<>]{0,80}>"),
}
# One search for the beginnings of all of them: nearly every text holds none.
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad&<ÂÃâÐÑÎÏ\u200b\u2028-\u202e\u2060\ufeff\ufffd]")

# Letters of scripts other than Latin, roughly: enough to pass over nearly every text of a Latin script.
_NOT_LATIN = re.compile(
    "[\u0370-\u1dff\u1f00-\u1fff\u2c80-\ua71f\ua800-\uaaff\uabc0-\ufaff\ufb13-\ufeff\U00010000-\U000323af]"
)
# One script for the reader: Japanese mixes three, and full-width letters are Latin ones.
_SAME = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "IDEOGRAPHIC": "CJK", "HALFWIDTH": "CJK", "FULLWIDTH": _LATIN}


@dataclass(frozen=True)
class Profile:
    """What is usual; of each side, where there are two."""

    scripts: tuple[frozenset[str], frozenset[str]]  # those that at least a tenth of its texts are written in
    telling: tuple[frozenset[str], frozenset[str]]  # words that hardly ever occur on the other
    ratio: float  # median of the logarithm of target over source length, in characters
    unequal: float  # how many times the usual ratio is too much

    @staticmethod
    def learnt(pairs: Sequence[Pair], *, unequal: float = UNEQUAL) -> Profile:
        """Learn from some pairs, at least one; `unequal` is what the profile gets."""
        sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
        ratio = median(_ratio(pair) for pair in pairs)
        return Profile((_scripts(sources), _scripts(targets)), _telling(sources, targets), ratio, unequal)

    def judge(self, pair: Pair) -> list[tuple[str, int]]:
        """Return what is wrong with a pair: kinds of findings, each with its side (0 source, 1 target)."""
        sides = (0, pair.source), (1, pair.target)
        found = [(kind, side) for side, text in sides for kind in _signs(text)]
        found += [("long", side) for side, text in sides if len(text) > _LONG]
        if pair.source.strip() == pair.target.strip():
            return [*found, ("copy" if _is_prose(pair.source) else "same_name", 0)]
        found += [("script", side) for side, text in sides if self._is_odd(text, side)]
        foreign = [side for side, text in sides if self._is_foreign(text, side)]
        found += [("swapped", 0)] if len(foreign) == 2 else [("language", side) for side in foreign]
        is_long_enough = max(len(pair.source), len(pair.target)) >= _UNEQUAL_FROM
        if is_long_enough and abs(_ratio(pair) - self.ratio) > math.log(self.unequal):
            found.append(("unequal", 0))
        return found

    def _is_odd(self, text: str, side: int) -> bool:
        """Return whether a text is in a script that its side is not usually in."""
        usual = self.scripts[side]
        if _LATIN in usual and _is_plainly_latin(text):
            return False
        script = _script_of(text)
        return bool(usual) and script is not None and script not in usual

    def _is_foreign(self, text: str, side: int) -> bool:
        """Return whether a text has mostly words that tell the other language."""
        words = text.split()
        others = len(self.telling[1 - side].intersection(words))
        return others >= _FOREIGN_WORDS and others >= 3 * len(self.telling[side].intersection(words))


def _ratio(pair: Pair) -> float:
    return math.log(len(pair.target) / len(pair.source))


def _scripts(texts: Sequence[str]) -> frozenset[str]:
    counts = Counter(script for text in texts if (script := _script_of(text)))
    return frozenset(script for script, count in counts.items() if count >= _USUAL_SCRIPT * counts.total())


def _telling(sources: Sequence[str], targets: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    sides = [Counter(word for text in texts for word in text.split()) for texts in (sources, targets)]
    source, target = (_frequent_only_in(sides[side], sides[1 - side]) for side in (0, 1))
    return source, target


def _frequent_only_in(own: Counter[str], other: Counter[str]) -> frozenset[str]:
    return frozenset(word for word, count in own.items() if count >= max(_FEWEST, _TELLING * other[word]))


def _is_prose(text: str) -> bool:
    """Return whether a text holds more than names and numbers: two words that do not begin with a capital."""
    return sum(word.isalpha() and not word[0].isupper() for word in text.split()) >= 2


def _signs(text: str) -> list[str]:
    """Return the kinds of :data:`~softsearch.data.pairs.doctor.findings.KINDS` that the characters of a text show."""
    if not _SUSPECT.search(text):
        return []
    return [kind for kind, pattern in _SIGNS.items() if pattern.search(text)]


def _script_of(text: str) -> str | None:
    """Return the script of most letters, as Unicode calls it (``LATIN``); None for fewer than three letters."""
    letters = Counter(map(_script, text[:_TELLS_SCRIPT]))
    letters.pop("", None)
    return max(letters, key=letters.__getitem__) if letters.total() >= _FEWEST_LETTERS else None


def _is_plainly_latin(text: str) -> bool:
    """Return, at little cost, whether a text has no letter of another script."""
    return text.isascii() or not _NOT_LATIN.search(text)


@cache
def _script(character: str) -> str:
    """Return the script of a letter; nothing for what is no letter."""
    if not unicodedata.category(character).startswith("L"):
        return ""
    word = unicodedata.name(character, "").partition(" ")[0]
    return _SAME.get(word, word)
