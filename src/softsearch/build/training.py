"""A recipe's task and training become plain settings."""

from __future__ import annotations

from softsearch.data.tokenizers import Tokenizer
from softsearch.recipes import schema
from softsearch.tasks.translation import TranslationTask
from softsearch.training.settings import TrainingSettings


def build_task(recipe: schema.Recipe, tokenizer: Tokenizer, *, max_tokens: int) -> TranslationTask:
    """Return the task; `max_tokens` is the longest line translated in one piece."""
    return TranslationTask(
        tokenizer,
        label_smoothing=recipe.task.label_smoothing,
        lowercase=recipe.tokenizer.lowercase,
        beam=recipe.decoding.beam,
        length_penalty=recipe.decoding.length_penalty,
        max_ratio=recipe.decoding.max_ratio,
        max_tokens=max_tokens,
    )


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
