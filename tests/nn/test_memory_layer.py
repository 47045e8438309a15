"""A compiled function computes what it computed before; where there is no compiler, it is left as it is, in silence."""

import logging
import shutil

import pytest
import torch
from torch._inductor import config

from softsearch.nn.memory_layer import compiled


def step(inputs: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    for _ in range(2):
        inputs = torch.tanh(inputs @ weight) + inputs
    return inputs.softmax(dim=1)


def test_without_a_compiler_the_function_itself_comes_back_in_silence(capfd, recwarn):
    level = logging.getLogger("torch").level
    with config.patch({"cpp.cxx": ("no-such-compiler",), "force_disable_caches": True}):
        found = compiled(step, torch.randn(2, 3), torch.randn(3, 3))
    assert found is step
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    assert logging.getLogger("torch").level == level


class _OnlyForwards(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs):
        return inputs.clone()

    @staticmethod
    def backward(ctx, gradient):
        raise RuntimeError("no way back")


def test_what_compiles_only_forwards_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function, **_: lambda *given: _OnlyForwards.apply(function(*given)))
    inputs, weight = torch.randn(2, 3), torch.randn(3, 3)
    assert compiled(step, inputs, weight) is not step
    assert compiled(step, inputs, weight.requires_grad_()) is step


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no compiler")
def test_what_is_compiled_gives_the_same_numbers_and_gradients():
    torch.manual_seed(0)
    inputs, weight = torch.randn(2, 3), torch.randn(3, 3, requires_grad=True)
    found = compiled(step, inputs, weight)
    assert found is not step
    for one, other in (
        (found(inputs, weight), step(inputs, weight)),
        (
            torch.autograd.grad(found(inputs, weight)[:, 0].sum(), weight)[0],
            torch.autograd.grad(step(inputs, weight)[:, 0].sum(), weight)[0],
        ),
    ):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
