"""Convolution and cross-correlation are what their sums say; the spectrum gives the same; unshared kernels are many."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from softsearch.nn.convolution import LocallyConnected2d, convolve, convolve_by_fft, cross_correlate


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def full_by_loop(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return sum over s of x_s w_t-s for each t where there is a term."""
    (height, width), (rows, columns) = image.shape, kernel.shape
    result = image.new_zeros(height + rows - 1, width + columns - 1)
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for a in range(height):
                for b in range(width):
                    if 0 <= i - a < rows and 0 <= j - b < columns:
                        result[i, j] += image[a, b] * kernel[i - a, j - b]
    return result


@pytest.mark.parametrize("method", [convolve, convolve_by_fft])
@pytest.mark.parametrize("size", [(3, 3), (2, 4), (1, 1)])
def test_convolution_is_the_sum_over_maps_of_flipped_products(method, size):
    images, kernels = random(2, 3, 6, 5), random(4, 3, *size)
    found = method(images, kernels)
    for batch in range(2):
        for out in range(4):
            expected = sum(full_by_loop(images[batch, each], kernels[out, each]) for each in range(3))
            torch.testing.assert_close(found[batch, out], expected, rtol=0, atol=1e-10)


def test_convolution_does_not_mind_which_of_the_two_is_the_kernel_and_cross_correlation_does():
    one, other = random(1, 1, 5, 5), random(1, 1, 3, 3)
    torch.testing.assert_close(convolve(one, other), convolve(other, one))
    padded = functional.pad(one, (2, 2, 2, 2))
    torch.testing.assert_close(cross_correlate(padded, other.flip(2, 3)), convolve(one, other))
    assert not torch.allclose(cross_correlate(padded, other), convolve(one, other))


def test_cross_correlation_and_its_gradients_are_the_sum_over_where_the_kernel_lies():
    images, kernels = random(2, 3, 5, 4).requires_grad_(), random(2, 3, 3, 2).requires_grad_()
    expected = torch.stack(
        [(images[:, None, :, i : i + 3, j : j + 2] * kernels).sum(dim=(2, 3, 4)) for i in range(3) for j in range(3)],
        dim=2,
    ).unflatten(2, (3, 3))
    found, weights = cross_correlate(images, kernels), random(2, 2, 3, 3)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    gradients = [torch.autograd.grad((each * weights).sum(), (images, kernels)) for each in (found, expected)]
    for own, each in zip(*gradients, strict=True):
        torch.testing.assert_close(own, each, rtol=0, atol=1e-10)


@pytest.mark.parametrize("method", [convolve, convolve_by_fft])
def test_the_gradients_of_both_ways_to_convolve_are_those_of_the_sum(method):
    images, kernels = random(1, 2, 4, 3).requires_grad_(), random(2, 2, 3, 2).requires_grad_()
    weights = random(1, 2, 6, 4)
    total = sum(
        (full_by_loop(images[0, each], kernels[out, each]) * weights[0, out]).sum() for each in (0, 1) for out in (0, 1)
    )
    expected = torch.autograd.grad(total, (images, kernels))
    found = torch.autograd.grad((method(images, kernels) * weights).sum(), (images, kernels))
    for own, each in zip(found, expected, strict=True):
        torch.testing.assert_close(own, each, rtol=0, atol=1e-10)


def make_local(**changes: object) -> LocallyConnected2d:
    return LocallyConnected2d(
        **{"inputs": 2, "outputs": 3, "size": (7, 6), "kernel": 3, "stride": 2} | changes
    ).double()


def test_a_locally_connected_layer_has_a_kernel_of_its_own_for_each_place():
    torch.manual_seed(1)
    layer, images = make_local(), random(2, 2, 7, 6)
    found = layer(images)
    assert found.shape == (2, 3, 3, 2)
    for row in range(3):
        for column in range(2):
            patch = images[:, :, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3].flatten(1)
            place = row * 2 + column
            expected = patch @ layer.weight[place].t() + layer.bias[place]
            torch.testing.assert_close(found[:, :, row, column], expected, rtol=0, atol=1e-10)
    assert torch.autograd.gradcheck(layer, images[:1].requires_grad_(), atol=1e-8)


def test_with_the_same_kernel_everywhere_it_is_a_convolutional_layer():
    layer, kernels, images = make_local(stride=1), random(3, 2, 3, 3), random(2, 2, 7, 6)
    with torch.no_grad():
        layer.weight.copy_(kernels.flatten(1).expand(20, 3, 18))
        layer.bias.zero_()
    torch.testing.assert_close(layer(images), cross_correlate(images, kernels), rtol=0, atol=1e-10)
