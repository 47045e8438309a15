"""The two recurrent nets that the lectures set by hand: one unit that squashes nothing, from zero.

    h_t = w . x_t + u h_t-1                  y_t = v h_t

    =========  =======  =  =  ==================================================================
    net        w        u  v
    =========  =======  =  =  ==================================================================
    summing    1        1  1  y_t is the sum of all that was read
    comparing  (1, -1)  1  5  y_t is the logit that the first inputs have come to more than the
                              second; the lecture writes logistic(y_t)
    =========  =======  =  =  ==================================================================

What a net learns from examples need not be these weights, since h may be any multiple of the sum: the products v w are
the same, and so is u.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from softsearch.models.transducer import Transducer
from softsearch.nn.cells import LinearCell
from softsearch.nn.recurrent import Layers, RecurrentStack


def summing() -> Transducer:
    """Return the net that writes the sum of the numbers it has read: inputs of width 1, outputs of width 1."""
    return _of_one_unit(inputs=(1.0,), recurrent=1.0, output=1.0)


def comparing() -> Transducer:
    """Return the net that tells which of two sums is larger: inputs of width 2, outputs of width 1, a logit."""
    return _of_one_unit(inputs=(1.0, -1.0), recurrent=1.0, output=5.0)


def _of_one_unit(*, inputs: Sequence[float], recurrent: float, output: float) -> Transducer:
    """Return a linear unit with these weights, and biases of zero."""
    layers = RecurrentStack(input=len(inputs), layers=Layers("linear", 1, 1, False), dropout=0.0)
    model = Transducer(layers, outputs=1)
    cell = layers.first.cell
    assert isinstance(cell, LinearCell)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        cell.input.weight.copy_(torch.tensor([inputs]))
        cell.recurrent.weight.fill_(recurrent)
        model.output.weight.fill_(output)
    return model
