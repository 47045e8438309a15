"""Searching, drawing and scoring many sentences at once: each as if it were alone, by the rules asked for."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from softsearch.data.batches import pad
from softsearch.data.tokenizers import BOS, EOS
from softsearch.decoding.settings import Sampling


def test_a_sentence_is_translated_alike_alone_and_in_any_company(translator, pairs):
    sources = [pair.source for pair in pairs]
    together = translator.translate([*sources, " ".join(sources[:4])])
    for source, among_others in zip(sources, together, strict=False):
        (alone,) = translator.translate(source)
        assert alone.text == among_others.text
        assert alone.score == pytest.approx(among_others.score, abs=1e-5)
        np.testing.assert_allclose(alone.weights, among_others.weights, atol=1e-5)


def test_unlikely_early_ends_do_not_cut_a_sure_translation_short(make_copier):
    class Hasty(type(make_copier().model)):
        """Copies too, but likes best of all wrong words to stop."""

        def step(self, tokens, state, source):
            logits, state, weights = super().step(tokens, state, source)
            return logits.index_fill(1, torch.tensor([EOS]), 4.0).maximum(logits), state, weights

    plain = make_copier(beam=5)
    hasty = make_copier(model=Hasty(plain.tokenizer.size), beam=5)
    assert [each.text for each in hasty.translate(["a b c d e f a b", "a b c d e f"])] == [
        "a b c d e f a b",
        "a b c d e f",
    ]


def test_given_pairs_cost_what_training_would_pay_for_them(translator, pairs):
    found = translator.score([pair.source for pair in pairs], [pair.target for pair in pairs])
    for pair, scored in zip(pairs, found, strict=True):
        source, mask = pad([translator.tokenizer.encode(pair.source)])
        target = translator.tokenizer.encode(pair.target)
        given = torch.tensor([[BOS, *target]])
        with torch.no_grad():
            logits = translator.model.output(translator.model(source, mask, given, given > 0))
        costs = logits.log_softmax(1)[torch.arange(len(target) + 1), torch.tensor([*target, EOS])]
        assert scored.log_prob == pytest.approx(float(costs.sum()), rel=1e-5)
        assert scored.num_tokens == len(target) + 1
        assert len(scored.word_log_probs) == len(pair.target.split())
        assert sum(scored.word_log_probs) == pytest.approx(float(costs[:-1].sum()), rel=1e-5)
        assert (scored.source, scored.target) == (pair.source, pair.target)


def test_a_given_pair_is_linked_to_where_the_model_looked(make_copier):
    (scored,) = make_copier().score(["c b a"], ["c b a"])
    assert scored.alignment == [(0, 0), (1, 1), (2, 2)]
    assert scored.pharaoh() == "0-0 1-1 2-2"
    assert json.loads(json.dumps(scored.to_dict()))["alignment"] == [[0, 0], [1, 1], [2, 2]]


def test_empty_sides_can_be_scored_and_counts_must_agree(make_copier):
    empty, half = make_copier().score(["", "a"], ["", ""])
    assert (empty.num_tokens, empty.word_log_probs, empty.alignment) == (1, [], [])
    assert half.log_prob < 0
    assert make_copier().score([], []) == []
    with pytest.raises(ValueError, match="argument 2"):
        make_copier().score(["a"], [])


def test_a_pair_costs_alike_alone_and_in_any_company(translator, pairs):
    found = translator.score([pair.source for pair in pairs], [pair.target for pair in pairs])
    for pair, among_others in zip(pairs, found, strict=True):
        (alone,) = translator.score([pair.source], [pair.target])
        assert alone.log_prob == pytest.approx(among_others.log_prob, rel=1e-5)


def test_a_sample_is_a_function_of_seed_line_and_number(translator, pairs):
    sources = [pair.source for pair in pairs[:4]]
    sampling = Sampling(1.0, None, 1.0, seed=3)
    together = translator.translate(sources, sampling=sampling, nbest=3)
    assert translator.translate(sources, sampling=sampling, nbest=3) == together
    for number, each in enumerate(together):
        (alone,) = translator.stream([sources[number]], sampling=sampling, nbest=1, first=number)
        assert alone.text == each.text
        assert alone.confidence == pytest.approx(each.confidence, abs=1e-5)
    other_seed = translator.translate(sources, sampling=dataclasses.replace(sampling, seed=4))
    assert [each.text for each in other_seed] != [each.text for each in together]
    same_line = translator.translate([sources[0]] * 6, sampling=sampling)
    assert len({each.text for each in same_line}) > 1
    assert len({each.text for each in (together[0], *together[0].alternatives)}) > 1


@pytest.mark.parametrize("sampling", [None, Sampling(1.0, 5, 0.9, seed=1)])
def test_translations_keep_to_the_lengths_asked_for(translator, pairs, sampling):
    sources = [pair.source for pair in pairs]
    search = dataclasses.replace(translator.search, min_length=4, max_length=6)
    for each in translator.translate(sources, search=search, sampling=sampling):
        assert 4 <= len(each.target_pieces) <= 6


@pytest.mark.parametrize("sampling", [None, Sampling(1.0, 5, 0.9, seed=1)])
def test_translations_repeat_no_sequence_of_words(translator, pairs, sampling):
    search = dataclasses.replace(translator.search, no_repeat_ngrams=2, min_length=12)
    for each in translator.translate([pair.source for pair in pairs], search=search, sampling=sampling):
        written = list(zip(each.target_pieces, each.target_pieces[1:], strict=False))
        assert len(set(written)) == len(written)


def test_a_coverage_penalty_is_for_translations_that_leave_nothing_out(make_copier):
    class Lazy(type(make_copier().model)):
        """Copies, but would rather stop."""

        def step(self, tokens, state, source):
            logits, state, weights = super().step(tokens, state, source)
            return logits.index_fill(1, torch.tensor([EOS]), 10.0), state, weights

    lazy = make_copier(model=Lazy(make_copier().tokenizer.size), beam=4)
    search = dataclasses.replace(lazy.search, coverage_penalty=1.0)
    assert lazy.translate("a b c d")[0].text == ""
    assert lazy.translate("a b c d", search=search)[0].text == "a b c d"


@pytest.mark.parametrize("sampling", [None, Sampling(1.0, 5, 0.9, seed=1)])
def test_translations_begin_with_their_prefixes(translator, pairs, sampling):
    sources = [pair.source for pair in pairs[:4]]
    prefixes = ["the the", "", "Thermodynamics the", "a"]
    for prefix, each in zip(prefixes, translator.translate(sources, prefixes=prefixes, sampling=sampling), strict=True):
        assert each.text.split()[: len(prefix.split())] == prefix.split()  # an unknown word too
    assert all(each.text.startswith("the") for each in translator.translate(sources, prefixes="the"))
    with pytest.raises(ValueError, match="3 prefixes for 4 sentences"):
        translator.translate(sources, prefixes=prefixes[:3])
    with pytest.raises(ValueError, match="fewer prefixes than lines"):
        list(translator.stream(sources, prefixes=iter(prefixes[:3])))


def test_wide_beams_and_long_pairs_take_fewer_sentences_at_a_time_and_change_nothing(translator, pairs, monkeypatch):
    sources, targets = [pair.source for pair in pairs[:5]], [pair.target for pair in pairs[:5]]
    before, costs = translator.translate(sources), translator.score(sources, targets)
    sizes = []
    encode = translator.model.encode
    monkeypatch.setattr(translator.model, "encode", lambda ids, mask: sizes.append(len(ids)) or encode(ids, mask))
    monkeypatch.setattr("softsearch.tasks.batched._ROWS_AT_ONCE", 7)
    monkeypatch.setattr("softsearch.tasks.batched._WEIGHTS_AT_ONCE", 1)
    after, again = translator.translate(sources), translator.score(sources, targets)
    assert sizes == [1] * 10
    assert [each.text for each in after] == [each.text for each in before]
    assert [each.log_prob for each in again] == pytest.approx([each.log_prob for each in costs], rel=1e-5)
