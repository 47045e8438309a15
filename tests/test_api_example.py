"""The example of a network of one's own runs as it stands, and what it leaves is a run like any other."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import signal
from pathlib import Path
from types import ModuleType

import pytest
import torch

import softsearch
from softsearch import runs
from softsearch.data.grammar import generate
from softsearch.data.pairs.one_file import write_pairs
from softsearch.errors import Interrupted
from softsearch.inspection.report import write_report

QUICK = [
    "data.num_train=60",
    "data.num_test=5",
    "data.num_valid=8",
    "tokenizer={kind: words}",
    "training.max_steps=8",
    "training.schedule.warmup_steps=5",
    "training.budget=null",
    "training.validate_every=4 steps",
    "decoding.max_length=6",
    "training.threads=1",
]


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
    with (folder / "printed").open("w") as printed, contextlib.redirect_stdout(printed):
        example.main(folder, *QUICK)
    return folder


@pytest.fixture(scope="module")
def network(example, folder):
    return example.DotAttention(json.loads((folder / "run" / "run.json").read_text())["about"]["vocabulary"])


def test_the_example_is_short(project):
    code = (project / "examples" / "own_network.py").read_text().split('"""', 2)[2].splitlines()
    assert sum(bool(line.strip()) for line in code) <= 45


def test_the_example_prints_a_translation(folder):
    assert (folder / "printed").read_text().startswith("Der Hund schläft. -> ")


def test_a_network_of_ones_own_learns(folder):
    rows = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in rows if row["kind"] == "valid"]
    assert losses[-1] < losses[0]


def test_a_network_of_ones_own_is_loaded_with_the_weights_it_was_given(folder, example, network):
    other = example.DotAttention(network.output.out_features)
    text = next(generate(source="de", target="en", num_pairs=1, split="test", seed=1)).source
    (first,), (again,) = (softsearch.load(folder / "run", model=each).translate(text) for each in (network, other))
    assert first.to_dict() == again.to_dict()
    assert first.weights.shape == (len(first.target_pieces), len(first.source_pieces))


def test_a_network_of_ones_own_can_be_evaluated_and_reported(folder, network):
    write_pairs(folder / "some.tsv", generate(source="de", target="en", num_pairs=5, split="test", seed=1))
    result = runs.evaluate(folder / "run", on=folder / "some.tsv", model=network)
    expected = {"bleu", "bleu_lowercase", "chrf", "aer", "link_precision", "link_recall"}
    assert set(result["metrics"]) == expected
    assert "BLEU" in write_report(folder / "run").read_text()


def test_a_network_of_ones_own_has_to_be_given_to_load(folder):
    with pytest.raises(softsearch.RunError, match="made without a recipe"):
        softsearch.load(folder / "run")


def test_another_network_than_the_one_that_was_trained_is_refused(folder, example):
    with pytest.raises(softsearch.RunError, match="another model"):
        softsearch.load(folder / "run", model=example.DotAttention(7))


def test_prepared_data_are_not_overwritten(folder):
    with pytest.raises(softsearch.RunError, match="not empty"):
        softsearch.prepare(softsearch.load_recipe("translate/builtin", QUICK), folder / "data")


def test_an_interrupted_fit_goes_on_to_the_same_weights(example, tmp_path):
    recipe = softsearch.load_recipe("translate/builtin", QUICK)
    task, data, valid = softsearch.prepare(recipe, tmp_path / "data")

    def fit(name: str, *, resume: bool = False) -> bytes:
        torch.manual_seed(3)
        network, out = example.DotAttention(task.tokenizer.size), tmp_path / name
        softsearch.fit(
            network, task, data, out, valid=valid, training=recipe.training, seed=1, resume=resume, live=False
        )
        return max(out.glob("checkpoints/*/model.safetensors")).read_bytes()

    whole, loss = fit("whole"), task.loss

    def interrupted(model, batch, carry):
        signal.raise_signal(signal.SIGTERM)
        return loss(model, batch, carry)

    task.loss = interrupted
    with pytest.raises(Interrupted, match="resume=True") as caught:
        fit("parted")
    assert caught.value.exit_code == 143
    task.loss = loss
    assert fit("parted", resume=True) == whole
