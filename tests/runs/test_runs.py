"""A run folder from its recipe to its end: complete, movable, resumable, and always the same."""

from __future__ import annotations

import json
import shutil
import signal
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from softsearch import runs
from softsearch.data.pairs.one_file import read_one_file, write_pairs
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.errors import DataError, Interrupted, RunError
from softsearch.recipes import Recipe, load_recipe
from softsearch.tasks.translation import TranslationTask
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder

WIDTHS = ("embedding", "readout", "encoder.hidden", "decoder.hidden", "attention.hidden")
SMALL = [
    *(f"model.{width}=16" for width in WIDTHS),
    "training.batch_tokens=256",
    "training.max_steps=15",
    "training.max_epochs=null",
    "training.budget=null",
    "training.validate_every=5 steps",
    "training.schedule.warmup_steps=5",
    "training.threads=1",
    "decoding.max_length=5",
]
SIZES = ["tokenizer={kind: words}", "data.num_train=60", "data.num_valid=8", "data.num_test=8"]
TEXTS = ["der Hund schläft .", "", "die alte Frau sieht den Hund ."]


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
    """Return the folder of a run that has learnt four pairs by heart, whatever its recipe says of dropout."""
    widths = [f"model.{width}=32" for width in WIDTHS]
    pace = ["training.optimizer.learning_rate=0.02", "training.max_steps=60", "seed=3", "decoding.max_length=null"]
    return runs.train(recipe(*widths, *pace), tmp_path_factory.mktemp("runs") / "few", overfit=4, live=False)


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
        "data/corpora.json",
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
    assert json.loads((trained / "data-report.json").read_text())["train"]["kept"] == 60


def test_training_again_gives_the_same_run_and_leaves_torchs_random_numbers_and_the_test_data_alone(trained, tmp_path):
    before = torch.get_rng_state()
    again = runs.train(recipe(), tmp_path / "again", live=False)
    assert torch.equal(before, torch.get_rng_state())
    assert [path.name for path in (again / "evaluations").iterdir()] == ["valid.json"]
    assert weights(again) == weights(trained)
    assert translations(again) == translations(trained)


def test_another_seed_gives_another_run(trained, tmp_path):
    assert weights(runs.train(recipe("seed=2"), tmp_path / "other", live=False)) != weights(trained)


def test_a_run_translates_the_same_each_time_it_is_loaded(trained):
    assert translations(trained) == translations(trained)
    assert [each["source"] for each in translations(trained)] == TEXTS
    assert runs.load(str(trained)).translate(TEXTS[0])[0].weights is not None


@pytest.mark.parametrize("name", ["valid", "test"])
def test_a_run_is_evaluated_on_its_held_out_data(trained, name):
    kept = json.loads((trained / "evaluations" / f"{name}.json").read_text())
    assert kept["data"] == name
    assert kept["num_sentences"] == 8


def test_evaluating_again_gives_the_same_scores(run):
    before = json.loads((run / "evaluations" / "test.json").read_text())
    (run / "evaluations" / "test.json").unlink()
    result = runs.evaluate(run)
    assert json.loads((run / "evaluations" / "test.json").read_text()) == result
    assert {**result, "date": None} == {**before, "date": None}


def test_evaluating_on_a_table_or_on_two_files_keeps_the_result_under_its_name(run, tmp_path):
    pairs = list(read_one_file(run / "data" / "test.tsv", report=PairReport()))[:4]
    write_pairs(tmp_path / "some.tsv", pairs)
    (tmp_path / "other.de").write_text("".join(f"{pair.source}\n" for pair in pairs))
    (tmp_path / "other.en").write_text("".join(f"{pair.target}\n" for pair in pairs))
    table = runs.evaluate(run, on=tmp_path / "some.tsv", beam=2)
    two = runs.evaluate(run, on=f"{tmp_path / 'other.de'},{tmp_path / 'other.en'}", beam=2)
    for result, stem in ((table, "some"), (two, "other")):
        (kept,) = (run / "evaluations").glob(f"{stem}-*-beam2.json")
        assert json.loads(kept.read_text()) == result
    assert table["data"] == str(tmp_path / "some.tsv")
    assert two["data"] == f"{tmp_path / 'other.de'},{tmp_path / 'other.en'}"
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


