"""Each token of a text stands for characters of it, whatever the tokenizer makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import ByteTokenizer, Tokenizer, train_sentencepiece, train_verbatim, train_words
from softsearch.errors import DataError
from softsearch.inspection.texts import of_lines, of_stored

LINES = ["The cat (a small one) sat,  and sat.", "", "\tWhy? I don't know: ﬁne 20 °C …", "Ω unknown wörds", "the end "]


def tokenizers() -> dict[str, Tokenizer]:
    return {
        "characters": train_verbatim(LINES[:3], size=100),
        "bytes": ByteTokenizer(),
        "words": train_words(LINES[:3], size=100, lowercase=True, split_punctuation=True),
        "subwords": train_sentencepiece(LINES * 3, size=60, lowercase=True, seed=1, threads=1),
    }


@pytest.fixture(scope="module", params=["characters", "bytes", "words", "subwords"])
def tokenizer(request) -> Tokenizer:
    return tokenizers()[request.param]


def test_the_characters_of_all_tokens_are_the_text(tokenizer: Tokenizer) -> None:
    read = of_lines(LINES, tokenizer, most=1_000, by_line=False)
    assert "".join(read.shown) == read.text
    assert read.text.rstrip() == "\n".join(LINES).rstrip()
    assert len(read.shown) == len(read.ids) - 1
    assert not read.is_cut
    ends = [number for number, token in enumerate(read.ids[1:]) if token == tokenizer.line_end]
    assert [read.shown[number][-1] for number in ends] == ["\n"] * 4


def test_white_space_before_a_word_is_the_words_and_pieces_share_a_word_by_their_lengths() -> None:
    words = of_lines(["The  (small) cat,"], tokenizers()["words"], most=100, by_line=False)
    assert words.shown == ["The", "  (", "small", ")", " cat", ","]
    subwords = of_lines(["the cat"], tokenizers()["subwords"], most=100, by_line=False)
    pieces = tokenizers()["subwords"].pieces(subwords.ids[1:])
    assert [piece.replace("▁", " ").strip() for piece in pieces] == [each.strip() for each in subwords.shown]


def test_the_last_byte_of_a_character_has_it() -> None:
    assert of_lines(["aß€"], ByteTokenizer(), most=100, by_line=False).shown == ["a", "", "ß", "", "", "€"]


def test_a_stored_text_is_cut_into_the_same_tokens(tokenizer: Tokenizer, tmp_path) -> None:
    stored = RunningText.write(tmp_path / "text", [TextFile("text", LINES)], tokenizer)
    given, kept = of_lines([*LINES, ""], tokenizer, most=50, by_line=False), of_stored(stored, tokenizer, most=50)
    assert kept.ids == given.ids
    assert "".join(kept.shown) == kept.text
    assert kept.is_cut == given.is_cut == (len(stored) > 50)


def test_no_more_lines_are_read_than_tokens_are_wanted() -> None:
    def lines():
        yield "abcd"
        yield "efgh"
        raise AssertionError("one line too many")

    read = of_lines(lines(), ByteTokenizer(), most=8, by_line=False)
    assert (read.text, read.is_cut) == ("abcd\nefg", True)
    assert of_lines(["abcd"], ByteTokenizer(), most=4, by_line=False).is_cut is False


def test_texts_of_their_own_go_from_line_end_to_line_end() -> None:
    tokenizer = train_verbatim(["ab"], size=10)
    end, a, b = tokenizer.line_end, *tokenizer.encode("ab")
    assert of_lines(["a", "ab", ""], tokenizer, most=9, by_line=True).texts == [[end, a, end], [end, a, b, end]]
    assert of_lines(["a", "ab"], tokenizer, most=9, by_line=True).texts == [[end, a, end], [end, a, b]]
    assert of_lines(["a", "ab"], tokenizer, most=9, by_line=False).texts == [[end, a, end, a, b]]


def test_a_token_has_the_signal_of_its_last_character() -> None:
    read = of_lines(["aé b"], ByteTokenizer(), most=9, by_line=False)
    assert read.projected(np.array([1.0, 2.0, 3.0, 4.0])).tolist() == [1, 1, 2, 3, 4]


@pytest.mark.parametrize(("lines", "told"), [([], "no text"), ([" ", ""], "no text"), (["ΩΩ", "Ω"], "knows none")])
def test_a_text_without_anything_to_see_is_refused(lines: list[str], told: str) -> None:
    with pytest.raises(DataError, match=told):
        of_lines(lines, tokenizers()["characters"], most=9, by_line=False)


def test_unknown_tokens_are_counted_and_shown_as_they_are_written() -> None:
    read = of_lines(["the Ω cat"], tokenizers()["words"], most=9, by_line=False)
    assert (read.num_unknown, read.shown) == (1, ["the", " Ω", " cat"])


def test_a_line_end_is_printed_alike_by_all_tokenizers(tokenizer: Tokenizer) -> None:
    assert tokenizer.pieces_of_text([tokenizer.line_end, *tokenizer.encode("a")])[0] == "↵"
