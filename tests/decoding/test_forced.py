import pytest
import torch

from softsearch.decoding.forced import forced
from softsearch.decoding.hypotheses import BOS, EOS
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Search


def test_each_row_is_where_the_model_looks_before_it_writes_that_token(networks):
    network = networks.random()
    weights = forced(network, network.source(2), torch.tensor([[4, 5, EOS], [6, 6, EOS]])).weights
    assert weights.tolist() == [[[0, BOS, 0], [0, 4, 1], [0, 5, 2]], [[1, BOS, 0], [1, 6, 1], [1, 6, 2]]]


def test_writing_what_a_search_found_looks_and_costs_as_in_the_search(networks):
    network = networks.random(ends=-1.0)
    source = network.source(1)
    ((found,),) = beam_search(
        network,
        source,
        search=Search(3, 1.0, 2.0),
        source_mask=torch.ones(1, 3, dtype=torch.bool),
        max_lengths=[6],
        rules=Rules(forbidden=()),
    )
    assert len(found.tokens) > 1
    again = forced(network, source, torch.tensor([[*found.tokens, EOS]]))
    assert torch.equal(again.weights[0, :-1], found.weights)
    assert again.log_probs[0].tolist() == pytest.approx(found.token_log_probs)


def test_what_comes_after_the_end_changes_nothing_before_it(networks):
    network = networks.random()
    short = forced(network, network.source(1), torch.tensor([[4, EOS]]))
    padded = forced(network, network.source(1), torch.tensor([[4, EOS, 0, 0]]))
    assert torch.equal(padded.log_probs[:, :2], short.log_probs)


def test_a_model_without_attention_looks_nowhere(networks):
    targets = torch.tensor([[4, 4], [4, 4]])
    found = forced(networks.script([{4: 1.0}]), (torch.zeros(2),), targets)
    assert found.weights is None
    assert found.log_probs.tolist() == [[0.0, 0.0], [0.0, 0.0]]
