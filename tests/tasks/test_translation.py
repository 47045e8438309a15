"""The loss, the validation and the evaluation of translators, against plain computations of the same."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from softsearch.build.model import build_model
from softsearch.data.batches import make_batch, pad_sources
from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import BOS, EOS
from softsearch.recipes import load_recipe
from softsearch.tasks.translation import HeldOut, TranslationTask


def stepwise(model, tokenizer, pair):
    """Return each target token's log-probabilities and, in rows, where the model looked, one step at a time."""
    source, mask = pad_sources([tokenizer.encode(pair.source)])
    target = tokenizer.encode(pair.target)
    encoded = model.encode(source, mask)
    state, log_probs, looked = model.start(encoded), [], []
    for token in [BOS, *target]:
        logits, state, weights = model.step(torch.tensor([token]), state, encoded)
        log_probs.append(logits.log_softmax(1)[0])
        looked.append(weights)
    return torch.stack(log_probs), [*target, EOS], looked


@torch.no_grad()
def nats_of(model, tokenizer, pairs, *, smoothing):
    total = count = 0
    for pair in pairs:
        log_probs, wanted, _ = stepwise(model, tokenizer, pair)
        hit = log_probs[torch.arange(len(wanted)), torch.tensor(wanted)]
        total += float(-((1 - smoothing) * hit + smoothing * log_probs.mean(1)).sum())
        count += len(wanted)
    return total, count


def test_the_loss_is_the_smoothed_cross_entropy_of_each_real_token(task, translator, held_out):
    batch = make_batch(held_out.store, np.arange(6))
    (term,) = task.loss(translator.model, batch).values()
    total, count = nats_of(translator.model, translator.tokenizer, held_out.pairs[:6], smoothing=0.1)
    assert term.count == count == batch.num_items
    assert term.total.item() == pytest.approx(total, rel=1e-5)


def test_the_loss_can_be_minimised(task, translator, held_out):
    (term,) = task.loss(translator.model, make_batch(held_out.store, np.arange(3))).values()
    gradients = torch.autograd.grad(term.total, list(translator.model.parameters()))
    assert all(bool(gradient.abs().sum() > 0) for gradient in gradients)


def test_the_validation_loss_is_the_mean_in_nats_over_all_tokens_of_all_pairs(task, translator, held_out):
    total, count = nats_of(translator.model, translator.tokenizer, held_out.pairs, smoothing=0.0)
    assert task.validate(translator.model, held_out).scores["loss"] == pytest.approx(total / count, rel=1e-5)


def test_validation_shows_the_first_pair_as_it_is_translated_greedily(task, translator, held_out):
    validation = task.validate(translator.model, held_out)
    first = held_out.pairs[0]
    (greedy,) = translator.translate(first.source, beam=1)
    assert validation.sample == {"source": first.source, "reference": first.target, "translation": greedy.text}


def test_validation_counts_a_perfect_translation_as_a_hundred(task, translator, held_out):
    greedy = translator.translate([pair.source for pair in held_out.pairs], beam=1)
    pairs = [dataclasses.replace(pair, target=each.text) for pair, each in zip(held_out.pairs, greedy, strict=True)]
    validation = task.validate(translator.model, HeldOut("valid", pairs, held_out.store))
    assert validation.scores["bleu"] == pytest.approx(100.0)


@pytest.mark.parametrize("training", [True, False])
def test_validation_and_evaluation_leave_the_model_as_they_found_it(task, translator, held_out, training):
    model = translator.model
    try:
        model.train(training)
        task.validate(model, held_out)
        task.evaluate(model, held_out.pairs[:3])
        assert model.training is training
        assert all(parameter.grad is None for parameter in model.parameters())
    finally:
        model.eval()


def test_validation_scores_a_model_in_training_without_dropout(task, translator, held_out):
    model = translator.model
    quiet = task.validate(model, held_out)
    try:
        model.train()
        assert task.validate(model, held_out) == quiet
    finally:
        model.eval()


@pytest.fixture(scope="module")
def evaluation(task, translator, pairs):
    return task.evaluate(translator.model, pairs)


def test_an_evaluation_has_what_the_report_shows(evaluation, pairs):
    assert set(evaluation) == {"num_sentences", "metrics", "by_length", "sentences", "decoding"}
    assert evaluation["num_sentences"] == len(pairs)
    assert set(evaluation["metrics"]) == {"bleu", "chrf", "aer"}
    keys = {"source", "reference", "translation", "score", "source_pieces", "target_pieces", "weights", "gold"}
    assert all(set(sentence) == keys for sentence in evaluation["sentences"])
    assert sum(bucket["count"] for bucket in evaluation["by_length"]) == len(pairs)
    assert json.loads(json.dumps(evaluation)) == evaluation


