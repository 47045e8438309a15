"""The claims about learnt algorithms, on scores that are made up: what is measured of them, and verdicts can fail."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from softsearch.claims import c20_curricula as c20
from softsearch.claims import c21_turing_machine as c21
from softsearch.claims import c33_printed_programs as c33
from softsearch.data.programs.evaluation import printed
from softsearch.metrics.repeats import Figures
from softsearch.tasks.traced import Trace, Uses

MODULES = {
    name: importlib.import_module(f"softsearch.claims.{name}")
    for name in ("c20_curricula", "c21_turing_machine", "c33_printed_programs")
}


@pytest.mark.parametrize("name", MODULES)
def test_a_verdict_fails_where_nothing_differs(name):
    module = MODULES[name]
    figures = {each: Figures.of([0.5, 0.51, 0.49]) for each in module.CLAIM.expected}
    assert module.verdict(figures) == "fails"


def check(module: Any) -> dict[str, float]:
    """Hold a claim to what all have in common; return its figures."""
    figures = module.measure(1)
    assert figures.keys() >= module.CLAIM.expected.keys()
    assert isinstance(module.picture(1), Figure)
    return figures


def verdict(module: Any, figures: dict[str, float], **changes: float) -> str:
    return module.verdict({name: Figures.of([value]) for name, value in (figures | changes).items()})


# C20


@pytest.fixture
def executed(monkeypatch):
    """Shares of right characters by curriculum; their intervals reach 0.03 either way."""
    shares = {"baseline": 0.2, "naive": 0.22, "mix": 0.25, "combined": 0.24}

    def evaluation(curriculum: str, _seed: int) -> dict[str, Any]:
        share = shares[curriculum]
        score = {"value": share, "low": share - 0.03, "high": share + 0.03}
        levels = [
            {"length": length, "nesting": nesting, "accuracy": share * nesting / 2, "exact": 0.125}
            for nesting in (1, 2)
            for length in (1, 2)
        ]
        exact = {"value": 0.0, "low": 0.0, "high": 0.0}
        return {"metrics": {"exact": exact, "accuracy": score}, "nesting": 2, "levels": levels, "blind": 0.01}

    monkeypatch.setattr(c20, "evaluation", evaluation)
    return shares


def test_c20_fails_within_the_intervals_and_holds_beyond_them(executed):
    figures = check(c20)
    assert figures["best_less_worst"] == pytest.approx(0.05)
    assert figures["half_widths_together"] == pytest.approx(0.06)
    assert verdict(c20, figures) == "fails"
    executed["naive"] = 0.1
    assert c20.measure(1)["best_less_worst"] == pytest.approx(0.15)
    assert verdict(c20, c20.measure(1)) == "holds"


def test_c20_tells_the_last_level_from_all(executed):
    figures = c20.measure(1)
    assert (figures["accuracy_mix"], figures["accuracy_of_all_levels_mix"]) == (0.25, pytest.approx(0.25 * 0.75))
    assert (figures["exact_mix"], figures["exact_of_all_levels_mix"]) == (0.0, 0.125)
    drawn = c20.picture(1).axes[0].lines
    assert [line.get_label() for line in drawn] == ["baseline", "naive", "mix", "combined"]
    assert drawn[2].get_xydata().tolist() == [[1, 0.25], [2, 0.25]]  # of two operations


def test_c20_trains_the_shipped_recipe_and_changes_the_curriculum_alone(monkeypatch):
    asked = {}
    monkeypatch.setattr(c20, "trained", lambda recipe, *, name: asked.setdefault(name, recipe))
    for curriculum in c20.CURRICULA:
        c20.run_of(curriculum, 1)
    assert list(asked) == ["programs-baseline-1", "programs-naive-1", "programs-mix-1", "programs-combined-1"]
    curricula = [recipe.data.curriculum for recipe in asked.values()]
    assert curricula == list(c20.CURRICULA)
    rest = [{**recipe.model_dump(), "data": None} for recipe in asked.values()]
    assert rest == rest[:1] * 4


# C21


@pytest.fixture
def copied(monkeypatch):
    """What an episode of 120 vectors costs each network in bits."""
    costs = {"ntm": 2.0, "lstm": 300.0}

    def evaluation(network: str, _seed: int) -> dict[int, dict[str, Any]]:
        at = {length: 0.0 if network == "ntm" and length < 120 else costs[network] for length in c21.LENGTHS}
        return {
            length: {
                "metrics": {
                    "bits": {"value": bits},
                    "errors": {"value": bits / 4},
                    "exact": {"value": float(bits < 1)},
                },
                "blind": 1e3,
            }
            for length, bits in at.items()
        }

    monkeypatch.setattr(c21, "evaluation", evaluation)
    monkeypatch.setattr(c21, "locations_at_once", lambda seed: {"read head": 1.2, "write head": 1.5})
    return costs


def test_c21_holds_where_the_turing_machine_goes_on_and_the_lstm_does_not(copied):
    figures = check(c21)
    assert (figures["ntm_errors_at_120"], figures["ntm_exact_at_50"], figures["lstm_exact_at_10"]) == (0.5, 1.0, 0.0)
    assert verdict(c21, figures) == "holds"


@pytest.mark.parametrize(
    "worse", [{"ntm_bits_at_20": 0.11}, {"ntm_errors_at_120": 1.1}, {"lstm_bits_at_120": 199.0}, {"ntm_bits_at_120": 4}]
)
def test_c21_fails_where_any_part_of_its_rule_does(copied, worse):
    assert verdict(c21, c21.measure(1), **worse) == "fails"


def test_c21_draws_costs_as_powers_of_ten_even_where_there_are_none(copied):
    turing, lstm, guessing = (line.get_xydata().tolist() for line in c21.picture(1).axes[0].lines)
    assert turing[0] == [10, -9]
    assert lstm[-1] == [120, pytest.approx(2.477, abs=1e-3)]
    assert guessing[-1] == [120, pytest.approx(2.982, abs=1e-3)]


def test_c21_asks_for_every_length(monkeypatch):
    asked = []
    monkeypatch.setattr(c21, "trained", lambda recipe, *, name: name)
    monkeypatch.setattr(c21.runs, "evaluate", lambda run, *, on: asked.append((run, on)) or {"sizes": {"10": "scores"}})
    assert c21.evaluation.__wrapped__("lstm", 3) == {10: "scores"}
    assert asked == [("copy-lstm-3", "length=10,20,30,50,120")]


def test_c21_follows_a_head_while_it_has_something_to_do(monkeypatch):
    """Of two steps one tells and one asks; heads are at one cell of four when they work, and else at all."""
    idle, at_work = np.full(4, 0.25), np.eye(4)[0]
    asked, numbers = np.array([False, True]), np.zeros((2, 1))
    uses = Uses(np.zeros((2, 4, 1)), np.array([[at_work], [idle]]), np.array([[idle], [at_work]]))
    monkeypatch.setattr(c21, "trained", lambda recipe, *, name: name)
    monkeypatch.setattr(
        c21.runs,
        "traced",
        lambda run, *, on: {("copy-ntm-2", "length=20"): Trace(*[numbers] * 3, asked, True, uses)}[run, on],
    )
    assert uses.locations_at_once == pytest.approx({"write head": 2.5, "read head": 2.5})
    assert c21.locations_at_once(2) == pytest.approx({"write head": 1.0, "read head": 1.0})


# C33


@pytest.fixture
def written(monkeypatch):
    """What our networks write: the answers, but for the first digit of one."""
    answers = [printed(each.program) for each in c33.SLIDE]
    monkeypatch.setattr(c33, "written", lambda curriculum, seed: ["15011", *answers[1:]])


def test_c33_holds_and_its_one_misprint_is_the_second_program(written):
    figures = check(c33)
    assert verdict(c33, figures) == "holds"
    off = [(each.target, printed(each.program)) for each in c33.SLIDE if each.target != printed(each.program)]
    assert off == [("1218", "12184")]


def test_c33_counts_digits_of_the_slides_answers_and_of_ours(written):
    figures = c33.measure(1)
    assert [figures[f"slide_digits_{each}"] for each in c33.CURRICULA] == [11 / 16, 10 / 16, 12 / 16, 12 / 16]
    assert figures["our_digits_mix"] == 1
    assert figures["our_digits_of_all_six_mix"] == 25 / 26


@pytest.mark.parametrize(
    ("pairs", "share"),
    [
        ([("12", "12")], 1.0),
        ([("", "12")], 0.0),
        ([("12", "1234")], 0.5),
        ([("1234", "12")], 0.5),
        ([("-1", "1")], 0.0),
    ],
)
def test_a_digit_is_right_at_its_place_alone(pairs, share):
    assert c33.share_of_digits(pairs) == share


def test_c33_fails_where_the_evaluator_and_python_part(written, monkeypatch):
    monkeypatch.setattr(c33, "printed_by_python", lambda program: "0")
    assert verdict(c33, c33.measure(1)) == "fails"


def test_a_loop_on_two_lines_as_on_the_slide_prints_the_same():
    for each in c33.SLIDE:
        assert printed(each.program.replace("):", "):\n  ")) == printed(each.program)


def test_c33_asks_the_networks_of_c20(monkeypatch):
    programs = []
    network = SimpleNamespace(execute=lambda given: programs.extend(given) or [SimpleNamespace(written="7")] * 6)
    monkeypatch.setattr(c33, "run_of", lambda curriculum, seed: f"{curriculum}-{seed}")
    monkeypatch.setattr(c33.runs, "load", lambda run: {"mix-1": network}[run])
    assert c33.written.__wrapped__("mix", 1) == ["7"] * 6
    assert programs == [each.program for each in c33.SLIDE]