def test_an_evaluation_says_of_which_weights_it_is(run, trained):
    result = runs.evaluate(run)
    assert result["steps"] == [15] == RunFolder.open(run).in_use
    assert json.loads((trained / "evaluations" / "valid.json").read_text())["steps"] == [15]


def test_a_file_whose_name_is_no_unicode_is_scored_and_shown(run, tmp_path):
    path = tmp_path / "caf\udce9.tsv"
    try:
        path.write_text("a\tb\n")
    except (OSError, UnicodeError):
        pytest.skip("this disk has no such names")
    kept = runs.evaluate(run, on=path, beam=1)
    assert kept["data"].endswith("caf?.tsv")
    assert any(json.loads(file.read_text()) == kept for file in (run / "evaluations").glob("caf*.json"))


def test_pairs_that_were_trained_on_are_counted_and_warned_of(run, tmp_path):
    decoded = runs.load(run).tokenizer.decode
    store = TokenStore(run / "data" / "train")
    seen = [Pair(decoded(store.source[row]), decoded(store.target[row]), row) for row in (3, 59)]
    swapped = Pair(seen[0].source, seen[1].target, 3)
    write_pairs(tmp_path / "mixed.tsv", [*seen, swapped, Pair("Xanthippe", "Xanthippe", 4)])
    with pytest.warns(UserWarning, match=r"2 of these 4 pairs are training pairs of .*run"):
        assert runs.evaluate(run, on=tmp_path / "mixed.tsv", beam=1)["trained_on"] == 2
    shutil.rmtree(run / "data")
    assert runs.evaluate(run, on=tmp_path / "mixed.tsv", beam=1)["trained_on"] == 0


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


