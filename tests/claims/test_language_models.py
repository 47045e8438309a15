"""Networks that are compared differ in nothing but themselves."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from softsearch import runs
from softsearch.build.families import family_of
from softsearch.claims import trainings
from softsearch.claims.c19_more_data import SETTING as BYTES
from softsearch.claims.language_models import (
    CHARACTERS,
    NGRAMS,
    WORDS,
    measured,
    num_parameters,
    recipe_of,
    unigram_loss,
)
from softsearch.data.tokenizers import ByteTokenizer
from tests.claims.made_language_models import TINY

CELLS = ("rnn", "gru", "lstm", "lstm_no_forget", "lstm_coupled", "lstm_no_output", "mrnn", "mlstm")


@pytest.mark.parametrize("network", [*CELLS, "transformer", "feed_forward"])
def test_the_hidden_width_is_the_one_that_comes_nearest_to_the_parameters(network):
    setting = dataclasses.replace(TINY, parameters=4_000)
    recipe = recipe_of(setting, network, 1)
    sizes = {}
    for hidden in range(recipe.model.hidden - 1, recipe.model.hidden + 2):
        changed = recipe.model_copy(update={"model": recipe.model.model_copy(update={"hidden": hidden})})
        model = family_of(changed).model(changed, sizes={"vocabulary": setting.vocabulary})
        sizes[hidden] = sum(parameter.numel() for parameter in model.parameters())
        assert num_parameters(changed, setting.vocabulary) == sizes[hidden]
    assert min(sizes, key=lambda hidden: abs(sizes[hidden] - 4_000)) == recipe.model.hidden


@pytest.mark.parametrize(
    ("setting", "networks"),
    [(WORDS, [*CELLS[:6], "transformer", "feed_forward"]), (CHARACTERS, CELLS), (BYTES, ["transformer"])],
)
def test_networks_of_a_comparison_have_equally_many_parameters_within_a_hundredth(setting, networks):
    sizes = [num_parameters(recipe_of(setting, network, 1), setting.vocabulary) for network in networks]
    assert sizes == [pytest.approx(setting.parameters, rel=0.01)] * len(networks)


def test_networks_of_a_comparison_differ_in_the_model_and_its_learning_rate_alone_and_are_trained_to_the_last_step():
    recipes = [recipe_of(CHARACTERS, network, 2).model_dump(exclude={"model"}) for network in ("lstm", "mlstm")]
    rates = [recipe["training"]["optimizer"].pop("learning_rate") for recipe in recipes]
    assert recipes[0] == recipes[1]
    assert rates == [1e-2, 3e-3]
    training = recipes[0]["training"]
    assert (training["max_steps"], training["budget"], training["stop"]["patience"]) == (CHARACTERS.steps, None, None)
    assert training["precision"] == "fp32"
    assert recipes[0]["seed"] == 2


def test_counted_models_have_the_order_of_their_name():
    assert {name: recipe_of(WORDS, name, 1).model.order for name in NGRAMS} == {"bigram": 2, "kneser_ney": 5}


def test_a_vocabulary_of_bytes_is_as_large_as_it_is_said_to_be():
    assert ByteTokenizer().size == BYTES.vocabulary


def test_the_loss_without_context_is_that_of_frequencies():
    train, test = np.array([0, 0, 1]), np.array([0, 2])
    expected = -(math.log(3 / 6) + math.log(1 / 6)) / 2
    assert unigram_loss(train, test, vocabulary=3) == pytest.approx(expected)


def test_a_training_is_run_once_taken_up_where_it_stopped_and_found_again(tmp_path, monkeypatch):
    calls, finished = [], set()
    monkeypatch.setattr(trainings, "FOLDER", tmp_path)
    monkeypatch.setattr(runs, "train", lambda recipe, run: calls.append("train") or run.mkdir() or run)
    monkeypatch.setattr(runs, "resume", lambda run: calls.append("resume") or finished.add(run) or run)
    monkeypatch.setattr(runs, "is_finished", lambda run: run in finished)
    recipe, other = (recipe_of(TINY, "rnn", seed) for seed in (1, 2))
    folders = {trainings.trained(recipe, name="rnn") for _ in range(3)}
    assert calls == ["train", "resume"]
    assert len(folders) == 1
    assert trainings.trained(other, name="rnn") not in folders


@pytest.mark.slow
@pytest.mark.parametrize("network", ["lstm", "bigram"])
def test_a_language_model_is_trained_and_measured(network, tmp_path, monkeypatch):
    monkeypatch.setattr(trainings, "FOLDER", tmp_path)
    setting = dataclasses.replace(TINY, tokenizer="words", vocabulary=60, characters=20_000)
    found = measured.__wrapped__(setting, network, 1)
    assert max(found.train) < 60
    assert len(found.train) > len(found.test) > 50
    assert found.perplexity == pytest.approx(math.exp(found.loss))
    assert 0 < found.loss < math.log(100)
    assert found.model.training is False
