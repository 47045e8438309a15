"""However a text is cut and whatever is read beside it, each token is predicted from what the documentation says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from softsearch.tasks import context
from softsearch.tasks.context import begin, log_probs, nats, read, seen
from tests.tasks.language_models import CONTEXTS, KINDS, network, one_by_one

VOCABULARY = 30


def texts(*lengths: int) -> list[list[int]]:
    random = np.random.default_rng(1)
    return [random.integers(0, VOCABULARY, length).tolist() for length in lengths]


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch):
    monkeypatch.setattr(context, "_PART", 6)
    monkeypatch.setattr(context, "_TOKENS_AT_ONCE", 40)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_is_worth_what_a_slow_loop_says_alone_and_among_others(kind):
    model, some = network(kind, VOCABULARY), texts(45, 2, 1, 13, 8, 44)
    wanted = [one_by_one(model, ids) for ids in some]
    tolerance = 1e-5 if kind == "ngram" else 1e-10  # the n-grams' output is rounded to fp32
    for found in (log_probs(model, some), [log_probs(model, [np.array(ids, dtype=np.uint16)])[0] for ids in some]):
        assert list(map(len, found)) == [44, 1, 0, 12, 7, 43]
        for own, right in zip(found, wanted, strict=True):
            assert own == pytest.approx(right, abs=tolerance)
    total = -math.fsum(cost for costs in wanted for cost in costs)
    assert nats(model, some) == pytest.approx(total, abs=100 * tolerance)
    assert sum(nats(model, [ids]) for ids in some) == pytest.approx(total, abs=100 * tolerance)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [1, 5, 12, 40])
def test_read_on_token_by_token_it_is_as_if_read_at_once(kind, first):
    model, (ids,) = network(kind, VOCABULARY), texts(60)
    tolerance = 1e-5 if kind == "ngram" else 1e-10
    features, where = read(model, torch.tensor([ids[:first]]), begin(model, 1))
    for place, cost in enumerate(one_by_one(model, ids)[first - 1 :], start=first):
        with torch.inference_mode():
            assert float(model.head(features)[0, ids[place]]) == pytest.approx(cost, abs=tolerance)
        features, where = read(model, torch.tensor([ids[place : place + 1]]), where)


@pytest.mark.parametrize("context", CONTEXTS.values())
def test_at_least_half_a_context_is_seen_and_never_more_than_all_of_it(context):
    numbers = [seen(length, context) for length in range(1, 5 * context)]
    assert numbers[:context] == list(range(1, context + 1))
    assert min(numbers[context:]) == context // 2 + 1
    assert max(numbers) == context
    assert seen(1_000, None) == 1_000
