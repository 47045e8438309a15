"""Networks that write together: probabilities are averaged, and so is attention."""

import pytest
import torch
from torch import nn

from softsearch.decoding.ensemble import Ensemble
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Search


@pytest.fixture
def make_member(networks):
    class Member(nn.Module):
        def __init__(self, seed, looks=True):
            super().__init__()
            self.inner, self.looks = networks.random(seed, ends=-1.0), looks

        def encode(self, source, mask):
            return self.inner.source(len(source))

        def start(self, source):
            return self.inner.start(source)

        def step(self, tokens, state, source):
            logits, state, weights = self.inner.step(tokens, state, source)
            return logits, state, (weights + self.inner.mix[0, 0]) if self.looks else None

    return Member


SOURCES = torch.zeros(3, 2, dtype=torch.long), torch.ones(3, 2, dtype=torch.bool)


def search(model, limits=(5, 3, 6)):
    found = beam_search(
        model,
        model.encode(*SOURCES),
        search=Search(3, 1.0, 2.0),
        source_mask=SOURCES[1],
        max_lengths=list(limits),
        rules=Rules(),
    )
    return [each for (each,) in found]


def test_a_step_gives_the_average_of_the_probabilities_and_of_the_attention(make_member):
    members = [make_member(seed) for seed in (1, 2, 3)]
    together = Ensemble(members)
    source, tokens = together.encode(*SOURCES), torch.tensor([2, 4, 5])
    logits, _, weights = together.step(tokens, together.start(source), source)
    alone = [each.step(tokens, each.start(own), own) for each, own in zip(members, source, strict=True)]
    wanted = sum(each[0].softmax(1) for each in alone) / 3
    torch.testing.assert_close(logits.exp(), wanted)
    torch.testing.assert_close(weights, sum(each[2] for each in alone) / 3)


def test_an_ensemble_of_one_network_and_itself_searches_like_it(make_member):
    alone, together = make_member(4), Ensemble([make_member(4), make_member(4)])
    for one, other in zip(search(alone), search(together), strict=True):
        assert one.tokens == other.tokens
        assert one.token_log_probs == pytest.approx(other.token_log_probs)
        torch.testing.assert_close(one.weights, other.weights)


def test_members_differ_from_what_they_write_together(make_member):
    members = [make_member(1), make_member(2)]
    found = [search(model) for model in (*members, Ensemble(members))]
    assert len({tuple(tuple(each.tokens) for each in one) for one in found}) == 3


def test_the_attention_is_of_those_that_have_one(make_member):
    looking, blind = make_member(1), make_member(2, looks=False)
    both, neither = Ensemble([looking, blind]), Ensemble([blind, blind])
    source, tokens = both.encode(*SOURCES), torch.tensor([2, 2, 2])
    weights = both.step(tokens, both.start(source), source)[2]
    torch.testing.assert_close(weights, looking.step(tokens, looking.start(source[0]), source[0])[2])
    assert all(each.weights is None for each in search(neither))
