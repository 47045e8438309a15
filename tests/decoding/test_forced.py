import torch

from softsearch.decoding.forced import forced_weights
from softsearch.decoding.search import beam_search
from softsearch.decoding.stepper import BOS


def test_each_row_is_where_the_model_looks_before_it_writes_that_token(steppers):
    stepper = steppers.random()
    target = torch.tensor([[BOS, 4, 5], [BOS, 6, 6]])
    weights = forced_weights(stepper, stepper.source(2), target)
    assert weights.tolist() == [[[0, BOS, 0], [0, 4, 1], [0, 5, 2]], [[1, BOS, 0], [1, 6, 1], [1, 6, 2]]]


def test_writing_what_a_search_found_looks_where_the_search_looked(steppers):
    stepper = steppers.random(ends=-1.0)
    source = stepper.source(1)
    ((found,),) = beam_search(stepper, source, max_lengths=torch.tensor([6]), beam=3, length_penalty=1.0)
    assert len(found.tokens) > 1
    weights = forced_weights(stepper, source, torch.tensor([[BOS, *found.tokens[:-1]]]))
    assert torch.equal(weights[0], found.weights)


def test_a_model_without_attention_looks_nowhere(steppers):
    assert forced_weights(steppers.script([{4: 1.0}]), (torch.zeros(2),), torch.tensor([[BOS, 4], [BOS, 4]])) is None
