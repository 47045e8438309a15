"""From the recipe of a transducer to its episodes and its network."""

from __future__ import annotations

import pytest
import torch

from softsearch.build.transduction import TransducerFamily
from softsearch.data.episodes.algorithms import AssociativeRecall, Copy, NGrams, PrioritySort, RepeatCopy
from softsearch.data.episodes.drawing import drawn_episodes
from softsearch.data.episodes.sums import Comparison, Sum
from softsearch.nn.cells import GRUCell, LinearCell
from softsearch.nn.memory import numbers_of_a_look
from softsearch.runs import dry_run
from softsearch.seeding import derive

RECIPE = """
task: {kind: transduction}
data: {kind: copy, width: 3}
model: {kind: turing_machine, hidden: 8, memory: {locations: 6, word: 4}}
training: {batch_size: 4, max_steps: 1}
"""


def test_a_forecast_of_episodes_knows_no_end_and_says_that_the_memory_is_small(recipe):
    found = dry_run(recipe("data.length=[1, 9]"))
    assert found["train_items"] is None
    assert "set model.memory.locations to at least 9" in found["remarks"][0]
    assert dry_run(recipe(), overfit=5)["train_items"] == 5


@pytest.mark.parametrize(
    ("change", "algorithm", "ranges"),
    [
        ("data.length=[2, 5]", Copy(3), {"length": (2, 5)}),
        (
            "data={kind: repeat_copy, width: 2, length: [1, 2], repeats: [3, 5]}",
            RepeatCopy(2, (3, 5)),
            {"length": (1, 2), "repeats": (3, 5)},
        ),
        (
            "data={kind: associative_recall, width: 2, rows: 4, items: [2, 3]}",
            AssociativeRecall(2, 4),
            {"items": (2, 3)},
        ),
        ("data={kind: ngrams, order: 3, length: [8, 9]}", NGrams(3), {"length": (8, 9)}),
        (
            "data={kind: priority_sort, width: 2, items: [4, 5], kept: [2, 3]}",
            PrioritySort(2),
            {"items": (4, 5), "kept": (2, 3)},
        ),
        ("data={kind: sum, length: [1, 3]}", Sum(), {"length": (1, 3)}),
        ("data={kind: comparison, length: [1, 3]}", Comparison(), {"length": (1, 3)}),
    ],
)
def test_a_recipe_becomes_the_episodes_that_it_describes(recipe, tmp_path, change, algorithm, ranges):
    loaded, family = recipe(change, "seed=5"), TransducerFamily()
    task = family.materialise(loaded, tmp_path / "data", overfit=None, base=None).task
    data, _ = family.open(loaded, tmp_path / "data", name="", task=task)
    assert (task.inputs, task.outputs) == (algorithm.inputs, algorithm.outputs)
    for number, rows in enumerate(data.plan(0)[:5]):
        found = data.batch(rows)
        expected = drawn_episodes(algorithm, ranges, batch=4, seed=derive(5, "episodes", number))
        for name in ("inputs", "targets", "mask"):
            assert torch.equal(getattr(found, name), getattr(expected, name))


def test_a_recipe_becomes_the_network_that_it_describes(recipe):
    family, sizes = TransducerFamily(), {"inputs": 4, "outputs": 3}
    changes = ["model.controller=gru", "model.read_heads=2", "model.write_heads=3", "model.shift_range=2"]
    cell = family.model(recipe(*changes, "model.memory.start=learned"), sizes=sizes).layers.cell
    assert isinstance(cell.controller, GRUCell)
    assert (cell.read_heads, cell.write_heads, cell.first_memory.shape) == (2, 3, (6, 4))
    assert cell.looks.out_features == 5 * numbers_of_a_look(4, 2)
    stack = family.model(recipe("model={kind: recurrent, cell: linear, hidden: 5, layers: 2}"), sizes=sizes).layers
    assert isinstance(stack.first.cell, LinearCell)
    assert (stack.width, len(stack.start(1))) == (5, 2)