def test_a_run_without_a_name_of_its_own_gets_the_next_number(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for end in ("", "-2"):
        (tmp_path / "runs" / f"builtin{end}").mkdir(parents=True)
    run = runs.train(recipe("training.max_steps=1", "training.schedule.warmup_steps=0"), live=False)
    assert run.resolve() == tmp_path / "runs" / "builtin-3"


def test_a_run_that_was_zipped_and_moved_works_as_before(trained, tmp_path):
    shutil.make_archive(str(tmp_path / "run"), "zip", trained)
    moved = tmp_path / "elsewhere" / "renamed"
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        archive.extractall(moved)
    assert runs.is_finished(moved)
    assert translations(moved) == translations(trained)
    assert runs.resume(moved, live=False) == moved
    assert weights(moved) == weights(trained)


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


def test_four_pairs_are_learnt_by_heart(memorised):
    rows = [json.loads(line) for line in (memorised / "metrics.jsonl").read_text().splitlines()]
    assert [row for row in rows if row["kind"] == "valid"][-1]["loss"] < 0.05
    pairs = list(read_one_file(memorised / "data" / "valid.tsv", report=PairReport()))
    assert len(pairs) == 4
    translated = runs.load(memorised).translate([pair.source for pair in pairs])
    assert [each.text for each in translated] == [pair.target for pair in pairs]
    assert json.loads((memorised / "evaluations" / "valid.json").read_text())["metrics"]["bleu"]["value"] > 99.9


def test_a_dry_run_foretells_and_keeps_nothing(tmp_path, monkeypatch, trained):
    monkeypatch.chdir(tmp_path)
    forecast = runs.dry_run(recipe())
    assert set(forecast) == {
        "parameters",
        "train_items",
        "items",
        "vocabulary",
        "seconds_per_step",
        "steps",
        "predicted_s",
        "peak_memory_bytes",
        "remarks",
    }
    assert (forecast["train_items"], forecast["steps"]) == (60, 15)
    assert forecast.pop("items") == "pairs"
    assert "entries, not tokenizer.size 3,000" in forecast.pop("remarks")[0]
    assert all(value > 0 for value in forecast.values())
    assert list(tmp_path.iterdir()) == []
    assert forecast["parameters"] == sum(each.numel() for each in runs.load(trained).model.parameters())
    assert forecast["vocabulary"] == runs.load(trained).tokenizer.size


def test_an_interrupted_training_goes_on_to_the_same_weights(trained, tmp_path, monkeypatch):
    steps, loss = [], TranslationTask.loss

    def interrupted(*arguments, **keywords):
        steps.append(1)
        if len(steps) == 7:
            signal.raise_signal(signal.SIGTERM)
        return loss(*arguments, **keywords)

    run = tmp_path / "run"
    monkeypatch.setattr(TranslationTask, "loss", interrupted)
    with pytest.raises(Interrupted, match="by SIGTERM at step 7 of 15") as caught:
        runs.train(recipe(), run, live=False)
    assert (caught.value.exit_code, caught.value.fix) == (143, f"go on with: softsearch resume {run}")
    assert not runs.is_finished(run)
    assert runs.resume(run, live=False) == run
    assert weights(run) == weights(trained)
    assert translations(run) == translations(trained)
    assert runs.is_finished(run)


def test_a_run_whose_data_are_gone_still_translates_and_says_why_it_cannot_go_on(run, trained):
    shutil.rmtree(run / "data")
    assert translations(run) == translations(trained)
    with pytest.raises(RunError, match=r"data.* missing"):
        runs.resume(run, live=False)


def test_a_changed_limit_takes_effect_and_extends_a_finished_training(run, capsys):
    assert runs.is_finished(run)
    assert not runs.is_finished(run, ["training.max_steps=20"])
    runs.resume(run, ["training.max_steps=20", "decoding.beam=2"], live=True)
    told = capsys.readouterr().err
    assert "this takes effect: training.max_steps: 15 -> 20" in told
    assert "this takes effect: decoding.beam: 5 -> 2" in told
    assert "the linear schedule changes its shape from here on" in told
    about = RunFolder.open(run).about
    assert (about["status"], about["outcome"]["step"], about["task"]["beam"]) == ("finished", 20, 2)
    assert about["resolved"]["threads"] == about["threads"]  # others would round differently
    fields = ["training.max_steps: 15 -> 20", "decoding.beam: 5 -> 2"]
    assert about["changes"] == [{"step": 15, "fields": fields}]
    assert load_recipe(run / "recipe.yaml").training.max_steps == 20
    assert runs.is_finished(run)
    assert json.loads((run / "evaluations" / "valid.json").read_text())["decoding"]["beam"] == 2


def test_an_edited_recipe_is_no_damage_and_takes_effect_like_set(run):
    text = (run / "recipe.yaml").read_text()
    (run / "recipe.yaml").write_text("# a remark\n" + text)
    assert runs.is_finished(run)
    (run / "recipe.yaml").write_text(text.replace("max_steps: 15", "max_steps: 16"))
    verify(RunFolder.open(run))
    assert translations(run)
    assert not runs.is_finished(run)
    assert (runs.resume(run, live=False) / "checkpoints" / "step-00000016").is_dir()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("seed=2", "seed: 1 -> 2"),
        ("model.attention.hidden=8", "model.attention.hidden: 16 -> 8"),
        ("data.num_train=100", "data.num_train: 60 -> 100"),
        ("training.optimizer={kind: sgd}", "training.optimizer.kind: adamw -> sgd"),
        ("training.stop.on=bleu", "training.stop.on: loss -> bleu"),
        ("training.schedule.kind=cosine", "training.schedule.kind: linear -> cosine"),
    ],
)
def test_a_change_that_would_be_another_training_is_refused_with_both_values(run, change, told):
    before = (run / "run.json").read_text()
    with pytest.raises(RunError, match="would make it another training") as caught:
        runs.resume(run, [change, "training.max_steps=20"], live=False)
    assert told in caught.value.problem
    assert "max_steps" not in caught.value.problem
    assert "training.max_steps" in caught.value.allowed
    assert (run / "run.json").read_text() == before


def test_a_run_from_before_recipes_could_change_can_be_extended(project, tmp_path):
    run = shutil.copytree(project / "tests" / "formats" / "format-1", tmp_path / "old")
    runs.resume(run, ["training.max_steps=701", "training.budget=null"], live=False)
    assert RunFolder.open(run).last == 701
    (run / "recipe.yaml").write_text((run / "recipe.yaml").read_text() + "# a remark\n")
    assert runs.is_finished(run)


def test_a_changed_budget_counts_the_time_that_was_spent(run):
    runs.resume(run, ["training.max_steps=null", "training.budget=1 second"], live=False)
    about = RunFolder.open(run).about
    assert about["outcome"]["step"] >= 16
    assert about["resolved"]["planned_s"] is not None


FINE = ["training.max_steps=3", "training.schedule.warmup_steps=0", "model.dropout=0.2", "seed=5"]


