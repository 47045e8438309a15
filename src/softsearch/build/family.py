"""What is special about one kind of task between its recipe and a trained network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from torch import Tensor

from softsearch.data.tokenizers import load_tokenizer
from softsearch.recipes import Duration
from softsearch.recipes.schema import Recipe, Stop
from softsearch.tasks.task import Task
from softsearch.training.data import TrainingData

OwnRecipe = TypeVar("OwnRecipe", bound=Recipe)

TOKENIZER = "tokenizer.model"
# Turned off, in every part that has it, where something is to be learnt by heart.
_HINDERS = {"sample": None, "label_smoothing": 0.0, "reset": 0.0, "dropout": 0.0}


class Prepared(NamedTuple):
    """What a recipe's data came to: the task, a name of the data for messages, and what was read."""

    task: Any
    name: str
    report: dict[str, Any]


class Family(ABC, Generic[OwnRecipe]):
    """Builds everything that recipes of one kind of task describe, but for optimiser and limits, which all share."""

    task: ClassVar[type[Task]]
    """What its networks are trained for."""
    called: str
    """What a trained network is."""
    items: str
    """What training data are counted in."""
    examples: str
    """What the first few of are learnt by heart, to see whether a network can learn."""
    of_weights: tuple[str, ...] = ()
    """The parts of a recipe, beside the model, to which weights are bound."""

    instead_of_weights: str = "name a run folder"
    """What to do where a network cannot start from a file of weights."""
    learnt_by: Literal["loss", "bleu"] = "loss"
    """The score by which it is seen that nothing more is learnt by heart."""

    @abstractmethod
    def materialise(self, recipe: OwnRecipe, folder: Path, *, overfit: int | None, base: Any) -> Prepared:
        """Write what training reads, and the held-out data, into `folder`, and return the task.

        Parameters
        ----------
        overfit
            Use only the first so many training items, to validate on too.
        base
            The task of another run, whose tokenizer or classes its weights ask for; None: they are those of the data.

        Raises
        ------
        DataError
            The data cannot be used.
        """

    @abstractmethod
    def open(self, recipe: OwnRecipe, folder: Path, *, name: str, task: Any) -> tuple[TrainingData, Any]:
        """Return what :meth:`materialise` wrote: to train on, and to validate on.

        Raises
        ------
        DataError
            A file is missing or damaged.
        """

    def files(self, task: Any) -> dict[str, str | bytes]:
        """Return the files from which, with the task's ``to_dict``, :meth:`restored` makes it again."""
        return {TOKENIZER: task.tokenizer.to_bytes()} if self._has_tokenizer else {}

    def restored(self, kept: Mapping[str, Any], folder: Path) -> Any:
        """Return the task of the run in `folder`."""
        files = {"tokenizer": load_tokenizer(folder / TOKENIZER)} if self._has_tokenizer else {}
        return self.task.from_dict(kept, **files)

    @property
    def _has_tokenizer(self) -> bool:
        return "tokenizer" in (each.name for each in fields(self.task))

    def sizes(self, task: Any) -> dict[str, int]:
        """Return how large a network's tables are that follow from the data: "vocabulary", "classes"."""
        return {"vocabulary": task.tokenizer.size}

    def network(self, recipe: OwnRecipe) -> dict[str, Any]:
        """Return the fields that say which network a recipe asks for, as they are in YAML."""
        return {"model": recipe.model.model_dump(mode="json")}

    @abstractmethod
    def model(self, recipe: OwnRecipe, *, sizes: Mapping[str, int]) -> Any:
        """Return the network with its first weights, a function of the recipe and of what :meth:`sizes` gave."""

    def begin(self, recipe: OwnRecipe, model: Any, folder: Path) -> None:
        """Give a network the first weights that :meth:`materialise` has found for it, if there are any."""
        return

    def begun(
        self, recipe: OwnRecipe, model: Any, data: Any, valid: Any, folder: Path, *, task: Any, epoch: int
    ) -> tuple[Any, Any]:
        """Return what :meth:`open` gave, with what never changes in the training computed once and for all.

        Parameters
        ----------
        model
            With the weights that the training begins with, or goes on from.
        folder
            Where the data are, and what is computed may be.
        epoch
            The one that the training begins with, or goes on in.
        """
        return data, valid

    def counted(self, recipe: OwnRecipe, folder: Path, *, sizes: Mapping[str, int]) -> Any:
        """Return the model of a recipe that has no training, from what :meth:`materialise` wrote."""
        raise NotImplementedError

    def recalled(self, weights: Mapping[str, Tensor], *, sizes: Mapping[str, int]) -> Any:
        """Return the model that :meth:`counted` gave, from its ``state_dict()``."""
        raise NotImplementedError

    def about(self, recipe: OwnRecipe) -> dict[str, Any]:
        """Return what run.json says of such a run beside what it says of all."""
        return {}

    def memorising(self, recipe: OwnRecipe) -> OwnRecipe:
        """Return the recipe without what hinders learning by heart, to look often and stop when nothing more is learnt.

        As it is where nothing is trained.
        """
        if recipe.training is None:
            return recipe
        stop = Stop(on=self.learnt_by, patience=3)
        training = recipe.training.model_copy(update={"validate_every": Duration(50, "steps"), "stop": stop})
        changed: dict[str, Any] = {"training": training}
        for name, part in dict(recipe).items():
            if name in ("tokenizer", "task", "model"):
                update = {field: nothing for field, nothing in _HINDERS.items() if hasattr(part, field)}
                changed[name] = part.model_copy(update=update)
            elif name == "augmentation":
                changed[name] = type(part)()
        return recipe.model_copy(update=changed)

    def remarks(self, recipe: OwnRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield a sentence for each thing in which a training is not quite what its recipe seems to ask for."""
        return iter(())
