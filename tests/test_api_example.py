"""The example of a network of one's own runs as it stands, and what it leaves is a run like any other."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
import torch

import softsearch
from softsearch import runs
from softsearch.data.grammar import generate
from softsearch.data.parallel import write_pairs
from softsearch.inspection.report import write_report


@pytest.fixture(scope="module")
def example(project) -> ModuleType:
    spec = importlib.util.spec_from_file_location("own_network", project / "examples" / "own_network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(example, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    torch.manual_seed(1)
    example.main(folder)
    return folder


@pytest.fixture(scope="module")
def network(example, folder):
    return example.DotAttention(json.loads((folder / "run" / "run.json").read_text())["about"]["vocabulary"])


def test_the_example_prints_a_translation_and_its_alignment(example, tmp_path, capsys):
    example.main(tmp_path)
    line = capsys.readouterr().out.splitlines()[-1]
    assert " -> " in line
    assert "-0" in line.rpartition("(")[2]


def test_a_network_of_ones_own_learns(folder):
    rows = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in rows if row["kind"] == "valid"]
    assert losses[-1] < losses[0]


def test_a_network_of_ones_own_is_loaded_with_the_weights_it_was_given(folder, network):
    text = next(generate(source="de", target="en", num_pairs=1, split="test", seed=1)).source
    first, again = (softsearch.load(folder / "run", model=network).translate(text)[0] for _ in range(2))
    assert first.text == again.text
    assert first.weights.shape == (len(first.target_pieces), len(first.source_pieces))


def test_a_network_of_ones_own_can_be_evaluated_and_reported(folder, network):
    write_pairs(folder / "some.tsv", generate(source="de", target="en", num_pairs=5, split="test", seed=1))
    result = runs.evaluate(folder / "run", on=folder / "some.tsv", model=network)
    assert set(result["metrics"]) == {"bleu", "chrf", "aer"}
    assert "BLEU" in write_report(folder / "run").read_text()


def test_a_network_of_ones_own_has_to_be_given_to_load(folder):
    with pytest.raises(softsearch.RunError, match="made without a recipe"):
        softsearch.load(folder / "run")


def test_another_network_than_the_one_that_was_trained_is_refused(folder, example):
    with pytest.raises(softsearch.RunError, match="another model"):
        softsearch.load(folder / "run", model=example.DotAttention(7))


@pytest.mark.parametrize("wrong", [{"max_stepps": 3}, {"max_steps": 0}, {}])
@pytest.mark.xfail(strict=True, reason="fit lets pydantic's error through")
def test_a_mistake_in_the_settings_is_told_as_one_of_a_recipe(tmp_path, network, folder, wrong):
    task = runs._task_of(runs.RunFolder.open(folder / "run"))
    with pytest.raises(softsearch.RecipeError):
        softsearch.fit(network, task, [], tmp_path / "run", valid=[], training=wrong)
    assert not (tmp_path / "run").exists()
