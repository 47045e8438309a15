"""The search that is written with NumPy, against the one that is written with torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from softsearch.data.batches import pad
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Search
from softsearch.portable import search as portable_search
from softsearch.tasks.batched import write
from tests.export.networks import make_recurrent
from tests.portable.unrecorded import Unrecorded

PLAIN = Search(beam=4, length_penalty=0.6, max_ratio=1.0)
SETTINGS = {
    "greedy": {"beam": 1},
    "plain": {},
    "wider than the vocabulary": {"beam": 30},
    "no length penalty": {"length_penalty": 0.0},
    "coverage": {"coverage_penalty": 0.4, "length_penalty": 1.0},
    "not too short": {"min_length": 7},
    "short": {"max_length": 2},
    "no repeats": {"no_repeat_ngrams": 2},
    "no token twice, and many of them": {"no_repeat_ngrams": 1, "min_length": 25},
}


@pytest.fixture(scope="module")
def translator():
    return make_recurrent(attention={"kind": "additive", "hidden": 7, "coverage": True})


@pytest.fixture(scope="module")
def sources(translator):
    random = np.random.default_rng(1)
    return [random.integers(4, translator.tokenizer.size, length).tolist() for length in (5, 1, 8, 3, 3, 6)]


@pytest.mark.parametrize("name", SETTINGS)
def test_it_finds_what_the_search_of_torch_finds(name, translator, sources):
    search = dataclasses.replace(PLAIN, **SETTINGS[name])
    limits = [search.limit(len(source), 0) for source in sources]
    with torch.inference_mode():
        ids, mask = pad(sources)
        encoded = translator.model.encode(ids, mask)
    wanted = beam_search(
        translator.model,
        encoded,
        search=search,
        source_mask=mask,
        max_lengths=limits,
        rules=Rules(min_length=search.min_length, no_repeat_ngrams=search.no_repeat_ngrams),
    )
    found = portable_search.beam_search(Unrecorded(translator.model), sources, search=search, limits=limits)
    assert found == [hypotheses[0].tokens for hypotheses in wanted]


def test_given_translations_cost_what_they_cost_torch(translator, sources):
    targets = [[4, 5], [6], [], [9, 1, 8, 7], [10], [4, 4, 4]]  # an empty and an unknown one among them
    found = portable_search.forced(Unrecorded(translator.model), sources, targets)
    for own, wanted in zip(found, write(translator.model, sources, targets), strict=True):
        np.testing.assert_allclose(own, wanted.log_probs, atol=1e-5)
