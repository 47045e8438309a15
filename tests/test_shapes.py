"""That a tensor of the wrong shape or dtype is caught in each way in which this project hands tensors over."""

from __future__ import annotations

import importlib
import re
import sys

import jaxtyping
import pytest
import torch

from softsearch import shapes

PROBE = """
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import nn

from softsearch.shapes import Bool, Float, Int, Tensor

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Batch:
    source: Int[Tensor, "batch src"]
    source_mask: Bool[Tensor, "batch src"]

    def first(self) -> Int[Tensor, "batch"]:
        return self.source


class Attended(NamedTuple):
    context: Float[Tensor, "batch annotation"]


class Layer(nn.Module):
    def __init__(self, *, hidden: int) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden, hidden)

    def forward(self, x: Float[Tensor, "batch hidden"], mask: Bool[Tensor, "batch"]) -> Float[Tensor, "batch hidden"]:
        return self.linear(x) * mask[:, None]


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Float[Tensor, "rows features"]) -> Float[Tensor, "rows features"]:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, gradient: Float[Tensor, "rows features"]) -> Float[Tensor, "rows features"]:
        (x,) = ctx.saved_tensors
        return 2 * x * gradient


class Writer(Protocol):
    def write(self, x: Float[Tensor, "batch"]) -> None: ...


def rows(x: Float[Tensor, "batch hidden"], *, writer: Writer, path: Path, scale: float) -> Iterator[Attended]:
    for row in x:
        yield Attended(row * scale)
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probe")
    (folder / "probe_of_shapes.py").write_text(PROBE)
    sys.path.insert(0, str(folder))
    try:
        with jaxtyping.install_import_hook("probe_of_shapes", "tests.shape_checking.check_shapes"):
            yield importlib.import_module("probe_of_shapes")
    finally:
        sys.path.remove(str(folder))
        del sys.modules["probe_of_shapes"]


def test_a_dataclass_refuses_fields_that_disagree(probe):
    ids = torch.zeros(2, 3, dtype=torch.long)
    probe.Batch(ids, torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(jaxtyping.TypeCheckError, match="source_mask"):
        probe.Batch(ids, torch.ones(2, 4, dtype=torch.bool))


def test_a_method_refuses_to_return_another_shape(probe):
    batch = probe.Batch(torch.zeros(2, 3, dtype=torch.long), torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(jaxtyping.TypeCheckError, match="return value"):
        batch.first()


def test_a_module_refuses_a_wrong_shape_and_a_wrong_dtype(probe):
    layer = probe.Layer(hidden=4)
    assert layer(torch.zeros(2, 4), torch.ones(2, dtype=torch.bool)).shape == (2, 4)
    with pytest.raises(jaxtyping.TypeCheckError, match="mask"):
        layer(torch.zeros(2, 4), torch.ones(3, dtype=torch.bool))
    with pytest.raises(jaxtyping.TypeCheckError, match="mask"):
        layer(torch.zeros(2, 4), torch.ones(2))


def test_an_autograd_function_is_checked_and_still_differentiates(probe):
    x = torch.tensor([[3.0]], requires_grad=True)
    probe.Square.apply(x).sum().backward()
    assert x.grad.item() == 6
    with pytest.raises(jaxtyping.TypeCheckError, match=r"Square\.forward"):
        probe.Square.apply(torch.zeros(3))


def test_protocols_and_names_imported_for_types_only_do_not_disturb_the_check(probe):
    assert len(list(probe.rows(torch.zeros(2, 3), writer=object(), path="a", scale=1))) == 2
    with pytest.raises(jaxtyping.TypeCheckError, match="x"):
        list(probe.rows(torch.zeros(2), writer=object(), path="a", scale=1))


def test_a_named_tuple_is_not_checked(probe):
    """The reason why a value whose shapes matter is a dataclass: see the decision record on shapes."""
    probe.Attended(torch.zeros(1, 2, 3))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("captions.batches", "CaptionBatch"),
        ("episodes.episodes", "Episodes"),
        ("images.batches", "ImageBatch"),
        ("pairs.batches", "PairBatch"),
        ("sentences.batches", "SentenceBatch"),
        ("windows", "WindowBatch"),
    ],
)
def test_the_package_itself_is_checked(module, name):
    batch = getattr(importlib.import_module(f"softsearch.data.{module}"), name)
    with pytest.raises(jaxtyping.TypeCheckError):
        batch(**{name: torch.zeros(1) for name in batch.__dataclass_fields__})


ANNOTATION = re.compile(r"\b(?:Float|Int|Bool|Shaped)\[Tensor, \"([^\"]*)\"\]")


def test_the_legend_explains_exactly_the_words_it_lists():
    rows = re.findall(r"^([a-z, ]+?)  +\S", shapes.__doc__, flags=re.MULTILINE)
    assert [word for row in rows[1:] for word in row.split(", ")] == list(shapes.AXES)


def test_every_axis_word_in_a_signature_is_in_the_legend(project):
    known = set(shapes.AXES)
    for path in sorted((project / "src" / "softsearch").rglob("*.py")):
        for axes in ANNOTATION.findall(path.read_text(encoding="utf-8")):
            words = set(re.findall(r"[a-z_]{2,}", axes))
            assert words <= known, f"{path.name}: {sorted(words - known)} not in the legend of shapes.py"