def test_every_score_lies_in_its_interval(evaluation):
    for score in [*evaluation["metrics"].values(), *(bucket["bleu"] for bucket in evaluation["by_length"])]:
        assert score["low"] <= score["value"] <= score["high"]
        assert score["signature"]


def test_an_evaluation_shows_the_five_best_and_the_five_worst_sentences_from_the_best_down(
    evaluation, task, translator, pairs
):
    scores = [sentence["score"] for sentence in evaluation["sentences"]]
    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    whole = [task.evaluate(translator.model, [pair])["sentences"][0]["score"] for pair in pairs]
    assert scores == sorted(whole, reverse=True)[:5] + sorted(whole, reverse=True)[-5:]


def test_an_evaluation_of_few_sentences_shows_each_once(task, translator, pairs):
    shown = task.evaluate(translator.model, pairs[:7])["sentences"]
    assert sorted(each["source"] for each in shown) == sorted(pair.source for pair in pairs[:7])


def test_without_gold_links_there_is_no_alignment_error_rate(task, translator, pairs):
    plain = [dataclasses.replace(pair, links=None) for pair in pairs[:4]]
    assert set(task.evaluate(translator.model, plain)["metrics"]) == {"bleu", "chrf"}


def test_pairs_with_and_without_gold_links_can_be_mixed(task, translator, pairs):
    mixed = [dataclasses.replace(pairs[0], links=None), *pairs[1:4]]
    alone = task.evaluate(translator.model, pairs[1:4])["metrics"]["aer"]
    assert task.evaluate(translator.model, mixed)["metrics"]["aer"] == alone


def test_the_beam_of_an_evaluation_is_on_record(task, translator, pairs):
    assert task.evaluate(translator.model, pairs[:2])["decoding"]["beam"] == 2
    assert task.evaluate(translator.model, pairs[:2], beam=1)["decoding"]["beam"] == 1


def test_an_evaluation_tells_how_far_it_is(task, translator, pairs):
    seen: list[int] = []
    task.evaluate(translator.model, pairs[:3], on_progress=seen.append)
    assert seen == [1, 2, 3]


def test_given_pairs_are_linked_to_where_a_stepwise_loop_looks_most(task, translator, pairs):
    found = task.align(translator.model, pairs)
    for pair, own in zip(pairs, found, strict=True):
        with torch.no_grad():
            _, _, looked = stepwise(translator.model, translator.tokenizer, pair)
        words = range(len(pair.target.split()))
        num_source = len(pair.source.split())
        assert own == {(int(looked[word][0, :num_source].argmax()), word) for word in words}


def test_a_model_without_attention_links_nothing(task, translator, pairs):
    widths = [f"model.{each}=8" for each in ("embedding", "readout", "encoder.hidden", "decoder.hidden")]
    recipe = load_recipe("translate/builtin", [*widths, "model.attention={kind: none}"])
    model = build_model(recipe.model, vocabulary=translator.tokenizer.size, seed=1).eval()
    assert task.align(model, pairs) is None
    evaluation = task.evaluate(model, pairs[:3])
    assert set(evaluation["metrics"]) == {"bleu", "chrf"}
    assert all(sentence["weights"] is None for sentence in evaluation["sentences"])


def test_no_pairs_link_nothing(task, translator):
    assert task.align(translator.model, []) is None


def test_gold_links_are_shown_where_the_translation_is_the_reference(task, translator, pairs):
    (translation,) = translator.translate(pairs[0].source, beam=2)
    right = Pair(pairs[0].source, translation.text, 1, frozenset({(0, 0), (1, 0)}))
    (shown,) = task.evaluate(translator.model, [right])["sentences"]
    assert shown["gold"] == [[0, 0], [1, 0]]
    (other,) = task.evaluate(translator.model, [pairs[0]])["sentences"]
    assert other["gold"] is None


def test_a_task_can_be_made_again_from_its_dictionary(task, translator):
    again = TranslationTask(translator.tokenizer, **json.loads(json.dumps(task.to_dict())))
    assert again.to_dict() == task.to_dict()
    assert again.translator(translator.model).beam == 2
