"""The claims about networks that see: their parts do what they say, and their verdicts can fail."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import torch
from torch import nn

from softsearch.claims import (
    c08_imagenet,
    c24_bottleneck,
    c31_units,
    c35_sawtooth,
    c36_blocks,
    c42_registered,
    small_nets,
)
from softsearch.metrics.repeats import Figures
from softsearch.models.residual_net import ResidualNet

MODULES = {
    name: importlib.import_module(f"softsearch.claims.{name}")
    for name in (
        "c05_where_it_looks",
        "c06_depth",
        "c07_identity",
        "c22_local_weights",
        "c24_bottleneck",
        "c31_units",
        "c32_max_pooling",
        "c35_sawtooth",
        "c36_blocks",
        "c41_augmentation",
        "c42_registered",
    )
}


@pytest.mark.parametrize("name", MODULES)
def test_a_verdict_fails_where_nothing_differs(name):
    module = MODULES[name]
    figures = {each: Figures.of([0.5, 0.51, 0.49]) for each in module.CLAIM.expected}
    assert module.verdict(figures) == "fails"


def test_the_deep_network_is_the_sawtooth_and_a_shallow_one_needs_as_many_units_as_it_has_pieces(monkeypatch):
    places = torch.linspace(0, 1, 257, dtype=torch.float64).unsqueeze(1)
    found = c35_sawtooth.Tents(tents=3, layers=5)(places)[:, 0].numpy()
    assert np.allclose(found, c35_sawtooth.sawtooth(places[:, 0].numpy(), 3), atol=1e-12)
    assert c35_sawtooth.count_pieces(found) == 8
    monkeypatch.setattr(c35_sawtooth, "FINE", 1 << 8)
    assert c35_sawtooth.shallow_units(found) == 8
    assert c35_sawtooth.shallow_units(places[:, 0].numpy()) == 1


def test_a_bottleneck_has_its_rank_and_what_it_may_learn_from_is_of_the_rank_asked_for():
    for kind, rank in (("full", 40), ("bottleneck", 5)):
        matrix = c24_bottleneck._matrix(c24_bottleneck._layer(kind, 1))
        assert int(torch.linalg.matrix_rank(matrix, rtol=1e-5)) == rank
    inputs, outputs = c24_bottleneck._examples(1, 5, 200, noise=0.0)
    assert int(torch.linalg.matrix_rank(torch.linalg.lstsq(inputs, outputs).solution, rtol=1e-4)) == 5


def test_digits_are_registered_or_anywhere():
    kept, labels = c42_registered._images("registered", "train", 20, 1)
    moved, same = c42_registered._images("anywhere", "train", 20, 1)
    assert torch.equal(labels, same)
    edge, room = c42_registered.DIGIT, (c42_registered.FRAME - c42_registered.DIGIT) // 2
    for one, other in zip(kept, moved, strict=True):
        assert not one[:, :room].any()
        assert not one[:, room + edge :].any()
        assert float(one.sum()) == pytest.approx(float(other.sum()))


def test_a_unit_that_never_changes_is_dead_and_twins_are_correlated(monkeypatch):
    images = torch.rand(4, 1, 28, 28)
    monkeypatch.setattr(c31_units, "_images", lambda split, seed: (images, torch.zeros(4, dtype=torch.long)))
    model = c31_units._trained("before", 1)
    weight = model.features[3].get_parameter("weight")
    with torch.no_grad():
        model.features[3].get_parameter("bias")[0] = -1e6
        weight[2] = weight[1]
        model.features[3].get_parameter("bias")[2] = model.features[3].get_parameter("bias")[1]
    units = c31_units.units_of(model, 1)
    assert units.dead >= 1 / 32
    assert np.isnan(units.matrix[0]).all()
    assert np.isnan(units.matrix[1, 2]) or units.matrix[1, 2] == pytest.approx(1)


def test_errors_are_cited_and_networks_are_counted():
    figures = c08_imagenet.measure(1)
    assert figures["million_parameters_vgg_16"] == pytest.approx(138.36, abs=0.01)
    assert figures["billion_multiplications_resnet_152"] == pytest.approx(11.5, abs=0.2)
    assert c08_imagenet.verdict({}) == "cited"


def test_a_small_net_learns_and_is_a_function_of_the_seed():
    images, labels = small_nets.images_of("digits", number=60, size=16, seed=3, split="train")
    errors = []
    for _ in range(2):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Flatten(), nn.Linear(256, 10))
        errors.append(small_nets.error(small_nets.fit(model, images, labels, steps=150, seed=4), images, labels))
    assert errors[0] == errors[1] < 0.2


def test_each_block_is_put_out_of_action_once_and_comes_back():
    model = ResidualNet(
        channels=3, classes=10, stem="cifar", block="basic", shortcut="A", residual=True, counts=(3, 3, 3), width=4
    )
    before, whole = [id(module) for module in model.modules()], len(list(model.modules()))
    names = []
    for name in c36_blocks._changed(model):
        names.append(name)
        assert (len(list(model.modules())) < whole) == name.startswith("one_removed")
        assert ([id(module) for module in model.modules()] == before) == (name == "whole")
    assert [id(module) for module in model.modules()] == before
    assert sum(name.startswith("one_removed") for name in names) == 3 + 2 + 2
    assert sum(name.startswith("two_swapped") for name in names) == 2 + 1 + 1
