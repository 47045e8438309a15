"""Out of memory: the batch is learnt in halves, and larger ones from then on, too.

The gradient of a step is a sum over its sentences or images, so that halves give the same step up to rounding, to
dropout, whose draws differ, and to batch norm, which takes its statistics from each half. The limit that was found is
part of the training's state: it, and not the memory that happens to be free, decides how later batches are cut.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from softsearch.errors import RunError
from softsearch.nn.products import Precision
from softsearch.tasks.task import Carry, Loss
from softsearch.training.data import TrainingData
from softsearch.training.folder import RunFolder
from softsearch.training.settings import Setup
from softsearch.training.step import backward, restore


class Fitted(NamedTuple):
    """A gradient that fitted into memory: its loss, carry and items, the limit in positions, and what to say of it.

    `before` are the network's buffers as they were: the statistics of batch norm.
    """

    loss: Loss
    carry: Carry
    num_items: int
    limit: int | None
    messages: list[str]
    before: list[torch.Tensor]


def backward_within_memory(
    setup: Setup, step: Sequence[np.ndarray], *, carry: Carry, limit: int | None, seed: int, precision: Precision
) -> Fitted:
    """Leave the gradient of one step's batches in ``.grad``, in as many parts as the memory asks for.

    Parameters
    ----------
    step
        The rows of each batch.
    carry
        What the step before it left.
    limit
        Batches of more padded positions are cut in halves from the start; None: none are.
    seed, precision
        Of the random numbers that the step draws, and of the layers' products.

    Raises
    ------
    RunError
        A single pair does not fit. It is named.
    """
    model, data = setup.model, setup.data
    messages: list[str] = []
    before = [buffer.clone() for buffer in model.buffers()]
    while True:
        torch.manual_seed(seed)
        parts = [part for rows in step for part in _parts(rows, data, limit)]
        try:
            batches = [data.batch(rows) for rows in parts]
            loss, left = backward(model, setup.task, batches, carry=carry, precision=precision)
            return Fitted(loss, left, sum(int(batch.num_items) for batch in batches), limit, messages, before)
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
        # Only here, past the exception, does nothing refer to the tensors of the attempt any more.
        batches = []
        model.zero_grad(set_to_none=True)
        restore(model, before)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        largest = _largest_to_cut(parts, data)
        limit = max(1, _padded(largest, data) // 2)
        messages.append(_told(largest, data, limit))


@contextlib.contextmanager
def exhaustion_told(folder: RunFolder | None) -> Iterator[None]:
    """Raise a RunError where memory runs out inside the block, at what cannot be done in parts.

    It says how to go on with the training in `folder`, if there is one.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        problem = "not enough memory for the optimiser's state, a validation or a checkpoint"
        fix = "make the model smaller, validate on fewer or shorter pairs, or see to more free memory"
        path = None if folder is None else folder.path
        if folder is not None and folder.last is not None:
            problem += f"; the checkpoint of step {folder.last} is intact"
            fix += f", then go on with: softsearch resume {path}"
        raise RunError(problem, path=path, fix=fix) from error


def _is_out_of_memory(error: Exception) -> bool:
    """Whether the memory is used up: torch's allocator for the processor has no exception of its own."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)


def _padded(rows: np.ndarray, data: TrainingData) -> int:
    return int(data.lengths(rows).max()) * len(rows)


def _parts(rows: np.ndarray, data: TrainingData, limit: int | None) -> list[np.ndarray]:
    if limit is None or len(rows) == 1 or _padded(rows, data) <= limit:
        return [rows]
    middle = len(rows) // 2
    return [*_parts(rows[:middle], data, limit), *_parts(rows[middle:], data, limit)]


def _largest_to_cut(parts: list[np.ndarray], data: TrainingData) -> np.ndarray:
    several = [rows for rows in parts if len(rows) > 1]
    if several:
        return max(several, key=lambda rows: _padded(rows, data))
    longest = max(parts, key=lambda rows: _padded(rows, data))
    problem = f"not enough memory for a batch of one: {_longest(longest, data)}"
    lower = "data.max_tokens (pairs), task.window (text), data.size (images), training.captions_per_image"
    fix = f"set {lower} or data.length (episodes, programs) lower, make the model smaller, or see to more free memory"
    raise RunError(problem, fix=fix)


def _longest(rows: np.ndarray, data: TrainingData) -> str:
    lengths = data.lengths(rows)
    place = int(lengths.argmax())
    return f"{data.describe(rows[place : place + 1])[0]}, {int(lengths[place])} positions"


def _told(rows: np.ndarray, data: TrainingData, limit: int) -> str:
    return (
        f"out of memory: a batch of {len(rows)}, padded to {_padded(rows, data)} positions by its longest, "
        f"{_longest(rows, data)}; batches of more than {limit} positions are learnt in halves from here on"
    )
