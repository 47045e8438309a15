"""Each field of a recipe's task, decoding and training reaches the object that obeys it."""

from __future__ import annotations

import dataclasses

from softsearch.build.training import build_settings, build_task
from softsearch.data.tokenizers import WordTokenizer
from softsearch.recipes import load_recipe, schema
from softsearch.training.settings import TrainingSettings


def test_a_task_smooths_searches_and_ignores_case_as_the_recipe_says():
    recipe = load_recipe(
        "translate/builtin",
        [
            "task.label_smoothing=0.25",
            "tokenizer.lowercase=true",
            "decoding.beam=7",
            "decoding.length_penalty=0.5",
            "decoding.max_ratio=3.5",
        ],
    )
    task = build_task(recipe, WordTokenizer(["a"], lowercase=True), max_tokens=33)
    assert task.to_dict() == {
        "label_smoothing": 0.25,
        "lowercase": True,
        "beam": 7,
        "length_penalty": 0.5,
        "max_ratio": 3.5,
        "max_tokens": 33,
    }


def test_a_translator_searches_as_the_recipe_says():
    recipe = load_recipe("translate/builtin", ["decoding.beam=7", "decoding.max_ratio=3.5"])
    translator = build_task(recipe, WordTokenizer(["a"], lowercase=False), max_tokens=33).translator(None)
    assert (translator.beam, translator.max_ratio, translator.max_tokens) == (7, 3.5, 33)


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
