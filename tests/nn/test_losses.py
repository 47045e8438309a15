"""The chunked cross-entropy against torch's."""

import pytest
import torch
from torch.nn import functional

from softsearch.nn.losses import ROWS_AT_ONCE, linear_cross_entropy

FEATURES, VOCABULARY = 4, 7


def make_layer(rows: int, *, scale: float = 1.0, dtype=torch.float64):
    torch.manual_seed(0)
    shapes = ((rows, FEATURES), (VOCABULARY, FEATURES), (VOCABULARY,))
    leaves = [(scale * torch.randn(shape, dtype=dtype)).requires_grad_() for shape in shapes]
    return leaves, torch.randint(VOCABULARY, (rows,))


def torchs(leaves, targets, smoothing):
    return functional.cross_entropy(functional.linear(*leaves), targets, reduction="sum", label_smoothing=smoothing)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("rows", [1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 600])
def test_loss_and_gradients_equal_torchs_on_both_sides_of_a_chunks_border(rows, smoothing):
    leaves, targets = make_layer(rows)
    found = linear_cross_entropy(*leaves, targets, smoothing=smoothing)
    wanted = torchs(leaves, targets, smoothing)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)
    gradients = torch.autograd.grad(3 * found, leaves), torch.autograd.grad(3 * wanted, leaves)
    for left, right in zip(*gradients, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-11, atol=1e-12)


def test_no_rows_cost_nothing():
    leaves, targets = make_layer(0)
    loss = linear_cross_entropy(*leaves, targets, smoothing=0.1)
    loss.backward()
    assert loss.item() == 0
    assert not leaves[1].grad.any()


@pytest.mark.parametrize("frozen", [{0}, {1, 2}, {0, 1}])
def test_what_is_frozen_gets_no_gradient_and_the_rest_its_own(frozen):
    leaves, targets = make_layer(5)
    wanted = torch.autograd.grad(torchs(leaves, targets, 0.1), leaves)
    for index in frozen:
        leaves[index].requires_grad_(False)
    linear_cross_entropy(*leaves, targets, smoothing=0.1).backward()
    for index, leaf in enumerate(leaves):
        if index in frozen:
            assert leaf.grad is None
        else:
            torch.testing.assert_close(leaf.grad, wanted[index], rtol=1e-12, atol=1e-12)


def test_a_tied_matrix_gets_the_gradients_of_both_its_uses():
    leaves, targets = make_layer(5)
    words = torch.randint(VOCABULARY, (5,))
    gradients = [
        torch.autograd.grad(loss(leaves[1][words].tanh(), leaves[1], leaves[2]), leaves[1])[0]
        for loss in (
            lambda *layer: linear_cross_entropy(*layer, targets, smoothing=0.1),
            lambda *layer: torchs(layer, targets, 0.1),
        )
    ]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_gradients_the_loss_is_the_same_and_no_gradient_is_worked_out(mode, operations):
    leaves, targets = make_layer(600)
    wanted = linear_cross_entropy(*leaves, targets, smoothing=0.1)
    with mode(), operations() as recorded:
        found = linear_cross_entropy(*leaves, targets, smoothing=0.1)
    assert not found.requires_grad
    assert found.item() == wanted.item()
    products = [shape for name, shape in recorded.seen if "mm" in name]
    assert products == [(ROWS_AT_ONCE, VOCABULARY), (600 - ROWS_AT_ONCE, VOCABULARY)]


def test_the_logits_of_a_whole_batch_never_exist(operations):
    leaves, targets = make_layer(2 * ROWS_AT_ONCE + 1)
    with operations() as recorded:
        linear_cross_entropy(*leaves, targets, smoothing=0.1).backward()
    rows = [shape[0] for _, shape in recorded.seen if len(shape) == 2 and shape[1] == VOCABULARY]
    assert max(rows) == ROWS_AT_ONCE


def test_the_leaves_themselves_are_not_written_to():
    leaves, targets = make_layer(300)
    before = [leaf.detach().clone() for leaf in leaves]
    linear_cross_entropy(*leaves, targets, smoothing=0.1).backward()
    assert all(torch.equal(leaf.detach(), copy) for leaf, copy in zip(leaves, before, strict=True))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_huge_logits_keep_loss_and_gradients_finite(smoothing):
    leaves, targets = make_layer(300, scale=1e4, dtype=torch.float32)
    found = linear_cross_entropy(*leaves, targets, smoothing=smoothing)
    found.backward()
    assert found.isfinite()
    assert all(leaf.grad.isfinite().all() for leaf in leaves)
    torch.testing.assert_close(found, torchs(leaves, targets, smoothing))
