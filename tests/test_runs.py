"""A run folder from its recipe to its end: complete, movable, resumable, and always the same."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch

from softsearch import runs
from softsearch.data.parallel import PairReport, read_tsv, write_pairs
from softsearch.errors import DataError, Interrupted, RunError
from softsearch.recipes import Recipe, load_recipe
from softsearch.tasks.translation import TranslationTask

WIDTHS = ("embedding", "readout", "encoder.hidden", "decoder.hidden", "attention.hidden")
SMALL = [
    *(f"model.{width}=16" for width in WIDTHS),
    "training.batch_tokens=512",
    "training.max_steps=15",
    "training.max_epochs=null",
    "training.budget=null",
    "training.validate_every=5 steps",
    "training.schedule.warmup_steps=5",
    "training.threads=1",
]
SIZES = ["tokenizer={kind: words}", "data.num_train=200", "data.num_valid=20", "data.num_test=20"]
TEXTS = ["der Hund schläft .", "", "die alte Frau sieht den Hund ."]
SHORT = ["data.num_train=40", "data.num_valid=5", "data.num_test=5"]
LONG = ["training.max_steps=30", "training.checkpoint_every=1 hour"]


def recipe(*changes: str) -> Recipe:
    return load_recipe("translate/builtin", [*SIZES, *SMALL, *changes])


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Return the folder of a run that no test may change."""
    run = runs.train(recipe(), tmp_path_factory.mktemp("runs") / "run", live=False)
    runs.evaluate(run)
    return run


@pytest.fixture(scope="module")
def memorised(tmp_path_factory) -> Path:
    """Return the folder of a run that has learnt eight pairs by heart, whatever its recipe says of dropout."""
    widths = [f"model.{width}=32" for width in WIDTHS]
    pace = ["training.optimizer.learning_rate=0.02", "training.max_steps=90", "training.validate_every=45 steps"]
    return runs.train(
        recipe(*widths, *pace, "data.num_train=40"), tmp_path_factory.mktemp("runs") / "few", overfit=8, live=False
    )


