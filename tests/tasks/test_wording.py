"""Words made of tokens: links, costs, and what is put in place of unknown ones."""

from __future__ import annotations

import math

import pytest

from softsearch.data.tokenizers import UNK, WordTokenizer, train_sentencepiece
from softsearch.tasks.wording import Words, decoded, without_unknown, word_log_probs

DICTIONARY = {"Haus": "house", "grün": "very green", "klein.": "small!"}


def replaced(text, source, links, *, prefix=(), dictionary=DICTIONARY):
    costs = [-float(number) for number in range(len(text.split()))]
    return without_unknown(Words(text, links, costs), source.split(), prefix, dictionary)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("Haus", "the house"),  # in the dictionary
        ("haus", "the haus"),  # a dictionary of names would be spoilt by ignoring case the other way
        ("HAUS", "the HAUS"),
        ("Bonn", "the Bonn"),  # not in it: the word itself
        ("(Haus).", "the (house)."),  # its marks stay
        ("klein.", "the small!"),  # unless the dictionary has them
        ("...", "the ..."),
    ],
)
def test_an_unknown_word_becomes_the_translation_of_the_word_looked_at_or_that_word(source, written):
    assert replaced("the ⁇", f"das {source}", {(0, 0), (1, 1)}).text == written


def test_a_word_is_also_looked_up_in_lower_case():
    assert replaced("⁇", "Grün", {(0, 0)}).text == "very green"


def test_marks_that_the_translation_wrote_itself_replace_those_of_the_source():
    assert replaced("(⁇)!", "Haus,", {(0, 0)}).text == "(house)!"
    assert replaced("⁇.", "...", {(0, 0)}).text == "...."


def test_a_word_that_is_known_in_part_is_replaced_as_a_whole():
    assert replaced("Stra⁇e", "Straße", {(0, 0)}).text == "Straße"


def test_several_words_in_place_of_one_share_its_link_and_cost():
    found = replaced("a ⁇ b", "eins grün zwei", {(0, 0), (1, 1), (2, 2)})
    assert found == Words("a very green b", {(0, 0), (1, 1), (1, 2), (2, 3)}, [0.0, -1.0, -1.0, -2.0])


def test_a_word_without_a_link_stays_unknown():
    assert replaced("a ⁇", "eins Haus", {(0, 0)}).text == "a ⁇"


def test_without_a_dictionary_only_a_prefix_is_restored():
    found = replaced("⁇ ⁇", "Haus Haus", {(0, 0), (1, 1)}, prefix=["Dear"], dictionary=None)
    assert found.text == "Dear ⁇"
    assert replaced("⁇ ⁇", "Haus Haus", {(0, 0), (1, 1)}, prefix=["Dear"]).text == "Dear house"


def test_a_text_without_unknown_words_is_left_as_it_is():
    words = Words("a  b", {(0, 1)}, [0.0, -1.0])
    assert without_unknown(words, ["x"], [], DICTIONARY) is words


def test_a_word_costs_what_its_tokens_cost_together():
    assert word_log_probs([0, 0, -1, 1, 2], [-1.0, -2.0, -9.0, -4.0, -8.0], 2) == [-3.0, -4.0]


def test_words_are_counted_as_white_space_counts_them():
    tokenizer = train_sentencepiece(["abcdefgh ab cd"] * 9, size=20, lowercase=False, seed=1, threads=1)
    tokens = tokenizer.encode("abcd ab")
    found = decoded(tokens, [-1.0] * len(tokens), [0], None, tokenizer)
    assert found.text == "abcd ab"
    assert len(found.log_probs) == 2
    assert math.fsum(found.log_probs) == -len(tokens)
    assert found.links == set()


def test_unknown_words_of_a_word_tokenizer_keep_their_punctuation():
    tokenizer = WordTokenizer(["Haus", "￭.", "(￭"], lowercase=False, split_punctuation=True)
    tokens = [6, UNK, 5]  # (⁇.
    found = decoded(tokens, [-1.0] * 3, [0, 0], None, tokenizer)
    assert found.text == "(⁇."
    assert found.log_probs == [-3.0]
