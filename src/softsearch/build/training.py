"""A recipe's training becomes plain settings and an optimiser."""

from __future__ import annotations

from typing import assert_never

import torch
from torch import nn

from softsearch.recipes import schema
from softsearch.training import schedules
from softsearch.training.optimisers import AveragedSGD, decayed, trained
from softsearch.training.settings import TrainingSettings

_SCHEDULES: dict[str, type[schedules.Schedule]] = {
    "linear": schedules.Linear,
    "constant": schedules.Constant,
    "cosine": schedules.Cosine,
    "inverse_sqrt": schedules.InverseSqrt,
    "plateau": schedules.OnPlateau,
    "decay": schedules.Decay,
    "multi_step": schedules.MultiStep,
    "one_cycle": schedules.OneCycle,
}


def build_settings(recipe: schema.Training) -> TrainingSettings:
    """Return the limits, rates and rhythm of a training."""
    validate = recipe.validate_every
    return TrainingSettings(
        max_steps=recipe.max_steps,
        max_epochs=recipe.max_epochs,
        budget_s=None if recipe.budget is None else recipe.budget.amount,
        validate_every=(int(validate.amount), "epochs" if validate.unit == "epochs" else "steps"),
        checkpoint_every=(recipe.checkpoint_every.amount, recipe.checkpoint_every.unit),
        accumulate=recipe.accumulate,
        learning_rate=recipe.optimizer.learning_rate,
        schedule=_SCHEDULES[recipe.schedule.kind](**recipe.schedule.model_dump(exclude={"kind"})),
        clip_norm=recipe.clip_norm,
        stop_on=recipe.stop.on,
        patience=recipe.stop.patience,
        min_delta=recipe.stop.min_delta,
        average=recipe.average,
        keep=recipe.keep,
        threads=recipe.threads,
        precision=recipe.precision,
    )


def build_optimizer(recipe: schema.Optimizer, model: nn.Module) -> torch.optim.Optimizer:
    """Return the optimiser that a recipe describes, for the parameters of `model` that are trained."""
    rate = recipe.learning_rate
    match recipe:
        case schema.AdamW(weight_decay=decay, betas=betas):
            return torch.optim.AdamW(decayed(model, decay), lr=rate, betas=betas, fused=True)
        case schema.SGD(weight_decay=decay, momentum=momentum, nesterov=nesterov):
            return torch.optim.SGD(decayed(model, decay), lr=rate, momentum=momentum, nesterov=nesterov)
        case schema.AveragedSGD(weight_decay=decay, patience=patience):
            return AveragedSGD(decayed(model, decay), lr=rate, patience=patience)
        case schema.RMSprop(rho=rho, epsilon=epsilon, momentum=momentum):
            return torch.optim.RMSprop(trained(model), lr=rate, alpha=rho, eps=epsilon, momentum=momentum)
        case schema.Adadelta(rho=rho, epsilon=epsilon):
            return torch.optim.Adadelta(trained(model), lr=rate, rho=rho, eps=epsilon)
        case _:
            assert_never(recipe)
