"""Weights that others have published: read without running anything in the file, and fitted to a network by name."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from softsearch.errors import RunError, nearest, the_first

_WRAPPINGS = ("state_dict", "model", "model_state_dict")
_COUNTER = "num_batches_tracked"  # of batch norm, which older files do not have, and nothing needs
_FIX = "set the fields of model to those of the network that was published (kind, depth, width, shortcut, …)"


class TakenOver(NamedTuple):
    """The names of what a network has taken over, of what it keeps of its own, and of what it has no use for."""

    taken: list[str]
    own: list[str]
    useless: list[str]


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name: safetensors, or what ``torch.save`` wrote of a ``state_dict()``.

    Of the second nothing but tensors and plain containers is made (``weights_only``).

    Raises
    ------
    RunError
        The file is missing or damaged, or holds something else.
    """
    if not path.is_file():
        raise RunError("there is no such file of weights", path=path)
    try:
        if path.suffix == ".safetensors":
            found: Any = load_file(path)
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what torch raises of a file that is none of its own may be anything
        fix = "give a .safetensors file, or one that torch.save wrote of a model's state_dict()"
        raise RunError(_why_unread(error, path), path=path, fix=fix) from error
    for name in _WRAPPINGS:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    if not isinstance(found, Mapping) or not found or not all(isinstance(each, Tensor) for each in found.values()):
        raise RunError("this file holds no weights by name", path=path, fix="save the model's state_dict()")
    return {str(name).removeprefix("module."): tensor for name, tensor in found.items()}


def take_weights(weights: Mapping[str, Tensor], model: nn.Module, *, path: Path, has_head: bool = True) -> TakenOver:
    """Give a network the weights of its names; where only the number of classes differs, it keeps its own last layer.

    Parameters
    ----------
    path
        Where they come from, for messages.
    has_head
        Whether its last layer is one of classes.

    Raises
    ------
    RunError
        The network has names that the weights have not, or of another shape.
    """
    own = model.state_dict()
    missing = [name for name in own if name not in weights and not name.endswith(_COUNTER)]
    if missing:
        useless = [name for name in weights if name not in own]
        beside = path.with_name("model.safetensors")
        fix = _FIX
        if path.name == "optimizer.safetensors" and beside.exists():
            fix = f"this is the state of an optimiser; the weights are in {beside}"
        raise RunError(
            f"{len(missing):,} of the network's {len(own):,} weights are not in this file: {the_first(missing)}",
            path=path,
            allowed=useless[:4] or None,
            nearest=nearest(missing[0], useless),
            fix=fix,
        )
    other = [name for name in own if name in weights and weights[name].shape != own[name].shape]
    head = _head(own, weights) if has_head else set()
    wrong = [name for name in other if name not in head]
    if wrong:
        name = wrong[0]
        problem = (
            f"{name} has another shape, as have {len(wrong) - 1:,} others" if wrong[1:] else f"{name} has another shape"
        )
        allowed = " x ".join(map(str, own[name].shape))
        value = " x ".join(map(str, weights[name].shape))
        raise RunError(problem, path=path, value=value, allowed=allowed, fix=_FIX)
    taken = [name for name in own if name in weights and name not in other]
    with torch.no_grad():
        for name in taken:
            own[name].copy_(weights[name])
    return TakenOver(taken, other, [name for name in weights if name not in own])


def _why_unread(error: Exception, path: Path) -> str:
    """Tell it without torch's advice, which is to run what is in the file."""
    told = str(error).strip().split("\n", maxsplit=1)[0]
    if zipfile.is_zipfile(path) and ("weights_only" in str(error) or "Weights only" in told):
        told = "it holds more than tensors, such as a whole model, and that would be run"
    elif not isinstance(error, (OSError, RuntimeError, SafetensorError)):  # of the pickle that it was taken for
        return "this is no file of weights"
    return f"these weights cannot be read: {told}"


def _head(own: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> set[str]:
    """Return the names of the last layer's weight and bias, if they differ in the number of classes alone."""
    prefix = list(own)[-1].rpartition(".")[0]
    names = {name for name in own if name.rpartition(".")[0] == prefix}
    alike = all(name in weights and weights[name].shape[1:] == own[name].shape[1:] for name in names)
    return names if alike else set()
