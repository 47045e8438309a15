"""Backward passes written out by hand, checked numerically and against autograd."""

import pytest
import torch

from softsearch.inspection.by_hand import Decoder, decoder_backward, decoder_forward, scalar_backward

SIZES = {"batch": 2, "words": 3, "source": 4, "hidden": 3, "annotation": 2, "attention": 5}


def drawn() -> list[torch.Tensor]:
    torch.manual_seed(0)
    batch, words, source, hidden, annotation, attention = SIZES.values()
    shapes = [
        (batch, hidden), (batch, words, 3 * hidden), (batch, source, annotation), (batch, source, attention),
        (attention, hidden), (attention,), (3 * hidden, annotation), (3 * hidden, hidden), (3 * hidden,),
    ]  # fmt: skip
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


class ByHand(torch.autograd.Function):
    @staticmethod
    def forward(context, *parts):
        states, context.steps = decoder_forward(Decoder(*parts))
        context.save_for_backward(*parts)
        return states

    @staticmethod
    def backward(context, by_states):
        return decoder_backward(Decoder(*context.saved_tensors), context.steps, by_states).parts


def test_the_backward_pass_of_the_attention_decoder_passes_gradcheck():
    assert torch.autograd.gradcheck(ByHand.apply, drawn())


def test_the_backward_pass_of_the_attention_decoder_is_autograds():
    parts = drawn()
    by_states = torch.randn(2, 3, 3, dtype=torch.float64)
    states, steps = decoder_forward(Decoder(*parts))
    expected = torch.autograd.grad(states, parts, by_states)
    with torch.no_grad():
        found = decoder_backward(Decoder(*parts), steps, by_states)
    for one, other in zip(found.parts, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_the_recursions_of_the_net_of_one_unit_are_its_slopes():
    inputs, targets, weights = [0.5, -1.0, 2.0], [1.0, 0.0, -0.5], {"u": 0.7, "v": 1.3, "w": -0.9}
    _, found = scalar_backward(inputs, targets, **weights)
    for name in weights:
        step = 1e-6
        above, below = (
            scalar_backward(inputs, targets, **(weights | {name: weights[name] + sign * step}))[0] for sign in (1, -1)
        )
        assert getattr(found, name) == pytest.approx((above - below) / (2 * step), abs=1e-7)
