"""That the deferred map is the layer itself: the same outputs, the same gradients, only taken once."""

import pytest
import torch

from softsearch.nn.linear import Linear

ROWS, WIDTH = 4, 3


def make_layer(*, bias: bool = True) -> Linear:
    torch.manual_seed(0)
    return Linear(WIDTH, WIDTH, bias=bias).double()


def make_inputs(num_steps: int = 3) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(num_steps, ROWS, WIDTH, dtype=torch.float64, requires_grad=True)


def unroll(apply, inputs) -> list[torch.Tensor]:
    """Return the states of a small recurrent net: each step's input depends on the step before."""
    state, states = torch.zeros_like(inputs[0]), []
    for step in inputs:
        state = torch.tanh(apply(state + step))
        states.append(state)
    return states


def gradients(layer, inputs, *, deferred: bool, used=lambda states: states) -> dict[str, torch.Tensor | None]:
    layer.zero_grad()
    inputs.grad = None
    states = unroll(layer.deferred() if deferred else layer, inputs)
    sum((state * (1 + number)).sin().sum() for number, state in enumerate(used(states))).backward()
    return {"inputs": inputs.grad, **{name: parameter.grad for name, parameter in layer.named_parameters()}}


def assert_same(left, right) -> None:
    assert left.keys() == right.keys()
    for name in left:
        torch.testing.assert_close(left[name], right[name], rtol=1e-12, atol=1e-12, msg=name)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("num_steps", [1, 5])
def test_deferred_gradients_equal_the_plain_ones(bias, num_steps):
    layer, inputs = make_layer(bias=bias), make_inputs(num_steps)
    assert_same(gradients(layer, inputs, deferred=True), gradients(layer, inputs, deferred=False))


def test_deferred_outputs_are_bit_for_bit_the_plain_ones():
    layer, inputs = make_layer(), make_inputs()
    assert torch.equal(torch.stack(unroll(layer.deferred(), inputs)), torch.stack(unroll(layer, inputs)))


@pytest.mark.parametrize("used", [lambda states: states[:1], lambda states: states[1:2], lambda states: states[::2]])
def test_steps_that_nothing_depends_on_leave_no_gradient(used):
    layer, inputs = make_layer(), make_inputs(4)
    assert_same(gradients(layer, inputs, deferred=True, used=used), gradients(layer, inputs, deferred=False, used=used))


def test_a_map_that_is_never_used_has_no_gradient():
    layer, inputs = make_layer(), make_inputs()
    layer.deferred()(inputs[0])
    inputs.sum().backward()
    assert layer.weight.grad is None


def test_constant_inputs_still_give_the_weights_their_gradient():
    layer, inputs = make_layer(), make_inputs().detach()
    assert_same(gradients(layer, inputs, deferred=True), gradients(layer, inputs, deferred=False))


def test_frozen_weights_pass_the_gradient_on_and_get_none():
    layer, inputs = make_layer(), make_inputs()
    wanted = gradients(layer, inputs, deferred=False)["inputs"]
    layer.requires_grad_(False)
    found = gradients(layer, inputs, deferred=True)
    torch.testing.assert_close(found["inputs"], wanted, rtol=1e-12, atol=1e-12)
    assert found["weight"] is None
    assert found["bias"] is None


def test_a_frozen_bias_gets_no_gradient_and_the_weight_keeps_its_own():
    layer, inputs = make_layer(), make_inputs()
    wanted = gradients(layer, inputs, deferred=False)
    layer.bias.requires_grad_(False)
    assert_same(gradients(layer, inputs, deferred=True), {**wanted, "bias": None})


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_gradients_the_deferred_map_is_the_layer(mode):
    layer = make_layer()
    with mode():
        assert layer.deferred() is layer


def test_each_unrolling_adds_its_own_gradient():
    layer, inputs = make_layer(), make_inputs()
    wanted = gradients(layer, inputs, deferred=False)["weight"].clone()
    layer.zero_grad()
    for scale in (1, 2):
        states = unroll(layer.deferred(), inputs)
        (scale * sum((state * (1 + number)).sin().sum() for number, state in enumerate(states))).backward()
    torch.testing.assert_close(layer.weight.grad, 3 * wanted, rtol=1e-12, atol=1e-12)


def test_a_second_pass_through_a_kept_graph_counts_once_more_and_no_more():
    layer, inputs = make_layer(), make_inputs()
    loss = sum(state.sum() for state in unroll(layer.deferred(), inputs))
    loss.backward(retain_graph=True)
    once = layer.weight.grad.clone()
    loss.backward()
    torch.testing.assert_close(layer.weight.grad, 2 * once, rtol=1e-12, atol=1e-12)


def test_asking_for_the_inputs_gradient_first_does_not_count_the_weights_gradient_twice():
    layer, inputs = make_layer(), make_inputs()
    wanted = gradients(layer, inputs, deferred=False, used=lambda states: states[-1:])["weight"].clone()
    layer.zero_grad()
    loss = unroll(layer.deferred(), inputs)[-1].sin().sum()
    torch.autograd.grad(loss, inputs, retain_graph=True)
    loss.backward()
    torch.testing.assert_close(layer.weight.grad, wanted, rtol=1e-12, atol=1e-12)


def test_deferred_gradients_are_those_of_finite_differences():
    layer, inputs = make_layer(), make_inputs()

    def last(inputs, *_parameters):
        return unroll(layer.deferred(), inputs)[-1]

    assert torch.autograd.gradcheck(last, (inputs, layer.weight, layer.bias))


def test_the_weights_gradient_is_one_product_however_many_steps_there_are(operations):
    torch.manual_seed(0)
    layer = Linear(WIDTH, 2)
    apply = layer.deferred()
    loss = sum(apply(step).sum() for step in make_inputs(6).detach().float())
    with operations() as recorded:
        loss.backward()
    assert [shape for name, shape in recorded.seen if name == "mm"].count((2, WIDTH)) == 1
