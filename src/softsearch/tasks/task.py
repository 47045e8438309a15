"""What training asks of a task: a loss for a batch, and a score for a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from itertools import chain
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

import torch
from torch import nn

from softsearch.shapes import Tensor


@dataclass(frozen=True)
class Term:
    """One part of a loss: a sum in nats and the number of items that it is a sum over.

    They are divided once, per optimiser step: means of means would weigh short sentences more than long ones.
    """

    total: Tensor
    count: int


Loss = dict[str, Term]
Carry = dict[str, Tensor]
"""What a task passes from one batch to the next, without a graph; a checkpoint keeps it. Empty where there is none."""

Model = TypeVar("Model")
OwnTask = TypeVar("OwnTask", bound="Task")
StoreT = TypeVar("StoreT")

_FILES = ("tokenizer", "dictionary")  # fields that a run keeps in files of their own


class Validation(NamedTuple):
    """What a model scores on held-out data while it trains.

    `scores` has at least "loss", in nats per item and without any smoothing; `sample` is one example to look at.
    """

    scores: dict[str, float]
    sample: dict[str, str]


@dataclass(eq=False)
class Task(ABC):
    """All that is special about one kind of problem: its fields, which a run keeps, and what is minimised.

    Subclasses are dataclasses with ``eq=False``: a task is itself alone.
    """

    kind: ClassVar[str | None] = None
    """What a run calls it; None for translation, which does not name itself."""
    parts: ClassVar[Mapping[str, type[Any]]] = {}
    """The fields that are dataclasses, and which."""
    apart: ClassVar[frozenset[str]] = frozenset()
    """Those of them that a run keeps under their own name; it keeps the fields of the others among the task's."""

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again, but for tokenizer and dictionary: they are files."""
        found: dict[str, Any] = {} if self.kind is None else {"kind": self.kind}
        for name in (each.name for each in fields(self) if each.name not in _FILES):
            value = getattr(self, name)
            plain = asdict(value) if name in self.parts else value
            found |= plain if name in self.parts and name not in self.apart else {name: plain}
        return found

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], **files: Any) -> Self:
        """Return the task that :meth:`to_dict` was asked of.

        A field that is not there, as in the runs of before it was, has its default: what it stands for is off.

        Parameters
        ----------
        files
            ``tokenizer=`` and ``dictionary=``, of tasks that have them.
        """
        parts = {
            name: part(**_fields_in(kept[name] if name in cls.apart else kept, part))
            for name, part in cls.parts.items()
        }
        return cls(**{**_fields_in(kept, cls), **parts, **files})

    @abstractmethod
    def loss(self, model: Any, batch: Any, carry: Carry) -> tuple[Loss, Carry]:
        """Return the loss of one batch, to be minimised, and what the next one gets of it.

        `carry` is what the batch before it left, which is not changed; empty before the first one, and where a batch is
        tried out of turn.
        """

    def counts(self, batch: Any) -> dict[str, int]:
        """Return the `count` that each term of the loss of this batch is going to have, without computing it."""
        return {"cross_entropy": batch.num_items}

    @abstractmethod
    def validate(self, model: Any, data: Any) -> Validation:
        """Score `model` on `data` without a gradient; the model comes and goes in training mode."""

    def where_not_finite(self, model: Any, batches: Iterable[Any]) -> str | None:
        """Say where the first number is that is not finite, in words that end a sentence; None: it is not known.

        It is asked of a training that has come to have no finite loss or gradient; no gradient is needed.
        """
        return None


@dataclass(frozen=True)
class HeldOut(Generic[StoreT]):
    """What is never trained on: what it is called, and what holds it."""

    name: str
    store: StoreT


class Trained(Generic[Model, OwnTask]):
    """A trained network, ready to be asked.

    Parameters
    ----------
    model, task
        The network, and what it was trained for.
    """

    def __init__(self, model: Model, task: OwnTask) -> None:
        self.model, self.task = model, task


def _fields_in(kept: Mapping[str, Any], of: type[Any]) -> dict[str, Any]:
    """Return the values of a dataclass that are there; lists, as JSON knows no tuples, become tuples again."""
    found = {each.name: kept[each.name] for each in fields(of) if each.name in kept}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def device_of(model: Any) -> torch.device:
    """Return where a model computes; counted n-grams have no parameters."""
    return next(chain(model.parameters(), model.buffers())).device


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout and gradients off, and back."""
    was_training = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
