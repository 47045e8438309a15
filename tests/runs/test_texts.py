"""From the recipe of a language model to a run: counted n-grams, lines that are texts of their own, given vectors."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from softsearch import runs
from softsearch.cli.scores import scores_table
from softsearch.errors import DataError, RunError
from softsearch.inspection.gradients_of_runs import clipping_of, gradients_of
from softsearch.inspection.report import write_report
from softsearch.recipes import Recipe, load_recipe
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder

LINES = ["the cat sat on the mat", "a dog", "the dog saw the cat", "", "a cat saw a dog on the log"] * 8
HELD_OUT = ["the dog sat on the log", "a cat saw the mat", "a dog saw a dog sat on the cat on the mat", "the log"]
MODELS = {
    "recurrent": "embedding: 8, hidden: 8",
    "transformer": "width: 8, heads: 2, hidden: 16, layers: 1",
    "feed_forward": "embedding: 8, hidden: 8, order: 3",
    "ngram": "order: 3",
}


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    for name, lines in (("train", LINES), ("valid", HELD_OUT)):
        (tmp_path / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))

    def load(model: str, *changes: str, fields: str | None = None, by_line: bool = False) -> Recipe:
        schedule = "{kind: constant, warmup_steps: 0}"
        training = f"training: {{batch_tokens: 60, max_steps: 3, threads: 1, schedule: {schedule}}}\n"
        path = tmp_path / "recipe.yaml"
        path.write_text(
            "task: {kind: language_model, window: 12}\n"
            f"data: {{kind: text, train: train.txt, valid: valid.txt, by_line: {str(by_line).lower()}}}\n"
            "tokenizer: {kind: words, size: 13}\n"
            f"model: {{kind: {model}, {fields or MODELS[model]}}}\n" + ("" if model == "ngram" else training)
        )
        return load_recipe(path, changes)

    return load


def trained(recipe: Recipe, out: Path, **options: Any) -> Path:
    return runs.train(recipe, out, live=False, **options)


def evaluation(run: Path, on: str | Path = "valid") -> dict[str, Any]:
    return runs.evaluate(run, on=on)


def test_n_grams_are_counted_in_one_pass_and_kept_without_checkpoints(recipe, tmp_path):
    run, again = (trained(recipe("ngram"), tmp_path / name) for name in ("run", "again"))
    folder = RunFolder.open(run)
    verify(folder)
    assert folder.about["status"] == "finished"
    assert folder.checkpoints == []
    assert not (run / "checkpoints").exists()
    assert (run / "counted.safetensors").read_bytes() == (again / "counted.safetensors").read_bytes()
    assert runs.is_finished(run)
    assert runs.resume(run, live=False) == run
    assert "Counted in one pass, not trained." in write_report(run).read_text(encoding="utf-8")


def test_n_grams_are_evaluated_and_asked_for_text_like_any_model(recipe, tmp_path):
    run = trained(recipe("ngram"), tmp_path / "run")
    writer = runs.load(run)
    (scored,) = writer.score("\n".join(HELD_OUT))
    found = evaluation(run)["metrics"]
    assert found["nats_per_token"]["value"] == pytest.approx(scored.cost.nats / scored.cost.tokens, rel=1e-5)
    assert found["perplexity"]["value"] == pytest.approx(math.exp(found["nats_per_token"]["value"]))
    written = writer.write("the cat", max_tokens=20)[0]
    assert written == writer.write("the cat", max_tokens=20)[0]
    assert set(written.text.split()) <= {word for line in LINES for word in line.split()}


def test_what_counting_has_no_use_for_is_refused(recipe, tmp_path):
    run = trained(recipe("ngram"), tmp_path / "run")
    for other in ("ngram", "recurrent"):
        with pytest.raises(RunError, match="give no weights to start from"):
            trained(recipe(other), tmp_path / "other", start=run)
    with pytest.raises(RunError, match="nothing to foretell"):
        runs.dry_run(recipe("ngram"))
    assert not (tmp_path / "other").exists()


def test_weights_of_another_network_are_refused(recipe, tmp_path):
    run = trained(recipe("transformer"), tmp_path / "run")
    with pytest.raises(RunError, match=r"not the one that was trained there: task\.window: 12 -> 14"):
        trained(recipe("transformer", "task.window=14"), tmp_path / "other", start=run)
    with pytest.raises(RunError, match="is another: transformer, and this one recurrent"):
        trained(recipe("recurrent"), tmp_path / "other", start=run)
    assert not (tmp_path / "other").exists()


def test_n_grams_of_a_few_lines_know_these_by_heart_and_their_scores_say_so(recipe, tmp_path, capsys):
    run = trained(recipe("ngram"), tmp_path / "run", overfit=3)
    assert RunFolder.open(run).about["overfit"] == 3
    assert evaluation(run)["metrics"]["perplexity"]["value"] < 3
    assert evaluation(run)["overfit"] == 3
    scores_table(evaluation(run))
    assert "the 3 lines trained on are its valid text too" in capsys.readouterr().out
    write_report(run)
    assert "the 3 lines trained on are its valid text too" in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", ["recurrent", "transformer", "feed_forward"])
def test_every_network_learns_a_few_lines_by_heart(recipe, tmp_path, model):
    steps = ("training.max_steps=200", "training.optimizer={kind: adamw, learning_rate: 0.02}")
    run = trained(recipe(model, "task.window=16", *steps), tmp_path / "run", overfit=3)
    assert evaluation(run)["metrics"]["perplexity"]["value"] < 1.6


def test_a_model_that_is_worse_than_chance_is_told_of(recipe, tmp_path):
    with pytest.warns(UserWarning, match=r"valid: this model predicts worse than chance, .* of 13 tokens costs 2\.565"):
        trained(recipe("recurrent", "training.optimizer={kind: sgd, learning_rate: 1e4}"), tmp_path / "run")


def test_what_a_language_model_is_not_scored_by_is_refused(recipe, tmp_path):
    run = trained(recipe("ngram"), tmp_path / "run")
    for asked, told in (({"with_ter": True}, "translation edit rate"), ({"members": [run]}, "ensemble")):
        with pytest.raises(RunError, match=f"a language model has no {told}"):
            runs.evaluate(run, **asked)
    with pytest.raises(DataError, match="no such text") as caught:
        runs.evaluate(run, on="vaild")
    assert caught.value.nearest == "valid"


def test_a_network_that_learns_a_few_lines_by_heart_is_told_of(recipe, tmp_path, capsys):
    run = runs.train(recipe("recurrent"), tmp_path / "run", overfit=1000)
    assert RunFolder.open(run).about["overfit"] == len(LINES)
    assert f"there are {len(LINES)} training lines; all of them are used" in capsys.readouterr().err


@pytest.mark.parametrize("model", MODELS)
def test_line_by_line_no_line_sees_another(recipe, tmp_path, model):
    run = trained(recipe(model, by_line=True), tmp_path / "run")
    writer = runs.load(run)
    scored = writer.score(HELD_OUT)
    nats, tokens = (sum(getattr(each.cost, name) for each in scored) for name in ("nats", "tokens"))
    found = evaluation(run)
    assert found["num_tokens"] == tokens == sum(len(line.split()) + 1 for line in HELD_OUT)
    assert found["metrics"]["nats_per_token"]["value"] == pytest.approx(nats / tokens, rel=1e-5)
    (tmp_path / "other.txt").write_text("\n".join(reversed(HELD_OUT)))
    other = evaluation(run, tmp_path / "other.txt")["metrics"]["nats_per_token"]["value"]
    assert other == pytest.approx(nats / tokens, rel=1e-5)
    assert "\n" not in writer.write("a dog\nthe", max_tokens=200)[0].text


@pytest.mark.parametrize("freeze", [False, True])
def test_embeddings_begin_with_vectors_which_the_run_keeps(recipe, tmp_path, freeze):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("dog 1 2 3\ncat 4 5 6\n")
    fields = f"embedding: 3, hidden: 4, vectors: {{file: vectors.txt, freeze: {str(freeze).lower()}}}"
    run = trained(recipe("recurrent", fields=fields), tmp_path / "run")
    vectors.unlink()
    embeddings = runs.load(run).model.embedding.weight
    ids = runs.load(run).tokenizer.encode("dog cat")
    wanted = torch.tensor([[1.0, 2, 3], [4, 5, 6]])
    assert torch.equal(embeddings[ids], wanted) is freeze
    torch.testing.assert_close(embeddings[ids], wanted, atol=0.1, rtol=0)
    assert json.loads((run / "data-report.json").read_text())["train"]["vectors"]["found"] == 2
    assert RunFolder.open(run).about["vectors"]["found"] == 2
    runs.resume(run, ["training.max_steps=4"], live=False)
    whole = trained_with(recipe, tmp_path, fields, vectors)
    assert torch.equal(runs.load(run).model.embedding.weight, runs.load(whole).model.embedding.weight)


def trained_with(recipe: Any, tmp_path: Path, fields: str, vectors: Path) -> Path:
    vectors.write_text("dog 1 2 3\ncat 4 5 6\n")
    return trained(recipe("recurrent", "training.max_steps=4", fields=fields), tmp_path / "whole")


def test_fine_tuning_keeps_the_vocabulary_of_the_weights(recipe, tmp_path):
    first = trained(recipe("recurrent"), tmp_path / "first")
    with pytest.warns(UserWarning, match="the recipe's tokenizer has no effect"):
        run = trained(recipe("recurrent", "tokenizer={kind: bytes}"), tmp_path / "run", start=first)
    assert (run / "tokenizer.model").read_bytes() == (first / "tokenizer.model").read_bytes()
    weights = load_file(run / "start.safetensors")
    assert torch.equal(weights["embedding.weight"], runs.load(first).model.embedding.weight)


def test_fine_tuning_keeps_the_embeddings_of_the_weights_and_may_freeze_them(recipe, tmp_path):
    first = trained(recipe("recurrent"), tmp_path / "first")
    changed = recipe("recurrent", "model.vectors={file: nowhere.txt, freeze: true}")
    with pytest.warns(UserWarning, match="the file of vectors has no effect"):
        run = trained(changed, tmp_path / "run", start=first)
    assert torch.equal(runs.load(run).model.embedding.weight, runs.load(first).model.embedding.weight)


def test_weights_of_another_task_are_refused(recipe, tmp_path):
    with pytest.raises(RunError, match="that run has learnt another task"):
        trained(recipe("recurrent"), tmp_path / "run", start=Path(__file__).parents[1] / "formats" / "format-1")


def test_gradients_travel_through_the_cells_of_a_language_model_and_counted_ones_have_none(recipe, tmp_path):
    run = trained(recipe("recurrent", "training.clip_norm=0.1", "training.validate_every=1 steps"), tmp_path / "run")
    found = gradients_of(run)
    assert {each.step for each in found} >= {0, 3}
    assert {each.weights for each in found} >= {"first", "best"}
    clipping = clipping_of(run)
    assert clipping is not None
    assert clipping.count == 48
    assert 0 < clipping.share <= 1
    with pytest.raises(RunError, match="this network has no recurrent cell"):
        gradients_of(trained(recipe("ngram"), tmp_path / "counted"))
