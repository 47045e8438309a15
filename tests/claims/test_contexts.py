"""The loss by the tokens that are given."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from softsearch.build.families import family_of
from softsearch.claims.contexts import Places, loss_at, loss_by_context, places
from softsearch.claims.language_models import recipe_of
from tests.claims.made_language_models import TINY, VOCABULARY, Looking, repeating


@pytest.fixture(scope="module")
def given():
    return places(repeating(6), length=12, most=400)


def network(kind):
    return family_of(recipe := recipe_of(TINY, kind, 1)).model(recipe, sizes={"vocabulary": VOCABULARY}).eval()


def test_places_are_spread_over_the_text_each_with_what_stands_before_it():
    ids = np.arange(1_000) % 997
    found = places(ids, length=3, most=5)
    assert found.targets.tolist() == [3, 252, 501, 750, 2]
    assert found.before[1].tolist() == [249, 250, 251]
    assert found.cut(2).before[1].tolist() == [250, 251]
    assert len(places(ids[:10], length=3, most=5_000).targets) == 7


def test_misplaced_places_keep_their_last_tokens_and_have_the_others_of_another_place():
    before = torch.arange(24).view(6, 4)
    found = Places(before, torch.zeros(6, dtype=torch.long)).misplaced(1)
    assert found.before[:, 3].tolist() == before[:, 3].tolist()
    assert found.before[:, :3].tolist() == before[[3, 4, 5, 0, 1, 2], :3].tolist()
    assert (Places(before, before[:, 0]).misplaced(0).before != before).all()


@pytest.mark.parametrize("kind", ["lstm", "rnn", "transformer"])
def test_the_loss_is_that_of_a_text_which_begins_with_what_is_given(kind, given):
    model = network(kind)
    some = Places(given.before[:40, :8], given.targets[:40])
    slow = 0.0
    for before, target in zip(some.before, some.targets, strict=True):
        features, _ = model(before[None, -3:], model.start(1))
        slow -= float(model.head(features[:, -1])[0, target].detach()) / 40
    assert loss_at(model, some.cut(3)) == pytest.approx(slow, rel=1e-5)


def test_a_model_gains_by_the_tokens_that_it_can_see_and_by_no_others(given):
    lengths = (1, 5, 6, 12)
    blind, seeing = (loss_by_context(Looking(back), given, lengths) for back in (2, 6))
    assert blind[1] == pytest.approx(blind[3])
    assert seeing[0] == seeing[1] == pytest.approx(np.log(VOCABULARY), rel=1e-5)
    assert seeing[2] == pytest.approx(seeing[3])
    assert seeing[2] < seeing[1] - 1
    assert loss_by_context(network("feed_forward"), given, (4, 12)) == pytest.approx(
        [loss_at(network("feed_forward"), given)] * 2
    )


def test_tokens_of_another_place_do_not_help(given):
    model = Looking(6)
    assert loss_at(model, given.misplaced(6)) == pytest.approx(loss_at(model, given))
    assert loss_at(model, given.misplaced(5)) > np.log(VOCABULARY)
