"""A linear bottleneck is the product of its two matrices: of low rank, with few parameters."""

from __future__ import annotations

import torch

from softsearch.nn.bottleneck import LinearBottleneck


def test_it_is_the_product_forwards_and_backwards():
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
