"""Lines that are longer than any that a model was trained on are cut, at punctuation where there is some."""

from __future__ import annotations

from softsearch.data.tokenizers import Tokenizer

_BREAKS = (".!?;:", ",")  # where to cut, best first


def parts_of(ids: list[int], tokenizer: Tokenizer, max_tokens: int) -> list[list[int]]:
    """Return a line's token ids in parts of at most `max_tokens`; none for an empty line."""
    parts, start = [], 0
    while len(ids) - start > max_tokens:
        end = start + _cut(ids[start : start + max_tokens + 1], tokenizer, max_tokens)
        parts.append(ids[start:end])
        start = end
    return [*parts, ids[start:]] if ids else []


def _cut(head: list[int], tokenizer: Tokenizer, max_tokens: int) -> int:
    words, pieces = tokenizer.word_ids(head), tokenizer.pieces(head)
    borders = [place for place in range(1, len(head)) if words[place] != words[place - 1]]
    for marks in _BREAKS:
        ends = [place for place in borders if pieces[place - 1].endswith(tuple(marks))]
        if ends and ends[-1] > max_tokens // 2:
            return ends[-1]
    return borders[-1] if borders else max_tokens
