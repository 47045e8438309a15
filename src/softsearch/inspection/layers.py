"""What each layer of a convolutional network takes: places it sees, parameters, multiplications.

    f' = f + (k - 1) j        j' = j s

f is the receptive field: how many places of the image, along an edge, reach one place of a layer; j is how far apart in
the image two neighbouring places are; k and s are kernel and stride. What has several inputs sees what the widest sees,
and a linear layer, or a mean over all places, sees everything. The network reads an image without numbers, which
carries f and j along.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils._pytree import tree_leaves, tree_map_only

from softsearch.shapes import Tensor


class Layer(NamedTuple):
    """One layer: its name and kind, what it writes, its parameters, multiplications for one image, places it sees.

    `field` is infinite where it sees the whole image, however large.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    multiplications: int
    field: float


def layers_of(model: nn.Module, *, channels: int, size: tuple[int, int]) -> list[Layer]:
    """Return the layers with weights, and those that pool, in the order in which they read an image of that size."""
    model = copy.deepcopy(model).to("meta").eval()
    found: list[Layer] = []
    for name, module in model.named_modules():
        if not list(module.children()) and (list(module.parameters()) or "Pool" in type(module).__name__):
            module.register_forward_hook(_recorder(name, found))
    with torch.no_grad():
        model(_Seen.of(torch.zeros(1, channels, *size, device="meta"), field=1.0, step=1.0))
    return found


class _Seen(torch.Tensor):
    """A tensor that knows how many places of the image reach each of its places, and how far apart those are."""

    field: float
    step: float

    @classmethod
    def of(cls, tensor: Tensor, *, field: float, step: float) -> _Seen:
        seen = tensor.as_subclass(cls)
        seen.field, seen.step = field, step
        return seen

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run a function, and tell what its results see."""
        kwargs = dict(kwargs or {})
        read = [each for each in tree_leaves((args, kwargs)) if isinstance(each, _Seen)]
        field, step = max(each.field for each in read), max(each.step for each in read)
        with torch._C.DisableTorchFunctionSubclass():  # noqa: SLF001  # torch has no public name for it
            found = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name in _WINDOWS:
            kernel, stride = _WINDOWS[name](*args, **kwargs)
            field, step = field + (kernel - 1) * step, step * stride
        elif name in _EVERYTHING:
            field = math.inf
        return tree_map_only(torch.Tensor, lambda each: cls.of(each, field=field, step=step), found)


def _of_convolution(*args: Any, stride: Any = 1, **_: Any) -> tuple[int, int]:
    _, weight, *rest = args  # then the bias and the stride
    return int(weight.shape[-1]), _first(rest[1] if len(rest) > 1 else stride)


def _of_pooling(*args: Any, kernel_size: Any = None, stride: Any = None, **_: Any) -> tuple[int, int]:
    _, *rest = args
    kernel = rest[0] if rest else kernel_size
    return _first(kernel), _first((rest[1] if len(rest) > 1 else stride) or kernel)


_WINDOWS = {
    "conv1d": _of_convolution,
    "conv2d": _of_convolution,
    "max_pool2d": _of_pooling,
    "max_pool2d_with_indices": _of_pooling,
    "boolean_dispatch": _of_pooling,  # what torch calls its max pooling
    "avg_pool2d": _of_pooling,
}
_EVERYTHING = frozenset({"linear", "mean", "adaptive_avg_pool2d"})


def _first(number: Any) -> int:
    return int(number if isinstance(number, int) else number[0])


def _recorder(name: str, found: list[Layer]) -> Callable[[nn.Module, Any, Any], None]:
    def record(module: nn.Module, _: Any, written: Any) -> None:
        shape = tuple(written.shape[1:])
        parameters = sum(parameter.numel() for parameter in module.parameters())
        found.append(
            Layer(name, type(module).__name__, shape, parameters, _multiplications(module, shape), written.field)
        )

    return record


def _multiplications(module: nn.Module, shape: tuple[int, ...]) -> int:
    """Return how often a weight is multiplied for one image: each weight of a kernel once for each place it writes."""
    weight = getattr(module, "weight", None)
    if weight is None or weight.dim() < 2:
        return 0
    return int(weight.numel()) * (math.prod(shape[1:]) if weight.dim() > 2 else 1)
