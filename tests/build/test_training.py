"""Each field of a recipe's training reaches the object that obeys it."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from softsearch.build.training import build_optimizer, build_settings
from softsearch.errors import RecipeError
from softsearch.recipes import load_recipe, schema
from softsearch.training import schedules
from softsearch.training.optimisers import AveragedSGD
from softsearch.training.settings import TrainingSettings


def _training(**fields: object) -> schema.Training:
    return schema.Training.model_validate({"max_epochs": 1, **fields})


def test_every_setting_of_a_training_comes_from_the_recipe():
    recipe = schema.Training.model_validate(
        {
            "optimizer": {"kind": "adamw", "learning_rate": 0.125},
            "schedule": {"kind": "constant", "warmup_steps": 11},
            "accumulate": 3,
            "clip_norm": 2.5,
            "max_steps": 101,
            "max_epochs": 7,
            "budget": "2 minutes",
            "validate_every": "3 epochs",
            "checkpoint_every": "90 seconds",
            "stop": {"on": "bleu", "patience": 4, "min_delta": 0.25},
            "average": 5,
            "keep": 6,
            "threads": 2,
            "precision": "bf16",
        }
    )
    assert build_settings(recipe) == TrainingSettings(
        max_steps=101,
        max_epochs=7,
        budget_s=120.0,
        validate_every=(3, "epochs"),
        checkpoint_every=(90.0, "seconds"),
        accumulate=3,
        learning_rate=0.125,
        schedule=schedules.Constant(warmup_steps=11),
        clip_norm=2.5,
        stop_on="bleu",
        patience=4,
        min_delta=0.25,
        average=5,
        keep=6,
        threads=2,
        precision="bf16",
    )


def test_no_limit_and_no_number_of_threads_stay_unsaid():
    unsaid = {name for name, value in dataclasses.asdict(build_settings(_training())).items() if value is None}
    assert unsaid == {"max_steps", "budget_s", "threads", "average"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "linear", "warmup_steps": 7}, schedules.Linear(warmup_steps=7)),
        ({"kind": "constant", "warmup_steps": 7}, schedules.Constant(warmup_steps=7)),
        ({"kind": "cosine", "warmup_steps": 7}, schedules.Cosine(warmup_steps=7)),
        ({"kind": "inverse_sqrt", "warmup_steps": 7}, schedules.InverseSqrt(warmup_steps=7)),
        (
            {"kind": "plateau", "warmup_steps": 7, "factor": 0.25, "patience": 4, "min_learning_rate": 1e-6},
            schedules.OnPlateau(warmup_steps=7, factor=0.25, patience=4, min_learning_rate=1e-6),
        ),
        ({"kind": "decay", "factor": 0.25, "after": 6}, schedules.Decay(factor=0.25, after=6)),
        (
            {"kind": "multi_step", "warmup_steps": 7, "factor": 0.2, "at": [0.3, 0.6]},
            schedules.MultiStep(warmup_steps=7, factor=0.2, at=(0.3, 0.6)),
        ),
        (
            {"kind": "one_cycle", "rise": 0.4, "momentum": [0.8, 0.9]},
            schedules.OneCycle(rise=0.4, momentum=(0.8, 0.9)),
        ),
    ],
)
def test_every_schedule_can_be_asked_for(fields, expected):
    assert build_settings(_training(schedule=fields)).schedule == expected


@pytest.mark.parametrize(
    ("fields", "made", "expected"),
    [
        (
            {"kind": "adamw", "learning_rate": 0.5, "weight_decay": 0.25, "betas": [0.5, 0.75]},
            torch.optim.AdamW,
            {"lr": 0.5, "weight_decay": 0.25, "betas": (0.5, 0.75)},
        ),
        (
            {"kind": "sgd", "learning_rate": 0.5, "weight_decay": 0.25, "momentum": 0.75, "nesterov": True},
            torch.optim.SGD,
            {"lr": 0.5, "weight_decay": 0.25, "momentum": 0.75, "nesterov": True},
        ),
        (
            {"kind": "averaged_sgd", "learning_rate": 0.5, "weight_decay": 0.25, "patience": 3},
            AveragedSGD,
            {"lr": 0.5, "weight_decay": 0.25},
        ),
        (
            {"kind": "rmsprop", "learning_rate": 0.5, "rho": 0.75, "epsilon": 0.125, "momentum": 0.5},
            torch.optim.RMSprop,
            {"lr": 0.5, "alpha": 0.75, "eps": 0.125, "momentum": 0.5},
        ),
        (
            {"kind": "adadelta", "learning_rate": 0.5, "rho": 0.75, "epsilon": 0.125},
            torch.optim.Adadelta,
            {"lr": 0.5, "rho": 0.75, "eps": 0.125},
        ),
    ],
)
def test_every_field_of_an_optimiser_reaches_it(fields, made, expected):
    optimizer = build_optimizer(_training(optimizer=fields).optimizer, nn.Linear(2, 2))
    assert type(optimizer) is made
    group = optimizer.param_groups[0]
    assert {name: group[name] for name in expected} == expected


def test_averaged_sgd_is_told_its_patience():
    fields = {"kind": "averaged_sgd", "patience": 3}
    assert build_optimizer(_training(optimizer=fields).optimizer, nn.Linear(2, 2)).patience == 3


def test_adadelta_and_rmsprop_default_to_their_papers():
    adadelta, rmsprop = schema.Adadelta(kind="adadelta"), schema.RMSprop(kind="rmsprop")
    assert (adadelta.learning_rate, adadelta.rho, adadelta.epsilon) == (1.0, 0.95, 1e-6)
    assert rmsprop.rho == 0.9


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("training.optimizer={kind: sgd, nesterov: true}", "nesterov changes the momentum"),
        ("training.schedule={kind: plateau, min_learning_rate: 1}", "must be less than the learning rate"),
        ("training.schedule={kind: cosin}", "cosine"),
        ("training.optimizer={kind: adadelta, momentum: 0.9}", "momentum"),
        ("training.average=1", "average"),
    ],
)
def test_what_makes_no_sense_is_refused(override, told):
    with pytest.raises(RecipeError, match=told):
        load_recipe("translate/builtin", [override])


def test_a_least_improvement_without_patience_is_warned_of():
    with pytest.warns(UserWarning, match="min_delta has no effect"):
        load_recipe("translate/builtin", ["training.stop.patience=null", "training.stop.min_delta=0.5"])
