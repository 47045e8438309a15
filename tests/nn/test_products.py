"""Products in bf16: what is rounded, and what is not."""

import pytest
import torch
from torch import nn

from softsearch.nn.losses import linear_cross_entropy
from softsearch.nn.products import Conv2d, Linear, LinearBottleneck, operand, products_in
from softsearch.nn.recurrent import RecurrentLayer

ONE_ROUNDING = 2**-8  # half the distance between two bf16 numbers, relative


def test_the_operands_are_rounded_and_the_sum_is_not():
    torch.manual_seed(0)
    layer, inputs = Linear(300, 7), torch.randn(5, 2, 300)
    with products_in("bf16"):
        found = layer(inputs)
    assert found.dtype == torch.float32
    exact = inputs.bfloat16().double() @ layer.weight.bfloat16().double().t()
    torch.testing.assert_close(found - layer.bias, exact.float(), rtol=ONE_ROUNDING, atol=1e-5)
    assert not torch.equal(found, layer(inputs))


@pytest.mark.parametrize("rows", [3, 67])  # 67 are filled up to 68
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_those_of_the_rounded_operands(bias, rows):
    torch.manual_seed(0)
    layer, inputs, seen = Linear(6, 4, bias=bias), torch.randn(rows, 6, requires_grad=True), torch.randn(rows, 4)
    with products_in("bf16"):
        (layer(inputs) * seen).sum().backward()
    rounded = seen.bfloat16().float()
    torch.testing.assert_close(inputs.grad, rounded @ layer.weight.bfloat16().float(), rtol=ONE_ROUNDING, atol=1e-6)
    torch.testing.assert_close(layer.weight.grad, rounded.t() @ inputs.bfloat16().float(), rtol=ONE_ROUNDING, atol=1e-6)
    if bias:
        torch.testing.assert_close(layer.bias.grad, seen.sum(0))


@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_reads_and_writes_bf16_and_leaves_gradients_in_fp32(bias):
    torch.manual_seed(0)
    layer = Conv2d(6, 5, 3, padding=1, bias=bias).to(memory_format=torch.channels_last)
    maps = torch.randn(2, 6, 8, 7).to(memory_format=torch.channels_last).requires_grad_()
    seen = torch.randn(2, 5, 8, 7)
    with products_in("bf16"):
        found = layer(maps)
        assert found.dtype == torch.bfloat16
        assert found.is_contiguous(memory_format=torch.channels_last)
        (found.float() * seen).sum().backward()
    exact = nn.functional.conv2d(maps.bfloat16().float(), layer.weight.bfloat16().float(), layer.bias, padding=1)
    torch.testing.assert_close(found.float(), exact, rtol=2 * ONE_ROUNDING, atol=2e-2)
    for parameter, own in [(maps, maps.grad), *((each, each.grad) for each in layer.parameters())]:
        assert own.dtype == torch.float32
        (wanted,) = torch.autograd.grad((layer(maps) * seen).sum(), parameter)
        assert (own - wanted).norm() < 0.02 * wanted.norm()
        assert not torch.equal(own, wanted)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_a_layer_over_a_sequence_has_about_the_gradients_of_fp32(kind):
    torch.manual_seed(0)
    layer, inputs = RecurrentLayer(cell=kind, input=32, hidden=260), torch.randn(4, 20, 32)
    gradients = []
    for precision in ("fp32", "bf16"):
        layer.zero_grad()
        with products_in(precision):
            layer(inputs)[0].square().mean().backward()
        gradients.append([parameter.grad.clone() for parameter in layer.parameters()])
    for exact, rounded in zip(*gradients, strict=True):
        assert not torch.equal(exact, rounded)
        assert (exact - rounded).norm() < 0.02 * exact.norm()


def test_the_loss_of_the_output_layer_is_about_that_of_fp32():
    torch.manual_seed(0)
    features, weight, bias = (torch.randn(*shape, requires_grad=True) for shape in ((700, 32), (90, 32), (90,)))
    targets, found = torch.randint(90, (700,)), []
    for precision in ("fp32", "bf16"):
        with products_in(precision):
            loss = linear_cross_entropy(features, weight, bias, targets, smoothing=0.1)
        found.append([loss.detach(), *torch.autograd.grad(loss, (features, weight, bias))])
    for exact, rounded in zip(*found, strict=True):
        assert not torch.equal(exact, rounded)
        assert (exact - rounded).norm() < 0.02 * exact.norm()


def test_rows_are_filled_up_with_zeros_to_few_numbers():
    with products_in("bf16"):
        lengths = {rows: len(operand(torch.ones(rows, 3))) for rows in range(2_000)}
        assert not operand(torch.ones(67, 3))[67:].any()
    assert all(rows <= length <= rows * 17 / 16 for rows, length in lengths.items())
    assert len({length for rows, length in lengths.items() if rows >= 1_000}) <= 17


def test_outside_the_block_nothing_is_rounded():
    layer, inputs = Linear(6, 4), torch.randn(3, 6)
    exact = nn.functional.linear(inputs, layer.weight, layer.bias)
    with pytest.raises(KeyError), products_in("bf16"):
        with products_in("fp32"):
            assert torch.equal(layer(inputs), exact)
        assert not torch.equal(layer(inputs), exact)
        raise KeyError
    assert torch.equal(layer(inputs), exact)


def test_a_weight_that_has_changed_is_rounded_anew():
    layer, inputs = Linear(6, 4, bias=False), torch.randn(3, 6)
    for _ in range(2):
        nn.init.normal_(layer.weight)
        with products_in("bf16"):
            found = layer(inputs)
        exact = inputs.bfloat16().float() @ layer.weight.bfloat16().float().t()
        torch.testing.assert_close(found, exact, rtol=ONE_ROUNDING, atol=1e-6)


def test_a_bottleneck_is_the_product_of_its_two_matrices_of_low_rank_with_few_parameters():
    torch.manual_seed(1)
    layer = LinearBottleneck(inputs=12, narrow=3, outputs=7, bias=True).double()
    inputs = torch.randn(5, 12, dtype=torch.float64, requires_grad=True)
    matrix = (layer.expand.weight @ layer.reduce.weight).detach()
    outputs = layer(inputs)
    torch.testing.assert_close(outputs, inputs @ matrix.t() + layer.expand.bias, rtol=0, atol=1e-12)
    given = torch.randn_like(outputs)
    (found,) = torch.autograd.grad(outputs, inputs, given)
    torch.testing.assert_close(found, given @ matrix, rtol=0, atol=1e-12)
    assert int(torch.linalg.matrix_rank(matrix)) == 3
    assert sum(each.numel() for each in layer.parameters()) == 3 * (12 + 7) + 7
