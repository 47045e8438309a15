from __future__ import annotations

import dataclasses

import pytest

from softsearch.claims import c03_content_addressing as c03
from softsearch.metrics.repeats import Figures


@pytest.fixture(scope="module")
def figures():
    measured = [c03.measure(seed) for seed in c03.CLAIM.seeds[:3]]
    return {name: Figures.of([one[name] for one in measured]) for name in measured[0]}


def test_weights_move_with_the_annotations_and_the_context_stays(figures):
    assert max(figures["weights_not_moved"].values) < 1e-12
    assert max(figures["context_change"].values) < 1e-12
    assert c03.verdict(figures) == "holds"


def test_a_score_that_knows_positions_does_not_pass(figures):
    biased = {**figures, "context_change": figures["context_change_with_position_bias"]}
    assert c03.verdict(biased) == "fails"


@pytest.mark.parametrize("control", ["context_change_with_position_bias", "distance_from_mean_pooling"])
def test_a_control_that_sees_nothing_spoils_the_verdict(figures, control):
    blind = dataclasses.replace(figures[control], values=(0.0, 1.0))
    assert c03.verdict({**figures, control: blind}) == "fails"


def test_a_seed_always_gives_the_same_figures():
    assert c03.measure(1) == c03.measure(1) != c03.measure(2)


def test_the_picture_shows_both_orders():
    before, after = c03.picture(1).axes
    heights = [[round(bar.get_height(), 9) for bar in axes.patches] for axes in (before, after)]
    assert heights[0] != heights[1]
    assert sorted(heights[0]) == sorted(heights[1])
