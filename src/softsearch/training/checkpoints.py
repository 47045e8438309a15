"""Checkpoints: weights, the optimiser's state, the task's carry and the loop's state, whole or absent, no pickle.

A checkpoint is written to a temporary folder, flushed and renamed; then run.json points to it; then older ones go.
Whatever moment the power fails, run.json names a whole checkpoint.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from softsearch.errors import RunError, the_first
from softsearch.files import folder_written_atomically, sha256
from softsearch.training.folder import RunFolder
from softsearch.training.sealing import FORMAT_VERSION, seal, unseal

Which = Literal["best", "last"] | int

_MODEL, _OPTIMIZER, _CARRY, _STATE = "model.safetensors", "optimizer.safetensors", "carry.safetensors", "state.json"


class Saved(NamedTuple):
    """What a checkpoint holds beside weights and optimiser: the loop's state, and what the task had to carry on."""

    state: dict[str, Any]
    carry: dict[str, Tensor]


def save_checkpoint(
    folder: RunFolder,
    *,
    step: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    carry: Mapping[str, Tensor],
    state: Mapping[str, Any],
    best: bool,
    kept: Sequence[int] = (),
) -> None:
    """Save step `step` as the run's last checkpoint, as its best too if `best`, and delete all others but those `kept`.

    Raises
    ------
    RunError
        It cannot be written (a full disk): the checkpoints that were there are still there, and whole.
    """
    # Serialised in memory first: written from Python, a full disk is an OSError like any other.
    files = {_MODEL: weights_as_bytes(model), _OPTIMIZER: save(_contiguous(_optimizer_tensors(model, optimizer)))}
    if carry:
        files[_CARRY] = save(_contiguous(carry))
    _write(folder, folder.checkpoint_path(step), files, {"step": step, "state": dict(state)})
    averaged = [] if best else folder.averaged  # a single checkpoint that is better takes the place of the mean
    folder.point_to(last=step, best=step if best else folder.best, kept=kept, averaged=averaged)


def save_average(folder: RunFolder, *, model: nn.Module, steps: Sequence[int]) -> None:
    """Save the model's weights, the mean of those of `steps`; :meth:`RunFolder.point_to` makes them the run's best.

    Errors are those of :func:`save_checkpoint`.
    """
    _write(folder, folder.average_path, {_MODEL: weights_as_bytes(model)}, {"steps": list(steps)})


def average_weights(folder: RunFolder, steps: Sequence[int], *, model: nn.Module) -> None:
    """Give the model the mean of the weights of some checkpoints; what is no float is that of the last of them.

    Errors are those of :func:`load_checkpoint`.
    """
    sums: dict[str, Tensor] = {}
    for step in steps:
        load_checkpoint(folder, step, model=model)
        for name, tensor in _weights(model).items():
            value = tensor.detach().double() if tensor.is_floating_point() else tensor.detach()
            sums[name] = sums[name] + value if name in sums and tensor.is_floating_point() else value.clone()
    with torch.no_grad():
        for name, tensor in _weights(model).items():
            tensor.copy_(sums[name] / len(steps) if tensor.is_floating_point() else sums[name])


def weights_as_bytes(model: nn.Module) -> bytes:
    """Return the model's weights as the content of a file."""
    return save(_contiguous(_weights(model)))


def load_weights(path: Path, *, model: nn.Module) -> None:
    """Give the model the weights of a file that :func:`weights_as_bytes` filled.

    Raises
    ------
    RunError
        They are damaged, or those of another model.
    """
    _copy_weights(_load(path), model, path)


def load_checkpoint(
    folder: RunFolder, which: Which, *, model: nn.Module, optimizer: torch.optim.Optimizer | None = None
) -> Saved:
    """Load a checkpoint into `model` and, where given, `optimizer`; return what else was saved with it.

    The best one may be a mean of several, with which nothing else was.

    Raises
    ------
    RunError
        There is no such checkpoint, it is damaged, or its weights are those of another model.
    """
    if which == "best" and optimizer is None and folder.averaged:
        check(folder, None)
        load_weights(folder.average_path / _MODEL, model=model)
        return Saved({}, {})
    step = _step(folder, which)
    content, path = check(folder, step), folder.checkpoint_path(step)
    load_weights(path / _MODEL, model=model)
    if optimizer is not None:
        _restore_optimizer(_load(path / _OPTIMIZER), model, optimizer, path / _OPTIMIZER)
    carry = _load(path / _CARRY) if _CARRY in content["files"] else {}
    return Saved(content["state"], {name: tensor.clone() for name, tensor in carry.items()})


