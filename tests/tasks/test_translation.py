"""The loss, the validation and the evaluation of translators, against plain computations of the same."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from softsearch.data.batches import pad
from softsearch.data.pairs.batches import make_batch
from softsearch.data.tokenizers import BOS, EOS
from softsearch.decoding.settings import Search
from softsearch.tasks.translation import HeldOutPairs, TranslationTask


def stepwise(model, tokenizer, pair):
    """Return each target token's log-probabilities and, in rows, where the model looked, one step at a time."""
    source, mask = pad([tokenizer.encode(pair.source)])
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
    (term,) = task.loss(translator.model, batch, {})[0].values()
    total, count = nats_of(translator.model, translator.tokenizer, held_out.pairs[:6], smoothing=0.1)
    assert term.count == count == batch.num_items
    assert term.total.item() == pytest.approx(total, rel=1e-5)


def test_the_loss_can_be_minimised(task, translator, held_out):
    (term,) = task.loss(translator.model, make_batch(held_out.store, np.arange(3)), {})[0].values()
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
    validation = task.validate(translator.model, HeldOutPairs(pairs, held_out.store))
    assert validation.scores["bleu"] == pytest.approx(100.0)


@pytest.mark.parametrize("training", [True, False])
def test_validation_leaves_the_model_as_it_found_it(task, translator, held_out, training):
    model = translator.model
    try:
        model.train(training)
        task.validate(model, held_out)
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


def test_a_task_can_be_made_again_from_its_dictionary(task, translator):
    search = Search(
        3, 0.5, 1.5, coverage_penalty=0.1, min_length=2, max_length=9, no_repeat_ngrams=4, replace_unknown=True
    )
    task = TranslationTask(
        translator.tokenizer, label_smoothing=0.2, lowercase=True, search=search, max_tokens=7, dictionary={"a": "b"}
    )
    fields = json.loads(json.dumps(task.to_dict()))
    again = TranslationTask.from_dict(fields, tokenizer=translator.tokenizer, dictionary={"a": "b"})
    assert again.to_dict() == task.to_dict()
    made = again.ready(translator.model)
    assert (made.search, made.max_tokens, made.dictionary) == (search, 7, {"a": "b"})


def test_what_the_dictionary_of_an_old_run_does_not_name_is_switched_off(translator):
    old = {
        "label_smoothing": 0.1,
        "lowercase": False,
        "beam": 5,
        "length_penalty": 1.0,
        "max_ratio": 2.0,
        "max_tokens": 68,
    }
    task = TranslationTask.from_dict(old, tokenizer=translator.tokenizer, dictionary={})
    assert dataclasses.asdict(task.search) == {
        "beam": 5,
        "length_penalty": 1.0,
        "max_ratio": 2.0,
        "coverage_penalty": 0.0,
        "min_length": 0,
        "max_length": None,
        "no_repeat_ngrams": 0,
        "replace_unknown": False,
    }