@pytest.fixture
def run(trained, tmp_path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def weights(run: Path) -> bytes:
    return max(run.glob("checkpoints/*/model.safetensors")).read_bytes()


def translations(run: Path) -> list[dict]:
    return [each.to_dict() for each in runs.load(run).translate(TEXTS)]


def test_a_run_folder_is_complete(trained):
    names = {str(path.relative_to(trained)) for path in trained.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith(("events.", "data/train/", "data/valid/"))} == {
        "run.json",
        "recipe.yaml",
        "environment.json",
        "data-report.json",
        "tokenizer.model",
        "metrics.jsonl",
        "data/valid.tsv",
        "data/test.tsv",
        "evaluations/valid.json",
        "evaluations/test.json",
        *(f"checkpoints/step-00000015/{name}" for name in ("model.safetensors", "optimizer.safetensors", "state.json")),
    }
    assert [path.name for path in trained.parent.iterdir()] == ["run"]
    about = json.loads((trained / "run.json").read_text())["about"]
    assert about["status"] == "finished"
    assert about["languages"] == {"source": "de", "target": "en"}


def test_the_recipe_in_a_run_is_the_one_it_was_trained_with(trained):
    assert load_recipe(trained / "recipe.yaml") == recipe()


def test_the_data_report_counts_the_training_pairs(trained):
    assert json.loads((trained / "data-report.json").read_text())["train"]["kept"] == 200


def test_training_again_gives_the_same_run(trained, tmp_path):
    again = runs.train(recipe(), tmp_path / "again", live=False)
    assert weights(again) == weights(trained)
    assert translations(again) == translations(trained)


def test_another_seed_gives_another_run(trained, tmp_path):
    assert weights(runs.train(recipe("seed=2"), tmp_path / "other", live=False)) != weights(trained)


def test_a_run_translates_the_same_each_time_it_is_loaded(trained):
    assert translations(trained) == translations(trained)
    assert [each["source"] for each in translations(trained)] == TEXTS
    assert runs.load(str(trained)).translate(TEXTS[0])[0].weights is not None


def test_training_leaves_the_test_data_unopened(tmp_path):
    run = runs.train(recipe("training.max_steps=2", "training.schedule.warmup_steps=1"), tmp_path / "run", live=False)
    assert [path.name for path in (run / "evaluations").iterdir()] == ["valid.json"]


@pytest.mark.parametrize("name", ["valid", "test"])
def test_a_run_is_evaluated_on_its_held_out_data(trained, name):
    kept = json.loads((trained / "evaluations" / f"{name}.json").read_text())
    assert kept["data"] == name
    assert kept["num_sentences"] == 20


def test_evaluating_again_gives_the_same_scores(run):
    before = json.loads((run / "evaluations" / "test.json").read_text())
    (run / "evaluations" / "test.json").unlink()
    result = runs.evaluate(run)
    assert json.loads((run / "evaluations" / "test.json").read_text()) == result
    assert {**result, "date": None} == {**before, "date": None}


def test_evaluating_on_a_table_or_on_two_files_keeps_the_result_under_its_name(run, tmp_path):
    pairs = list(read_tsv(run / "data" / "test.tsv", report=PairReport()))[:6]
    write_pairs(tmp_path / "some.tsv", pairs)
    (tmp_path / "other.de").write_text("".join(f"{pair.source}\n" for pair in pairs))
    (tmp_path / "other.en").write_text("".join(f"{pair.target}\n" for pair in pairs))
    table = runs.evaluate(run, on=tmp_path / "some.tsv", beam=2)
    two = runs.evaluate(run, on=f"{tmp_path / 'other.de'},{tmp_path / 'other.en'}", beam=2)
    for result in (table, two):
        assert json.loads((run / "evaluations" / f"{result['data']}.json").read_text()) == result
    assert table["data"].startswith("some")
    assert two["data"].startswith("other")
    assert "aer" in table["metrics"]
    assert "aer" not in two["metrics"]
    assert table["metrics"]["bleu"] == two["metrics"]["bleu"]


@pytest.mark.parametrize("on", ["{0}/test.tsv", "{0}/test.de,{0}/test.en"])
def test_a_file_named_test_does_not_replace_the_result_on_the_runs_own_test_data(run, tmp_path, on):
    (tmp_path / "test.tsv").write_text("a\tb\n")
    (tmp_path / "test.de").write_text("a\n")
    (tmp_path / "test.en").write_text("b\n")
    before = (run / "evaluations" / "test.json").read_text()
    runs.evaluate(run, on=on.format(tmp_path))
    assert (run / "evaluations" / "test.json").read_text() == before


def test_data_that_are_not_there_are_named_with_the_nearest(run):
    with pytest.raises(DataError) as caught:
        runs.evaluate(run, on="tets")
    assert caught.value.nearest == "test"


def test_a_run_without_test_data_is_evaluated_on_its_validation_data(memorised):
    assert runs.evaluate(memorised)["data"] == "valid"
    with pytest.raises(RunError, match="no test data") as caught:
        runs.evaluate(memorised, on="test")
    assert "valid" in caught.value.allowed


@pytest.mark.parametrize("function", [runs.load, runs.evaluate, runs.resume])
def test_what_is_not_a_run_is_refused_with_the_nearest_name(run, function):
    with pytest.raises(RunError) as caught:
        function(run.parent / "rnu")
    assert caught.value.nearest == str(run)


def test_a_folder_with_something_in_it_is_not_trained_into(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        runs.train(recipe(), tmp_path, live=False)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_runs_without_a_name_of_their_own_are_numbered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = recipe(*SHORT, "training.max_steps=1", "training.schedule.warmup_steps=0")
    made = [runs.train(short, live=False) for _ in range(3)]
    assert [path.resolve() for path in made] == [tmp_path / "runs" / f"builtin{end}" for end in ("", "-2", "-3")]


def test_a_trained_run_is_finished(trained):
    assert runs.is_finished(trained)


def test_a_run_that_has_moved_works_as_before(run, tmp_path):
    before = translations(run)
    (tmp_path / "elsewhere").mkdir()
    moved = Path(shutil.move(run, tmp_path / "elsewhere" / "renamed"))
    assert translations(moved) == before
    assert runs.evaluate(moved, on="valid")["num_sentences"] == 20
    assert runs.resume(moved, live=False) == moved


def test_a_run_that_was_zipped_works_as_before(trained, tmp_path):
    shutil.make_archive(str(tmp_path / "run"), "zip", trained)
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        archive.extractall(tmp_path / "unzipped")
    assert translations(tmp_path / "unzipped") == translations(trained)
    assert weights(runs.resume(tmp_path / "unzipped", live=False)) == weights(trained)


def test_a_run_needs_neither_its_data_files_nor_the_variable_that_named_them(tmp_path, monkeypatch, trained):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    shutil.copy(trained / "data" / "valid.tsv", corpus / "train.tsv")
    monkeypatch.setenv("SOFTSEARCH_DATA", str(corpus))
    fields = "kind: files, folder: '${SOFTSEARCH_DATA}', source: de, target: en, train: {pairs: train.tsv}, valid: 4"
    (tmp_path / "own.yaml").write_text(f"data: {{{fields}}}\ntokenizer: {{kind: words}}\ntraining: {{max_epochs: 2}}\n")
    run = runs.train(load_recipe(tmp_path / "own.yaml", SMALL), tmp_path / "run", live=False)
    before = translations(run)
    monkeypatch.delenv("SOFTSEARCH_DATA")
    shutil.rmtree(corpus)
    assert translations(run) == before
    assert runs.evaluate(run)["num_sentences"] == 4
    assert runs.resume(run, live=False) == run


def test_eight_pairs_are_learnt_by_heart(memorised):
    rows = [json.loads(line) for line in (memorised / "metrics.jsonl").read_text().splitlines()]
    assert [row for row in rows if row["kind"] == "valid"][-1]["loss"] < 0.05
    pairs = list(read_tsv(memorised / "data" / "valid.tsv", report=PairReport()))
    assert len(pairs) == 8
    translated = runs.load(memorised).translate([pair.source for pair in pairs])
    assert [each.text for each in translated] == [pair.target for pair in pairs]
    assert json.loads((memorised / "evaluations" / "valid.json").read_text())["metrics"]["bleu"]["value"] > 99.9


def test_a_dry_run_foretells_and_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    forecast = runs.dry_run(recipe())
    assert set(forecast) == {
        "parameters",
        "train_pairs",
        "vocabulary",
        "seconds_per_step",
        "steps",
        "predicted_s",
        "peak_memory_bytes",
    }
    assert (forecast["train_pairs"], forecast["steps"]) == (200, 15)
    assert all(value > 0 for value in forecast.values())
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_counts_the_parameters_that_are_trained(trained):
    forecast = runs.dry_run(recipe())
    assert forecast["parameters"] == sum(each.numel() for each in runs.load(trained).model.parameters())
    assert forecast["vocabulary"] == runs.load(trained).tokenizer.size


def test_training_leaves_torchs_random_numbers_alone(tmp_path):
    before = torch.get_rng_state()
    runs.train(recipe("training.max_steps=2", "training.schedule.warmup_steps=0"), tmp_path / "run", live=False)
    assert torch.equal(before, torch.get_rng_state())


def test_an_interrupted_training_goes_on_to_the_same_weights(tmp_path):
    whole = runs.train(recipe(*LONG), tmp_path / "whole", live=False)
    parted = tmp_path / "parted"
    code = f"""
import sys
from pathlib import Path
from softsearch import runs
from softsearch.errors import Interrupted
from softsearch.recipes import load_recipe
try:
    runs.train(load_recipe("translate/builtin", {[*SIZES, *SMALL, *LONG]!r}), Path({str(parted)!r}), live=False)
except Interrupted as end:
    print(end)
    sys.exit(end.exit_code)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    while process.poll() is None and not (parted / "checkpoints" / "step-00000005").exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert f"softsearch resume {parted}" in out
    assert json.loads((parted / "run.json").read_text())["about"]["status"] == "training"
    assert runs.resume(parted, live=False) == parted
    assert weights(parted) == weights(whole)
    assert translations(parted) == translations(whole)
    assert json.loads((parted / "run.json").read_text())["about"]["status"] == "finished"


def test_ctrl_c_ends_a_training_with_the_exit_code_that_a_shell_expects(tmp_path, monkeypatch):
    steps = []

    def interrupted(*arguments, **keywords):
        steps.append(1)
        if len(steps) == 3:
            signal.raise_signal(signal.SIGINT)
        return loss(*arguments, **keywords)

    loss = TranslationTask.loss
    monkeypatch.setattr(TranslationTask, "loss", interrupted)
    with pytest.raises(Interrupted) as caught:
        runs.train(recipe(), tmp_path / "run", live=False)
    assert caught.value.exit_code == 130
    assert len(steps) == 3
    assert runs.resume(tmp_path / "run", live=False) == tmp_path / "run"


def test_a_run_whose_data_are_gone_still_translates_and_says_why_it_cannot_go_on(run, trained):
    shutil.rmtree(run / "data")
    assert translations(run) == translations(trained)
    with pytest.raises(RunError, match=r"data.* missing"):
        runs.resume(run, live=False)
