"""A function of tensors, compiled where a compiler is found.

A small recurrent cell of many operations spends its time between them, not in them. torch can make one of all
(``torch.compile``), but needs a C++ compiler for it, most of a minute on two idle cores, and every time the same
shapes, strides and precision.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch

from softsearch.trees import leaves


def compiled(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """Return what computes the same as `function` in less time; or `function` itself, in silence, where it cannot be.

    Parameters
    ----------
    example
        Arguments of the shapes that it will have; calls with others may take long.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        level = logging.getLogger("torch").level
        logging.getLogger("torch").setLevel(logging.CRITICAL)
        try:
            found = torch.compile(function, dynamic=False)
            outputs = torch.stack([each.sum() for each in leaves(found(*example))]).sum()
            if learnt := [each for each in leaves(example) if each.requires_grad]:  # the way back is compiled on it
                torch.autograd.grad(outputs, learnt, allow_unused=True)
        except Exception:
            return function
        finally:
            logging.getLogger("torch").setLevel(level)
    return found