def verify(folder: RunFolder) -> None:
    """Check every file of a run, those of its checkpoints among them; raise a RunError for the first defect."""
    folder.check_files(data=False)
    folder.check_files(data=True)
    folder.refuse_lost()
    for step in folder.checkpoints:
        check(folder, step)
    if folder.averaged:
        check(folder, None)


def check(folder: RunFolder, step: int | None) -> dict[str, Any]:
    """Check the files of one checkpoint, or of the mean weights (None), and return the content of its state.json.

    Raises
    ------
    RunError
        A file is missing or damaged. It names a way out: the newest checkpoint that is whole.
    """
    try:
        return _checked(folder.average_path if step is None else folder.checkpoint_path(step))
    except RunError as error:
        raise RunError(error.problem, path=error.path, fix=_way_out(folder, step)) from error


def _write(folder: RunFolder, path: Path, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> None:
    with folder.writing(str(path.relative_to(folder.path))), folder_written_atomically(path) as temporary:
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        checksums = {name: sha256(temporary / name) for name in files}
        sealed = seal({"format_version": FORMAT_VERSION, **facts, "files": checksums})
        (temporary / _STATE).write_text(sealed, encoding="utf-8")


def _checked(path: Path) -> dict[str, Any]:
    content = unseal(path / _STATE, fix="")
    for name, checksum in content["files"].items():
        if not (path / name).is_file():
            raise RunError("this file of a checkpoint is missing", path=path / name)
        if sha256(path / name) != checksum:
            raise RunError("damaged: its checksum does not fit", path=path / name)
    return content


def _way_out(folder: RunFolder, damaged: int | None) -> str:
    if damaged is None:
        return f"delete {folder.average_path}: the best single checkpoint takes their place"
    for step in reversed([step for step in folder.checkpoints if step != damaged]):
        with contextlib.suppress(RunError):
            _checked(folder.checkpoint_path(step))
            path = folder.checkpoint_path(damaged)
            return f"the newest whole checkpoint is that of step {step}: to use it, delete {path}"
    return "no other checkpoint of this run is whole: copy the folder again from where it came from, or train anew"


def _step(folder: RunFolder, which: Which) -> int:
    step = folder.best if which == "best" else folder.last if which == "last" else which
    folder.refuse_lost()
    if step is None or step not in folder.checkpoints:
        there = ", ".join(str(number) for number in folder.checkpoints) or "none"
        fix = f"softsearch resume {folder.path}"
        raise RunError(f"there is no checkpoint {which!r}", path=folder.path, allowed=f"steps {there}", fix=fix)
    return step


def _load(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise RunError(f"damaged: {error}", path=path) from error


def _weights(model: nn.Module) -> dict[str, Tensor]:
    """Return the model's parameters and buffers by name, a tied one once, under its first name."""
    seen: set[int] = set()
    weights = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            weights[name] = tensor
    return weights


def _contiguous(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _copy_weights(saved: Mapping[str, Tensor], model: nn.Module, path: Path) -> None:
    weights = _weights(model)
    different = sorted(saved.keys() ^ weights.keys())
    different += [name for name in saved.keys() & weights.keys() if saved[name].shape != weights[name].shape]
    if different:
        raise RunError(
            f"these are the weights of another model: {the_first(different, most=3)}",
            path=path,
            fix="build the model it was saved from",
        )
    with torch.no_grad():
        for name, tensor in weights.items():
            tensor.copy_(saved[name])


def _optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    names: dict[Tensor, str] = {parameter: name for name, parameter in model.named_parameters()}
    return {
        f"{key}/{names[parameter]}": tensor
        for parameter, state in optimizer.state.items()
        for key, tensor in state.items()
        if tensor is not None  # the momentum that a plain SGD does not have
    }


def _restore_optimizer(
    saved: Mapping[str, Tensor], model: nn.Module, optimizer: torch.optim.Optimizer, path: Path
) -> None:
    parameters = dict(model.named_parameters())
    names = {parameter: name for name, parameter in parameters.items()}
    order = [names[parameter] for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for full_name, tensor in saved.items():
        key, name = full_name.split("/", 1)
        if name not in order:
            raise RunError(f"this is the state of another optimiser: {name}", path=path)
        # Copied out of the mapped file, whose tensors need not lie in memory as those of a running training do: what
        # has a parameter's shape gets its order, too (channels last), which fused optimisers rely on.
        parameter = parameters[name]
        own = torch.empty_like(parameter, dtype=tensor.dtype) if tensor.shape == parameter.shape else tensor.clone()
        state.setdefault(order.index(name), {})[key] = own.detach().copy_(tensor)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
