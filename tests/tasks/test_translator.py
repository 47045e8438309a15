"""What goes in comes out translated: in order, whole, and with attention that says where each word came from."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.decoding.ensemble import Ensemble
from softsearch.decoding.settings import Sampling
from softsearch.errors import SoftsearchError
from softsearch.tasks.translated import Translation
from softsearch.tasks.translator import Translator

SENTENCES = ["a b c", "d", "c b a f e d", "", "e e", "   ", "Haus ."]


def test_translations_come_in_the_order_of_the_sentences(make_copier):
    translations = make_copier().translate(SENTENCES)
    assert [each.source for each in translations] == SENTENCES
    assert [each.text for each in translations] == [text.strip() for text in SENTENCES]


@pytest.mark.parametrize("text", ["", " ", "\t \u2003"])
def test_an_empty_line_gives_an_empty_translation(make_copier, text):
    assert make_copier().translate([text], nbest=3) == [Translation(text, "", 0.0)]


def test_a_single_text_is_one_sentence_and_not_its_letters(make_copier):
    assert [each.text for each in make_copier().translate("a b c")] == ["a b c"]


def test_no_sentences_give_no_translations(make_copier):
    assert make_copier().translate([]) == []


def test_alternatives_are_as_many_as_asked_for_and_ever_worse(translator, pairs):
    for best in translator.translate([pair.source for pair in pairs[:8]], nbest=4):
        ranked = [best, *best.alternatives]
        assert len(ranked) == 4
        assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)
        assert len({each.text for each in ranked}) == 4


def test_more_alternatives_than_beams_widen_the_beam(make_copier):
    (best,) = make_copier(beam=1).translate("a b", nbest=3)
    assert best.text == "a b"
    assert len(best.alternatives) == 2


def test_the_beam_can_be_set_for_one_call(translator, pairs):
    sources = [pair.source for pair in pairs]
    scores = {beam: sum(each.score for each in translator.translate(sources, beam=beam)) for beam in (1, 8)}
    assert scores[1] != scores[8]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("beam", value) for value in (0, -1, 1001)),
        *((name, value) for name in ("length_penalty", "max_ratio") for value in (-1, 1e308, float("nan"))),
        ("min_length", -1),
        ("no_repeat_ngrams", 101),
        ("max_length", 0),
    ],
)
def test_a_search_without_sense_is_refused(make_copier, name, wrong):
    with pytest.raises(SoftsearchError, match=f"{name} is out of range"):
        make_copier(**{name: wrong})


def test_no_translation_at_all_cannot_be_asked_for(make_copier):
    with pytest.raises(ValueError, match="at least 1"):
        make_copier().translate("a", nbest=0)


def test_the_score_is_the_log_probability_for_each_token_and_the_end(make_copier):
    log_prob = -np.log1p((make_copier().tokenizer.size - 1 - 3) / np.exp(9.0))  # PAD, UNK and BOS are never written
    for penalty, length in ((1.0, 1), (0.0, 3)):
        (translation,) = make_copier(length_penalty=penalty).translate("a b")
        assert translation.score == pytest.approx(length * log_prob, rel=1e-2)


def test_streaming_reads_no_more_lines_than_it_translates(make_copier):
    read = []

    def lines():
        for number in range(1_000_000):
            read.append(number)
            yield "a b"

    stream = make_copier().stream(lines(), chunk=3)
    assert read == []
    assert next(stream).text == "a b"
    assert len(read) == 3
    for _ in range(3):
        next(stream)
    assert len(read) == 6


PIECES = ["Hund", "das", "alte", "nicht", "Xanthippe", ".", "Haus.", "(", "\u2028"]
LINES = st.lists(st.sampled_from(PIECES), max_size=9)


@settings(max_examples=12, derandomize=True)
@given(
    lines=st.lists(LINES.map(" ".join), max_size=3),
    max_tokens=st.sampled_from([2, 5, 100]),
    nbest=st.integers(1, 3),
    sampling=st.sampled_from([None, Sampling(1.0, 5, 0.9, seed=1)]),
    replace_unknown=st.booleans(),
    members=st.integers(1, 2),
    prefixes=st.sampled_from(["", "das Xanthippe"]),
)
def test_whatever_is_asked_every_word_has_a_confidence_and_a_link(translator, lines, max_tokens, members, **asked):
    model = translator.model if members == 1 else Ensemble([translator.model] * members)
    own = Translator(model, translator.tokenizer, search=translator.search, max_tokens=max_tokens, dictionary={})
    found = own.translate(lines, **asked)
    assert [each.source for each in found] == lines
    for best in found:
        ranked = [best, *best.alternatives]
        assert len(ranked) == (asked["nbest"] if best.source.split() else 1)
        for each in ranked:
            num_source, num_target = len(each.source.split()), len(each.text.split())
            assert len(each.confidence) == num_target
            assert all(0 <= one <= 1 for one in each.confidence)
            assert sorted(target for _, target in each.alignment) == list(range(num_target))
            assert all(0 <= source < num_source for source, _ in each.alignment)
            assert each.weights is None or each.weights.shape == (len(each.target_pieces), len(each.source_pieces))
            assert (each.weights is None) == (each.num_parts != 1)
            assert each.score <= 0
        assert json.loads(json.dumps(best.to_dict()))["source"] == best.source
        if asked["sampling"] is None:
            assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)


def test_links_go_where_the_model_looked(make_copier):
    (translation,) = make_copier().translate("c b a")
    assert translation.alignment == [(0, 0), (1, 1), (2, 2)]
    assert translation.pharaoh() == "0-0 1-1 2-2"


def test_line_breaks_stay_inside_one_translation(make_copier):
    (translation,) = make_copier().translate("a\nb\u2028c")
    assert translation.text == "a b c"


def test_confidence_is_the_probability_of_each_words_tokens(translator, pairs):
    for translation in translator.translate([pair.source for pair in pairs]):
        assert len(translation.confidence) == len(translation.text.split())
        assert all(0 < each <= 1 for each in translation.confidence)
    (scored,) = translator.score([translation.source], [translation.text])
    # The search does not count unknown words, the score does: it can only be less sure.
    for sure, log_prob in zip(translation.confidence, scored.word_log_probs, strict=True):
        assert np.exp(log_prob) <= sure + 1e-6


def test_confidence_falls_where_the_model_hesitates(make_copier):
    class Hesitant(type(make_copier().model)):
        def step(self, tokens, state, source):
            logits, state, weights = super().step(tokens, state, source)
            return torch.where(state[0].unsqueeze(1) == 2, logits / 3, logits), state, weights

    translator = make_copier()
    (translation,) = make_copier(model=Hesitant(translator.tokenizer.size)).translate("a b c")
    first, second, third = translation.confidence
    assert first == pytest.approx(third)
    assert second < 0.8 * first


@pytest.fixture
def forgetful(make_copier):
    """A translator that reads a word it does not know as unknown, and writes it so."""
    return make_copier(replace_unknown=True, dictionary={"Hund": "dog", "Haus": "wrong: it is known"})


def test_unknown_words_become_the_words_they_were_read_from(forgetful):
    (translation,) = forgetful.translate("a Hund b Katze Haus")
    assert translation.text == "a dog b Katze Haus"
    assert translation.unreplaced == "a ⁇ b ⁇ Haus"
    assert translation.target_pieces == ["a", "⁇", "b", "⁇", "Haus"]
    assert translation.pharaoh() == "0-0 1-1 2-2 3-3 4-4"


def test_unknown_words_are_not_written_where_they_would_not_be_replaced(forgetful, make_copier):
    (plain,) = forgetful.translate("a Hund b", replace_unknown=False)
    assert "⁇" not in plain.text
    assert "dog" not in plain.text
    (asked,) = make_copier().translate("a Hund b", replace_unknown=True)
    assert asked.text == "a Hund b"


def test_unknown_words_of_a_line_in_parts_are_those_of_their_parts(forgetful):
    (translation,) = forgetful.translate("a a a a a a Hund b. c Katze Hund c")
    assert translation.num_parts == 2
    assert translation.text == "a a a a a a dog b. c Katze dog c"


def test_a_model_that_looks_at_nothing_writes_no_unknown_word(forgetful, make_copier):
    class Blind(type(forgetful.model)):
        def step(self, tokens, state, source):
            return (*super().step(tokens, state, source)[:2], None)

    blind = make_copier(model=Blind(forgetful.tokenizer.size), replace_unknown=True)
    (translation,) = blind.translate("a Hund b")
    assert "⁇" not in translation.text


def test_an_ensemble_translates_scores_and_looks(translator, pairs):
    both = Translator(
        Ensemble([translator.model, translator.model]),
        translator.tokenizer,
        search=translator.search,
        max_tokens=translator.max_tokens,
        dictionary={},
    )
    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    for alone, together in zip(translator.translate(sources), both.translate(sources), strict=True):
        assert together.text == alone.text
        assert together.confidence == pytest.approx(alone.confidence, abs=1e-4)
        assert together.alignment == alone.alignment
    for one, other in zip(translator.score(sources, targets), both.score(sources, targets), strict=True):
        assert other.log_prob == pytest.approx(one.log_prob, rel=1e-4)
