"""The claims about gradients through time: the exact ones hold whenever they are measured, and verdicts can fail."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pytest

from softsearch.claims import c10_product_of_norms, c12_iterated_map, c15_clipping, small_recurrent
from softsearch.metrics.repeats import Figures

EXACT = ("c09_powers_of_a_weight", "c12_iterated_map", "c14_constant_error", "c16_by_hand", "c37_backward_is_linear")
MODULES = {
    name: importlib.import_module(f"softsearch.claims.{name}")
    for name in (*EXACT, "c10_product_of_norms", "c15_clipping")
}


@pytest.mark.parametrize("name", EXACT)
def test_what_is_exact_holds(name):
    module = MODULES[name]
    figures = module.measure(1)
    assert figures.keys() >= module.CLAIM.expected.keys()
    assert module.verdict({each: Figures.of([value]) for each, value in figures.items()}) == "holds"


@pytest.mark.parametrize("name", MODULES)
def test_a_verdict_fails_where_nothing_differs(name):
    module = MODULES[name]
    figures = {each: Figures.of([0.5, 0.51, 0.49]) for each in module.CLAIM.expected}
    assert module.verdict(figures) == "fails"


def test_periods_are_found():
    places = np.array([0.2, 0.5, 0.7])
    assert c12_iterated_map.period(c12_iterated_map.settled(places, 2.5), 2.5).tolist() == [1, 1, 1]
    assert c12_iterated_map.period(c12_iterated_map.settled(places, 3.2), 3.2).tolist() == [2, 2, 2]


def test_no_norm_is_above_its_bound(monkeypatch):
    monkeypatch.setattr(c10_product_of_norms, "STEPS", 12)
    for gain in (0.9, 1.5):
        model = small_recurrent.network(1, problem=small_recurrent.COMPARING, gain=gain)
        assert c10_product_of_norms.over(c10_product_of_norms.follow(model, 1)) < 1e-9
    assert c10_product_of_norms.linear_off(1) < 1e-9


def test_without_clipping_a_linear_net_blows_up_and_with_it_none_does(monkeypatch):
    monkeypatch.setattr(c15_clipping, "UPDATES", 40)
    setting = c15_clipping.SETTINGS["linear"]
    assert c15_clipping.blown_up(c15_clipping.trained(setting, 1, math.inf))
    assert not c15_clipping.blown_up(c15_clipping.trained(setting, 1, 1.0))


@pytest.mark.parametrize("problem", [small_recurrent.COMPARING, small_recurrent.SUMMING])
def test_the_small_net_learns_from_its_last_step_alone(problem):
    batch = next(small_recurrent.batches(problem, 1, length=9))
    assert batch.mask.sum(1).unique().tolist() == [1]
    model = small_recurrent.network(1, problem=problem)
    loss, gradient = small_recurrent.gradient(problem, model, batch)
    small_recurrent.move(model, -0.01 * gradient)
    assert small_recurrent.gradient(problem, model, batch)[0] < loss
