"""Trees of tensors: their rows are chosen, and their forms kept."""

from typing import NamedTuple

import torch

from softsearch.nn.annotations import Annotations
from softsearch.trees import select


class Pair(NamedTuple):
    left: torch.Tensor
    right: object


def test_select_takes_the_same_rows_of_every_tensor_and_keeps_the_tree():
    values = torch.arange(12).reshape(4, 3)
    tree = (values, None, Pair(10 * values, (100 * values,)), ())
    first, nothing, pair, empty = select(tree, torch.tensor([2, 0, 2]))
    assert first.tolist() == values[[2, 0, 2]].tolist()
    assert nothing is None
    assert type(pair) is Pair
    assert pair.left.tolist() == (10 * values[[2, 0, 2]]).tolist()
    assert type(pair.right) is tuple
    assert pair.right[0].tolist() == (100 * values[[2, 0, 2]]).tolist()
    assert empty == ()


def test_select_keeps_annotations_annotations():
    annotations = Annotations(torch.randn(3, 2, 4), torch.ones(3, 2, dtype=torch.bool), torch.randn(3, 4))
    chosen = select(annotations, torch.tensor([1]))
    assert type(chosen) is Annotations
    assert torch.equal(chosen.summary, annotations.summary[1:2])


def test_what_was_selected_is_a_copy():
    values = torch.zeros(2, 2)
    select((values,), torch.tensor([0, 1]))[0].fill_(1.0)
    assert not values.any()
