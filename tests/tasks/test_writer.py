"""What a language model writes follows from its seed and costs what scoring says; and what it makes of given texts."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from softsearch.data.tokenizers import (
    NUM_SPECIAL,
    UNK,
    ByteTokenizer,
    WordTokenizer,
    train_sentencepiece,
    train_verbatim,
)
from softsearch.decoding.settings import Generation
from softsearch.errors import SoftsearchError
from softsearch.tasks.writer import Writer
from softsearch.tasks.written import Cost, spread
from tests.tasks.language_models import KINDS, Script, network, one_by_one, script, writer

BYTES = ByteTokenizer()
WORDS = WordTokenizer(["the", "dog", "￭.", "cat"], lowercase=False, split_punctuation=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", ["", "ab", "a\nb", "a prompt that is longer than any context here"])
def test_what_is_written_costs_what_scoring_it_says_across_windows_too(kind, prompt):
    own = writer(network(kind, BYTES.size), BYTES)
    (found,) = own.write(prompt, max_tokens=40)
    scored = own.score(prompt + found.text)[0]
    begun = len(own.encoded(prompt)) - 1
    wanted = scored.log_probs[begun:-1]  # the end of the last line is scored, and was not written
    assert len(wanted) >= 37  # a character may be cut off
    assert [token.log_prob for token in found.tokens[: len(wanted)]] == pytest.approx(wanted, abs=1e-5)
    if kind != "ngram":
        assert [token.log_prob for token in found.tokens[: len(wanted)]] == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_the_same_alone_and_among_others_streamed_and_at_once(kind):
    own = writer(network(kind, BYTES.size), BYTES, seed=7)
    several = own.write("ab", samples=5, max_tokens=30, alternatives=2)
    assert len({each.text for each in several}) == 5
    streamed = list(own.stream("ab", max_tokens=30, alternatives=2))
    assert [token.piece for token in streamed] == [token.piece for token in several[0].tokens]
    for token, other in zip(streamed, several[0].tokens, strict=True):
        assert token.log_prob == pytest.approx(other.log_prob, abs=1e-10)
    assert [each.text for each in own.write("ab", samples=2, max_tokens=30)] == [each.text for each in several[:2]]
    assert own.write("ab", max_tokens=30, number=1)[0].text != several[0].text
    other = dataclasses.replace(own.generation, seed=8)
    assert own.write("ab", max_tokens=30, generation=other)[0].text != several[0].text


def test_more_samples_than_are_drawn_at_once_are_drawn_one_after_the_other(monkeypatch):
    own = writer(network("recurrent", BYTES.size), BYTES)
    wanted = [each.text for each in own.write("ab", samples=7, max_tokens=5)]
    monkeypatch.setattr("softsearch.tasks.writer._AT_ONCE", 3)
    assert [each.text for each in own.write("ab", samples=7, max_tokens=5)] == wanted


def test_alternatives_are_the_likeliest_tokens_in_the_place_of_each():
    model = network("recurrent", BYTES.size)
    own = writer(model, BYTES, temperature=0.0)
    (found,) = own.write("ab", max_tokens=3, alternatives=4)
    ids = own.encoded("ab")
    with torch.inference_mode():
        features, _ = model(torch.tensor([ids]), model.start(1))
        best = model.head(features[:, -1])[0].topk(4)
    assert found.tokens[0].alternatives == list(
        zip(BYTES.pieces(best.indices.tolist()), best.values.tolist(), strict=True)
    )
    assert len(own.write("ab", max_tokens=1, alternatives=10_000)[0].tokens[0].alternatives) == BYTES.size
    assert own.write("ab", max_tokens=1)[0].tokens[0].alternatives == []


def test_the_model_never_writes_what_is_no_text_even_where_it_would_like_to():
    for token in (*range(NUM_SPECIAL), NUM_SPECIAL + 0x80):
        (found,) = writer(Script([token], BYTES.size), BYTES).write("x", samples=1, max_tokens=20)
        assert "\ufffd" not in found.text
        assert "⁇" not in found.text
        assert len(found.tokens) == 20
    (found,) = writer(Script([UNK, NUM_SPECIAL], WORDS.size), WORDS).write("the", max_tokens=6)
    assert "⁇" not in found.text


def test_half_a_character_at_the_end_is_left_out():
    (found,) = script("aé", BYTES).write(max_tokens=2)
    assert (found.text, len(found.tokens)) == ("a", 2)


def test_a_stop_string_ends_one_sample_and_not_the_others():
    own = writer(network("recurrent", BYTES.size), BYTES)
    free = own.write("ab", samples=6, max_tokens=40)
    stop = free[2].text[10:12]
    found = own.write("ab", samples=6, max_tokens=40, stop=[stop])
    for each, before in zip(found, free, strict=True):
        place = before.text.find(stop)
        assert each.text == (before.text if place < 0 else before.text[:place])
        assert each.ended_by == ("max_tokens" if place < 0 else "stop")
    assert {each.ended_by for each in found} == {"max_tokens", "stop"}
    assert [each.text for each in own.write("ab", samples=6, max_tokens=40, stop=stop)] == [each.text for each in found]


def test_where_each_line_is_a_text_a_line_end_is_the_end_and_the_last_line_is_the_prompt():
    own = script("the dog\ncat", WORDS, by_line=True)
    (found,) = own.write("cat.\nthe", max_tokens=9)
    assert (found.text, found.ended_by, len(found.tokens)) == (" the dog", "end", 3)
    assert own.encoded("cat.\nthe") == own.encoded("the")
    assert "".join(token.text for token in script("the\ncat", WORDS).stream(max_tokens=3)) == "the\ncat"


def test_what_waits_for_a_stop_string_is_let_go_at_the_end():
    own = script("the dog\ncat", WORDS, by_line=True)
    assert own.write(stop=["dog."], max_tokens=9)[0].text == "the dog"
    assert script("the dog", WORDS).write(stop=["dog."], max_tokens=2)[0].text == "the dog"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"stop": ["a", ""]}, SoftsearchError),
        ({"prompt": "a\udcff"}, SoftsearchError),
        ({"max_tokens": 0}, SoftsearchError),
        ({"samples": 0}, ValueError),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_once(asked, error):
    own = writer(network("recurrent", BYTES.size), BYTES)
    with pytest.raises(error):
        own.write(**asked)
    if "samples" not in asked:
        with pytest.raises(error):
            own.stream(**asked)


def test_what_a_model_does_not_know_of_a_prompt_is_told():
    assert writer(network("transformer", BYTES.size), BYTES).unknown("東京") == []
    characters = train_verbatim(["abc d"], size=20)
    assert writer(network("recurrent", characters.size), characters).unknown("a xbx\nyd") == ["x", "y"]
    subwords = train_sentencepiece(["Grüße an alle"] * 9, size=20, lowercase=False, seed=1, threads=1)
    own = writer(network("recurrent", subwords.size), subwords)
    assert own.unknown("Gru\u0308ße") == []  # subwords put a letter and its dots together
    assert own.unknown("Grüße, 東") == [",", "東"]
    by_line = writer(network("recurrent", characters.size), characters, by_line=True)
    assert by_line.unknown("a xbx\nyd") == ["y"]
    assert writer(network("recurrent", WORDS.size), WORDS).unknown("the cats. dog cats.") == ["cats."]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_line", [False, True])
def test_a_text_is_worth_what_its_tokens_are_line_ends_too(kind, by_line):
    model = network(kind, BYTES.size)
    own = writer(model, BYTES, by_line=by_line)
    some = ["one\n\nétwo", "", "a", "longer than the others are, and than any context", "one\n\nétwo\n"]
    for text, scored in zip(some, own.score(some), strict=True):
        lines = [[*BYTES.encode(line), BYTES.line_end] for line in text.removesuffix("\n").split("\n")]
        rows = lines if by_line else [[token for line in lines for token in line]]
        wanted = [cost for row in rows for cost in one_by_one(model, [BYTES.line_end, *row])]
        assert scored.log_probs == pytest.approx(wanted, abs=1e-5 if kind == "ngram" else 1e-10)
        assert scored.log_prob == pytest.approx(math.fsum(wanted), abs=1e-4)
        size = len(text.removesuffix("\n").encode()) + 1
        assert scored.cost[1:] == (size, len(text.split()), len(lines), size, 0)
        assert scored.pieces == BYTES.pieces([token for row in rows for token in row])
    assert own.score("a")[0].to_dict() == own.score(["a"])[0].to_dict()


def test_perplexities_spread_the_nats_over_tokens_words_and_bytes():
    costs = [Cost(3.0, 2, 1, 1, 5, 0), Cost(math.log(2), 3, 2, 1, 8, 1)]
    total = Cost.total(costs)
    assert total == (3.0 + math.log(2), 5, 3, 2, 13, 1)
    assert total.perplexity == pytest.approx(math.exp(total.nats / 5))
    assert total.perplexity_per_word == pytest.approx(math.exp(total.nats / 5))
    assert total.bits_per_byte == pytest.approx(total.nats / math.log(2) / 13)
    assert spread(costs[1])["num_unknown"] == 1
    assert Cost(1e9, 1, 0, 1, 1, 0).perplexity < math.inf


def test_unknown_tokens_of_a_text_are_counted():
    own = writer(network("recurrent", WORDS.size), WORDS)
    scored = own.score("the bird saw\nthe cat")[0]
    assert (scored.cost.unknown, scored.cost.tokens) == (2, 7)
    assert scored.pieces[3] == "↵"


@pytest.mark.parametrize("kind", ["recurrent", "transformer"])
def test_repetition_is_kept_down_where_it_is_asked_for(kind):
    own = writer(network(kind, BYTES.size), BYTES, temperature=0.0)

    def written(**changes: object) -> list[str]:
        generation = Generation(temperature=0.0, **changes)
        return [token.piece for token in own.write("ab", max_tokens=30, generation=generation)[0].tokens]

    def repeated(pieces: list[str]) -> int:
        return len(pieces) - len(set(pieces))

    assert repeated(written(repetition_penalty=3.0)) < repeated(written())
    pairs = list(zip(*(["↵", "a", "b", *written(no_repeat_ngrams=2)][start:] for start in (0, 1)), strict=False))
    assert len(set(pairs)) == len(pairs)
    assert written(repetition_penalty=3.0, repetition_window=2) != written(repetition_penalty=3.0)


def test_a_writer_asked_for_nothing_else_draws_as_its_recipe_says():
    own = Writer(network("recurrent", BYTES.size), BYTES, generation=Generation(temperature=0.0), by_line=False)
    assert own.write("a", max_tokens=9) == own.write("a", max_tokens=9, generation=Generation(top_k=1, seed=9))
