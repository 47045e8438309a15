"""A recipe's training becomes plain settings."""

from __future__ import annotations

from softsearch.recipes import schema
from softsearch.training.settings import TrainingSettings


def build_settings(recipe: schema.Training) -> TrainingSettings:
    """Return the limits, rates and rhythm of a training."""
    validate = recipe.validate_every
    return TrainingSettings(
        max_steps=recipe.max_steps,
        max_epochs=recipe.max_epochs,
        budget_s=None if recipe.budget is None else recipe.budget.amount,
        validate_every=(int(validate.amount), "epochs" if validate.unit == "epochs" else "steps"),
        checkpoint_every=(recipe.checkpoint_every.amount, recipe.checkpoint_every.unit),
        learning_rate=recipe.optimizer.learning_rate,
        schedule=recipe.schedule.kind,
        warmup_steps=recipe.schedule.warmup_steps,
        clip_norm=recipe.clip_norm,
        stop_on=recipe.stop.on,
        patience=recipe.stop.patience,
        threads=recipe.threads,
    )
