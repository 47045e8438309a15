"""From tokens to text while they are written: whole characters, spaces where they belong, and nothing of a stop string.

What a token adds to a text depends on the one before it: whether there is a space between them, and of which character
it is the rest. So it is spelt together with the last tokens, and what they gave already is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from softsearch.data.tokenizers import NUM_SPECIAL, ByteTokenizer, Tokenizer, VerbatimTokenizer
from softsearch.errors import SoftsearchError


class Spelling:
    """A text that grows after a prompt, until there is one of the texts of `stop`: of that nothing is given out."""

    def __init__(self, tokenizer: Tokenizer, prompt: str, stop: Sequence[str]) -> None:
        self.tokenizer, self.stop = tokenizer, stop
        line = prompt.rpartition("\n")[2]
        self._last = [] if _is_verbatim(tokenizer) else tokenizer.encode(line)[-1:]
        self._begins_word = bool(self._last) and line[-1:].isspace()
        self._spelt = tokenizer.decode(self._last) + " " * self._begins_word
        self._waiting = ""  # it may be the beginning of a stop string
        self.is_stopped = False

    def add(self, token: int) -> str:
        """Return the text that a token adds, or lets go."""
        if token == self.tokenizer.line_end:
            new, self._last, self._spelt, self._begins_word = "\n", [], "", False
        else:
            new = self._added(token)
        return self._released(new)

    def rest(self) -> str:
        """Return what was held back, now that nothing more comes."""
        rest, self._waiting = self._waiting, ""
        return rest

    def possible(self) -> list[int] | None:
        """Return the tokens that may come next; None for all.

        After a space that a prompt ends with, a word begins; after a part of a character comes the next.
        """
        if isinstance(self.tokenizer, ByteTokenizer):
            return _next_bytes(self.tokenizer.to_utf8(self._last))
        if not self._begins_word:
            return None
        begun = self.tokenizer.decode(self._last)
        spelt = [self.tokenizer.decode([*self._last, token]) for token in range(self.tokenizer.size)]
        return [
            token
            for token, text in enumerate(spelt)
            if text.startswith(self._spelt) or text == begun or token == self.tokenizer.line_end
        ]

    def _added(self, token: int) -> str:
        self._last.append(token)
        if isinstance(self.tokenizer, ByteTokenizer) and _told(self.tokenizer.to_utf8(self._last)) != "whole":
            return ""
        text = self.tokenizer.decode(self._last)
        if len(text) <= len(self._spelt):  # a space, which is written when something follows
            return ""
        new, self._spelt, self._begins_word = text[len(self._spelt) :], text, False
        if _is_verbatim(self.tokenizer):
            self._last, self._spelt = [], ""
        elif new.strip():  # it stands between what was before and what is to come
            self._last, self._spelt = [token], self.tokenizer.decode([token])
        return new

    def _released(self, new: str) -> str:
        text = self._waiting + new
        places = [text.index(stop) for stop in self.stop if stop in text]
        if places:
            self.is_stopped, self._waiting = True, ""
            return text[: min(places)]
        longest = max((_overlap(text, stop) for stop in self.stop), default=0)
        self._waiting = text[len(text) - longest :]
        return text[: len(text) - longest]


def require_writable(prompt: str, *, stop: Sequence[str], max_tokens: int) -> None:
    """Raise a SoftsearchError where a text cannot be gone on with as it is asked for."""
    if "" in stop:
        raise SoftsearchError("a stop string is empty: every text would end at once", fix="leave it out")
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise SoftsearchError("the prompt is not UTF-8", value=prompt, fix="give it as a file of UTF-8 text")
    if max_tokens < 1:
        raise SoftsearchError("there are no tokens to write", value=max_tokens, allowed="max_tokens of at least 1")


def _is_verbatim(tokenizer: Tokenizer) -> bool:
    return isinstance(tokenizer, ByteTokenizer | VerbatimTokenizer)


def _told(text: bytes) -> Literal["whole", "begun", "wrong"]:
    """Return whether bytes are UTF-8, the beginning of some, or neither."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return "begun" if error.reason == "unexpected end of data" else "wrong"
    return "whole"


@cache
def _next_bytes(begun: bytes) -> list[int]:
    """Return the tokens of bytes that may follow some of a character: its end, or a part of it, is UTF-8."""
    return [NUM_SPECIAL + byte for byte in range(256) if _told(begun + bytes([byte])) != "wrong"]


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of a text are the beginning of a stop string."""
    return next((length for length in range(min(len(text), len(stop)), 0, -1) if text.endswith(stop[:length])), 0)
