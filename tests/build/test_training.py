"""Each field of a recipe's training reaches the object that obeys it."""

from __future__ import annotations

import dataclasses

from softsearch.build.training import build_settings
from softsearch.recipes import schema
from softsearch.training.settings import TrainingSettings


def test_every_setting_of_a_training_comes_from_the_recipe():
    recipe = schema.Training.model_validate(
        {
            "optimizer": {"kind": "adamw", "learning_rate": 0.125},
            "schedule": {"kind": "constant", "warmup_steps": 11},
            "clip_norm": 2.5,
            "max_steps": 101,
            "max_epochs": 7,
            "budget": "2 minutes",
            "validate_every": "3 epochs",
            "checkpoint_every": "90 seconds",
            "stop": {"on": "bleu", "patience": 4},
            "threads": 2,
        }
    )
    assert build_settings(recipe) == TrainingSettings(
        max_steps=101,
        max_epochs=7,
        budget_s=120.0,
        validate_every=(3, "epochs"),
        checkpoint_every=(90.0, "seconds"),
        learning_rate=0.125,
        schedule="constant",
        warmup_steps=11,
        clip_norm=2.5,
        stop_on="bleu",
        patience=4,
        threads=2,
    )


def test_no_limit_and_no_number_of_threads_stay_unsaid():
    settings = build_settings(schema.Training.model_validate({"max_epochs": 1}))
    unsaid = {name for name, value in dataclasses.asdict(settings).items() if value is None}
    assert unsaid == {"max_steps", "budget_s", "threads"}