def test_fine_tuning_starts_from_the_best_weights_with_that_runs_vocabulary(run, tmp_path):
    rate = "training.optimizer.learning_rate=1e-12"
    other = recipe(*FINE, "tokenizer={kind: sentencepiece, size: 300}", "data.num_train=20", rate)
    with pytest.warns(UserWarning, match="the recipe's tokenizer has no effect"):
        forecast = runs.dry_run(other, start=run)
    assert forecast["vocabulary"] == runs.load(run).tokenizer.size
    with pytest.warns(UserWarning, match="the recipe's tokenizer has no effect"):
        tuned = runs.train(other, tmp_path / "tuned", start=run, live=False)
    shutil.rmtree(run)
    best = runs.load(tuned).model.state_dict()
    about = RunFolder.open(tuned).about
    assert (about["from"]["run"], about["from"]["step"]) == (str(run), 15)
    assert load_recipe(tuned / "recipe.yaml").tokenizer.kind == "words"
    start = load_file(tuned / "start.safetensors")
    for name, tensor in start.items():
        torch.testing.assert_close(best[name], tensor, atol=1e-9, rtol=0)
    assert runs.evaluate(tuned, on="valid")["num_sentences"] == 8


def test_fine_tuning_goes_on_after_an_interruption_without_the_first_run(run, tmp_path, monkeypatch):
    whole = runs.train(recipe(*FINE), tmp_path / "whole", start=run, live=False)
    with monkeypatch.context() as patch, pytest.raises(Interrupted, match="before the first step"):
        patch.setattr("softsearch.runs.making.run_loop", _dies)
        runs.train(recipe(*FINE), tmp_path / "parts", start=run, live=False)
    shutil.rmtree(run)
    assert RunFolder.open(tmp_path / "parts").last is None
    assert weights(runs.resume(tmp_path / "parts", live=False)) == weights(whole)


def _dies(*given, **how):
    raise KeyboardInterrupt


def test_fine_tuning_with_another_model_names_the_fields_that_differ(run, tmp_path):
    with pytest.raises(RunError, match="is not the one that was trained there") as caught:
        runs.train(recipe("model.attention.hidden=8", "model.dropout=0.5"), tmp_path / "tuned", start=run, live=False)
    assert "model.attention.hidden: 16 -> 8" in caught.value.problem
    assert "dropout" not in caught.value.problem
    assert "--set model.attention.hidden=16" in caught.value.fix
    assert not (tmp_path / "tuned").exists()


def test_the_mean_of_the_last_weights_is_used_where_it_is_better_and_recorded(tmp_path):
    rate = ["training.schedule.kind=constant", "training.optimizer.learning_rate=0.03"]
    path = runs.train(recipe(*rate, "training.average=3"), tmp_path / "run", live=False)
    folder = RunFolder.open(path)
    assert folder.about["average"]["steps"] == [5, 10, 15]
    assert folder.averaged == ([5, 10, 15] if folder.about["average"]["better"] else [])
    assert translations(path)


def test_a_limit_below_what_was_done_is_refused_and_at_it_nothing_more_is_learnt(run, capsys):
    before, recipe_before = weights(run), (run / "recipe.yaml").read_text()
    with pytest.raises(RunError, match="it has taken 15 steps already") as caught:
        runs.resume(run, ["training.max_steps=4"], live=False)
    assert (caught.value.value, caught.value.allowed) == (4, "15 or more")
    assert (run / "recipe.yaml").read_text() == recipe_before
    runs.resume(run, ["training.stop.patience=7"], live=True)
    assert "it has taken 15 steps already: it ends here" in capsys.readouterr().err
    assert weights(run) == before


def test_extending_a_training_that_stopped_early_says_what_else_it_needs(run, capsys):
    folder = RunFolder.open(run)
    folder.update(outcome={**folder.about["outcome"], "stopped_early": True})
    runs.resume(run, ["training.max_steps=16"], live=True)
    assert "--set training.stop.patience=null goes on to the limit" in capsys.readouterr().err


def test_a_new_dictionary_is_refused_because_the_run_holds_the_old_one(run, tmp_path):
    (tmp_path / "words.tsv").write_text("Hund\tdog\n")
    with pytest.raises(RunError, match=r"another training: decoding\.dictionary"):
        runs.resume(run, [f"decoding.dictionary={tmp_path / 'words.tsv'}"], live=False)
