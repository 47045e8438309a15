"""Tokens become text as one would write it: whole characters, spaces where they belong, nothing of a stop string."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.data.tokenizers import (
    NUM_SPECIAL,
    ByteTokenizer,
    Tokenizer,
    WordTokenizer,
    train_sentencepiece,
    train_verbatim,
)
from softsearch.tasks.spelling import Spelling

LINES = ["Grüße aus 東京.", "Zwei  Wörter 🎈 (und mehr)", "the cat sat on the mat, the dog on the log."] * 3
WORDS = ["￭.", "the", "dog", "￭(￭", "￭)", "cats", "￭￭", "-"]
TOKENIZERS: dict[str, Tokenizer] = {
    "bytes": ByteTokenizer(),
    "characters": train_verbatim(LINES, size=100),
    "words": WordTokenizer(WORDS, lowercase=True, split_punctuation=True),
    "subwords": train_sentencepiece(LINES, size=70, lowercase=False, seed=1, threads=1),
}


def spelt(tokenizer: Tokenizer, ids: list[int], prompt: str = "", stop: tuple[str, ...] = ()) -> list[str]:
    spelling = Spelling(tokenizer, prompt, stop)
    return [*(spelling.add(token) for token in ids), spelling.rest()]


@pytest.mark.parametrize("kind", ["bytes", "characters", "subwords"])
@pytest.mark.parametrize("cut", range(0, 26, 5))
def test_wherever_a_prompt_ends_it_goes_on_as_the_text_does(kind, cut):
    tokenizer, text = TOKENIZERS[kind], "the cat sat on the mat, the dog on the log."
    cut = cut if kind != "subwords" else text.rfind(" ", 0, cut + 1) + 1
    pieces = spelt(tokenizer, tokenizer.encode(text)[len(tokenizer.encode(text[:cut])) :], text[:cut])
    assert "".join(pieces) == text[cut:]


@pytest.mark.parametrize("kind", TOKENIZERS)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_drawn_the_pieces_are_the_text_of_the_tokens(kind, data):
    tokenizer = TOKENIZERS[kind]
    spelling, line, pieces = Spelling(tokenizer, "", ()), [], []
    for _ in range(data.draw(st.integers(1, 12))):
        possible = spelling.possible() or range(NUM_SPECIAL, tokenizer.size)
        token = data.draw(st.sampled_from([each for each in possible if each != tokenizer.line_end]))
        line.append(token)
        pieces.append(spelling.add(token))
    whole = tokenizer.decode(line)
    assert whole.rstrip("\ufffd").rstrip() == "".join(pieces).rstrip()
    assert "\ufffd" not in whole[:-1]


@pytest.mark.parametrize("text", ["Grüße aus 東京.", "🎈", "\u07ff\u0800\ud7ff\ue000\U0010ffff"])
def test_no_character_comes_in_halves(text):
    pieces = spelt(TOKENIZERS["bytes"], TOKENIZERS["bytes"].encode(text))
    assert "".join(pieces) == text
    assert [piece for piece in pieces if piece] == list(text)


@pytest.mark.parametrize(
    ("begun", "possible"),
    [
        ("", [*range(0x80), *range(0xC2, 0xF5)]),
        ("c3", range(0x80, 0xC0)),
        ("e0", range(0xA0, 0xC0)),
        ("ed", range(0x80, 0xA0)),
        ("f0", range(0x90, 0xC0)),
        ("f4", range(0x80, 0x90)),
        ("e6 9d", range(0x80, 0xC0)),
    ],
)
def test_only_bytes_that_make_a_character_may_follow(begun, possible):
    spelling = Spelling(TOKENIZERS["bytes"], "é", ())
    for byte in bytes.fromhex(begun):
        assert spelling.add(NUM_SPECIAL + byte) == ""
    assert spelling.possible() == [NUM_SPECIAL + byte for byte in possible]


def test_words_are_joined_with_spaces_and_punctuation_without():
    words = TOKENIZERS["words"]
    ids = [NUM_SPECIAL + WORDS.index(word) for word in ("the", "dog", "￭(￭", "cats", "￭)", "￭.")]
    assert spelt(words, ids) == ["the", " dog", "(", "cats", ")", ".", ""]
    assert spelt(words, ids, "See the") == [" the", " dog", "(", "cats", ")", ".", ""]
    assert spelt(words, ids, "See\n") == spelt(words, ids)
    assert spelt(words, [ids[0], words.line_end, ids[1]], "See") == [" the", "\n", "dog", ""]


@pytest.mark.parametrize(("kind", "prompt"), [("words", "the dog "), ("subwords", "the cat ")])
def test_after_a_space_a_word_begins_and_the_space_is_not_written_twice(kind, prompt):
    tokenizer = TOKENIZERS[kind]
    possible = Spelling(tokenizer, prompt, ()).possible()
    assert possible is not None
    assert tokenizer.line_end in possible
    assert 0 < len([token for token in possible if token >= NUM_SPECIAL]) < tokenizer.size - NUM_SPECIAL
    (first, *more) = tokenizer.encode("the dog")
    assert first in possible
    assert "".join(spelt(tokenizer, [first, *more], prompt)) == "the dog"
    spelling = Spelling(tokenizer, prompt, ())
    spelling.add(tokenizer.encode("cats" if kind == "words" else "cat")[-1])
    assert spelling.possible() is None
    for other in (prompt.rstrip(), prompt + "\n  ", ""):
        assert Spelling(tokenizer, other, ()).possible() is None


@pytest.mark.parametrize(
    ("text", "stop", "wanted"),
    [
        ("abcd", ("cd",), "ab"),
        ("abcd", ("zz", "b"), "a"),
        ("abcabd", ("x",), "abcabd"),
        ("abcabd", ("abd",), "abc"),
        ("ab\ncd", ("\n",), "ab"),
        ("ababac", ("abac", "c"), "ab"),
    ],
)
@pytest.mark.parametrize("kind", ["bytes", "characters"])
def test_a_stop_string_ends_it_and_nothing_of_it_is_shown(kind, text, stop, wanted):
    tokenizer = train_verbatim(["abcdxz"], size=20) if kind == "characters" else TOKENIZERS[kind]
    spelling, found = Spelling(tokenizer, "", stop), ""
    for token in tokenizer.encode(text):
        found += spelling.add(token)
        if spelling.is_stopped:
            break
    assert found + spelling.rest() == wanted


def test_what_may_become_a_stop_string_waits_until_it_does_not():
    assert spelt(TOKENIZERS["bytes"], TOKENIZERS["bytes"].encode("abcab"), stop=("abd",)) == [
        "",
        "",
        "abc",
        "",
        "",
        "ab",
    ]
