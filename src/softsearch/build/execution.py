"""Learning to execute, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from softsearch.build.family import Family, Prepared
from softsearch.build.model import build_model, layers_of
from softsearch.data.programs.batches import DrawnExercises, HeldOutLevel, held_out_levels
from softsearch.data.programs.curricula import Level
from softsearch.data.programs.drawing import ALPHABET
from softsearch.data.programs.problems import Problem
from softsearch.data.splits import Split
from softsearch.data.tokenizers import train_verbatim
from softsearch.models.reader_writer import ReaderWriter
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.execution import ExecutionTask

_ONLY = "only"


class ExecutionFamily(Family[schema.ExecutionRecipe]):
    """Programs in, what they print out."""

    task = ExecutionTask
    called = "an executor of programs"
    items = "programs"
    examples = "programs"

    def materialise(
        self, recipe: schema.ExecutionRecipe, folder: Path, *, overfit: int | None, base: ExecutionTask | None
    ) -> Prepared:
        """Write nothing but how many exercises are learnt by heart: they are drawn when they are needed."""
        folder.mkdir(parents=True)
        if overfit:
            (folder / _ONLY).write_text(str(overfit), encoding="utf-8")
        tokenizer = train_verbatim([ALPHABET], size=len(ALPHABET) + 4) if base is None else base.tokenizer
        return Prepared(ExecutionTask(problem_of(recipe), tokenizer), recipe.data.kind, {"train": {"kept": overfit}})

    def open(
        self, recipe: schema.ExecutionRecipe, folder: Path, *, name: str, task: ExecutionTask
    ) -> tuple[DrawnExercises, list[HeldOutLevel]]:
        """Return exercises to train on, and to validate on."""
        only = int((folder / _ONLY).read_text(encoding="utf-8")) if (folder / _ONLY).exists() else None
        data = DrawnExercises(
            task.problem,
            curriculum="baseline" if only else recipe.data.curriculum,
            batch=recipe.training.batch_size,
            seed=recipe.seed,
            encode=task.tokenizer.encode_batch,
            only=only,
        )
        return data, [data.by_heart()] if only else held_out_of(recipe, "valid")

    def model(self, recipe: schema.ExecutionRecipe, *, sizes: Mapping[str, int]) -> SequenceModel:
        """Return the network with its first weights."""
        own = recipe.model
        if not isinstance(own, schema.ReaderWriter):
            return build_model(own, vocabulary=sizes["vocabulary"], seed=recipe.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            return ReaderWriter(
                vocabulary=sizes["vocabulary"], embedding=own.embedding, layers=layers_of(own), dropout=own.dropout
            )


def problem_of(recipe: schema.ExecutionRecipe) -> Problem:
    """Return what exercises a recipe describes."""
    data = recipe.data
    last = Level(data.length, data.nesting if isinstance(data, schema.DrawnPrograms) else 1)
    return Problem(data.kind, last, data.inversion, data.doubling, data.scrambled, recipe.seed)


def held_out_of(recipe: schema.ExecutionRecipe, split: Split) -> list[HeldOutLevel]:
    """Return the exercises of each level that a recipe holds out for validation, or for testing."""
    count = recipe.data.num_valid if split == "valid" else recipe.data.num_test
    return held_out_levels(problem_of(recipe), count=count, seed=recipe.seed, split=split)
