"""Transducers, from their recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, assert_never

import torch

from softsearch.build.family import Family, Prepared
from softsearch.data.episodes.algorithms import AssociativeRecall, Copy, NGrams, PrioritySort, RepeatCopy
from softsearch.data.episodes.drawing import DrawnEpisodes, Ranges, held_out_episodes
from softsearch.data.episodes.episodes import Algorithm, Episodes, Sizes
from softsearch.data.episodes.sums import Comparison, Sum
from softsearch.models.transducer import Transducer
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.nn.recurrent import Layers, RecurrentStack
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.transduction import Kind, TransductionTask

_ONLY = "only"


class TransducerFamily(Family[schema.TransducerRecipe]):
    """Numbers in, numbers out, step by step."""

    task = TransductionTask
    called = "a transducer"
    items = "episodes"
    examples = "episodes"

    def materialise(self, recipe: schema.TransducerRecipe, folder: Path, *, overfit: int | None, base: Any) -> Prepared:
        """Write nothing but how many episodes are learnt by heart: they are drawn when they are needed."""
        algorithm = algorithm_of(recipe.data)
        folder.mkdir(parents=True)
        if overfit:
            (folder / _ONLY).write_text(str(overfit), encoding="utf-8")
        written: Kind = "numbers" if isinstance(recipe.data, schema.SumEpisodes) else "bits"
        task = TransductionTask(written=written, inputs=algorithm.inputs, outputs=algorithm.outputs)
        return Prepared(task, recipe.data.kind, {"train": {"kept": overfit}})

    def open(
        self, recipe: schema.TransducerRecipe, folder: Path, *, name: str, task: TransductionTask
    ) -> tuple[DrawnEpisodes, list[Episodes]]:
        """Return episodes to train on, and to validate on."""
        only = int((folder / _ONLY).read_text(encoding="utf-8")) if (folder / _ONLY).exists() else None
        algorithm, ranges, batch = algorithm_of(recipe.data), ranges_of(recipe.data), recipe.training.batch_size
        data = DrawnEpisodes(algorithm, ranges, batch=batch, seed=recipe.seed, only=only)
        return data, [data.batch(rows) for rows in data.plan(0)] if only else held_out_of(recipe, "valid")

    def sizes(self, task: TransductionTask) -> dict[str, int]:
        """Return how many numbers are read and written at each step."""
        return {"inputs": task.inputs, "outputs": task.outputs}

    def model(self, recipe: schema.TransducerRecipe, *, sizes: Mapping[str, int]) -> Transducer:
        """Return the network with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            return Transducer(_layers(recipe.model, sizes["inputs"]), outputs=sizes["outputs"])

    def begun(
        self,
        recipe: schema.TransducerRecipe,
        model: Transducer,
        data: DrawnEpisodes,
        valid: list[Episodes],
        folder: Path,
        *,
        task: TransductionTask,
        epoch: int,
    ) -> tuple[DrawnEpisodes, list[Episodes]]:
        """Compile the cell, if the recipe asks for it."""
        if recipe.training.compiled and isinstance(model.layers, MemoryLayer):
            model.layers.compile_for(recipe.training.batch_size)
        return data, valid

    def remarks(self, recipe: schema.TransducerRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield that the memory is too small, if it is."""
        lacking = lacking_locations(recipe, largest_of(recipe.data), which="the largest episodes")
        if lacking is not None:
            yield f"{lacking.told}: set model.memory.locations to at least {lacking.needed:,}"


class Lacking(NamedTuple):
    """That episodes need more locations than a memory has: how many, and a sentence."""

    needed: int
    told: str


def lacking_locations(recipe: schema.TransducerRecipe, sizes: Sizes, *, which: str) -> Lacking | None:
    """Return what a memory lacks for episodes of a size, which are called `which`; None where it is large enough."""
    needed = algorithm_of(recipe.data).extent(sizes).vectors
    if not isinstance(recipe.model, schema.TuringMachine) or recipe.model.memory.locations >= needed:
        return None
    told = f"the memory has {recipe.model.memory.locations:,} locations, and {which} ask to keep {needed:,} vectors"
    return Lacking(needed, told)


def algorithm_of(recipe: schema.EpisodeSource) -> Algorithm:
    """Return what draws the episodes that a recipe describes."""
    match recipe:
        case schema.CopyEpisodes():
            return Copy(recipe.width)
        case schema.RepeatCopyEpisodes():
            return RepeatCopy(recipe.width, recipe.repeats)
        case schema.RecallEpisodes():
            return AssociativeRecall(recipe.width, recipe.rows)
        case schema.NGramEpisodes():
            return NGrams(recipe.order)
        case schema.SortEpisodes():
            return PrioritySort(recipe.width)
        case schema.SumEpisodes():
            return Sum()
        case schema.ComparisonEpisodes():
            return Comparison()
        case _:
            assert_never(recipe)


def ranges_of(recipe: schema.EpisodeSource) -> Ranges:
    """Return the sizes of episodes that a recipe names: the least and the most of each."""
    return {name: getattr(recipe, name) for name in ("length", "repeats", "items", "kept") if hasattr(recipe, name)}


def largest_of(recipe: schema.EpisodeSource) -> Sizes:
    """Return the sizes of the largest episodes that a recipe names."""
    return {name: most for name, (_, most) in ranges_of(recipe).items()}


def held_out_of(recipe: schema.TransducerRecipe, split: str) -> list[Episodes]:
    """Return the episodes of a split that is not trained on."""
    count = {"valid": recipe.data.num_valid, "test": recipe.data.num_test}[split]
    return held_out_episodes(
        algorithm_of(recipe.data), ranges_of(recipe.data), count=count, seed=recipe.seed, split=split
    )


def _layers(recipe: schema.RecurrentTransducer | schema.TuringMachine, inputs: int) -> RecurrentStack | MemoryLayer:
    match recipe:
        case schema.RecurrentTransducer():
            layers = Layers(recipe.cell, recipe.hidden, recipe.layers, recipe.residual)
            return RecurrentStack(input=inputs, layers=layers, dropout=recipe.dropout)
        case schema.TuringMachine(memory=memory):
            cell = TuringMachineCell(
                input=inputs,
                hidden=recipe.hidden,
                controller=recipe.controller,
                locations=memory.locations,
                word=memory.word,
                read_heads=recipe.read_heads,
                write_heads=recipe.write_heads,
                shift_range=recipe.shift_range,
                start=memory.start,
            )
            return MemoryLayer(cell)
        case _:
            assert_never(recipe)
