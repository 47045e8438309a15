"""The lectures' two nets write what the lectures say, and learning from examples comes to the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from softsearch import runs
from softsearch.models.by_hand import comparing, summing
from softsearch.recipes import load_recipe

SUMMANDS = torch.tensor([[[2.0], [-0.5], [1.0], [1.0]]])
PAIRS = torch.tensor([[[2.0, -2.0], [0.0, 3.5], [1.0, 2.2]]])


@torch.no_grad()
def weights(model: torch.nn.Module) -> Mapping[str, float]:
    """Return what one linear unit does: to what it reads, to what it held, and what it adds of its own."""
    cell = model.layers.first.cell
    into, recurrent, out = (float(each.weight) for each in (cell.input, cell.recurrent, model.output))
    bias = float(cell.input.bias + cell.recurrent.bias)
    return {"through": into * out, "recurrent": recurrent, "adds": bias * out, "begins": float(model.output.bias)}


@torch.no_grad()
def test_the_net_that_sums_writes_the_lectures_numbers():
    assert summing()(SUMMANDS).flatten().tolist() == [2.0, 1.5, 2.5, 3.5]


@torch.no_grad()
def test_the_net_that_compares_holds_and_writes_the_lectures_numbers():
    model = comparing()
    hidden, _ = model.layers(PAIRS, model.layers.start(1))
    assert hidden.flatten().tolist() == pytest.approx([4.0, 0.5, -0.7], abs=1e-6)
    assert torch.sigmoid(model(PAIRS)).flatten().tolist() == pytest.approx([1.00, 0.92, 0.03], abs=0.005)


@torch.no_grad()
@pytest.mark.parametrize("model", [summing(), comparing()])
def test_each_sequence_begins_with_nothing(model):
    inputs = SUMMANDS if model.layers.first.cell.input.in_features == 1 else PAIRS
    torch.testing.assert_close(model(inputs.repeat(2, 1, 1)), model(inputs).repeat(2, 1, 1))


def test_summing_is_learnt_from_examples(tmp_path: Path):
    fewer = ["training.max_steps=400", "training.optimizer.learning_rate=3e-2", "data.num_valid=32"]
    recipe = load_recipe("memory/sum", [*fewer, "training.validate_every=400 steps", "training.threads=1"])
    run = runs.train(recipe, tmp_path / "sum", live=False)
    learnt = weights(runs.load(run).model)
    assert learnt == pytest.approx(weights(summing()), abs=0.02)
