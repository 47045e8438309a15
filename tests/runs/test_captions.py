"""Captioners from the recipe to the report: trained, scored, asked, resumed, started from other weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from softsearch import runs
from softsearch.build import captioning
from softsearch.build.families import family_of
from softsearch.cli.scores import scores_table
from softsearch.errors import DataError, RunError
from softsearch.inspection.report import write_report
from softsearch.metrics.score import Statistics
from softsearch.recipes import load_recipe
from softsearch.tasks.caption_writer import CaptionWriter
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: image_captioning, doubly_stochastic: 0.1}
data: {kind: scenes, num_train: 24, num_valid: 8, num_test: 10, size: 24}
model:
  kind: captioner
  encoder: {network: {kind: residual, stem: cifar, depth: 8, width: 4}}
  embedding: 8
  decoder: {hidden: 8}
  attention: {kind: additive, hidden: 8}
  readout: 8
training:
  batch_size: 8
  captions_per_image: 2
  max_steps: 6
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
  stop: {on: cider, patience: null}
decoding: {beam: 2, max_length: 12}
"""
TRANSFORMER = (
    "{kind: captioning_transformer, width: 8, heads: 2, hidden: 16, layers: 1, encoder: {network: {kind: lenet}}}"
)


@pytest.fixture(scope="module", autouse=True)
def _rough_intervals() -> Iterator[None]:
    """Resample little: what the intervals are is not for these tests to see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Statistics.estimate.__kwdefaults__, "resamples", 20)
        yield


def last_weights(run: Path) -> dict[str, torch.Tensor]:
    return load_file(run / "checkpoints" / f"step-{RunFolder.open(run).last:08d}" / "model.safetensors")


def test_a_run_is_scored_on_its_validation_images_and_the_test_ones_stay_unopened(run):
    folder = RunFolder.open(run)
    verify(folder)
    assert folder.about["status"] == "finished"
    assert [path.stem for path in (run / "evaluations").glob("*.json")] == ["valid"]
    found = json.loads((run / "evaluations" / "valid.json").read_text())
    assert (found["kind"], found["count"], found["decoding"]["beam"]) == ("captions", 8, 2)
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert {"loss", "bleu", "cider", "places", "places_in_all"} <= rows[-1].keys()


def test_scores_are_those_of_the_captions_of_the_images_as_they_are_stored(run, capsys):
    found = runs.evaluate(run)
    assert (found["data"], found["count"]) == ("test", 10)
    assert found["blind"].keys() == found["metrics"].keys()
    assert {"bleu_1", "bleu_4", "chrf", "cider_d", "rouge_l", "exact"} <= found["metrics"].keys()
    pictures = [np.array(Image.open(_png(entry["png"]))) for entry in found["captions"]]
    again = runs.load(run).caption(pictures)
    assert [caption.text for caption in again] == [entry["text"] for entry in found["captions"]]
    assert 0 < found["pointing"]["chance"] < 0.5
    assert found["pointing"]["words"] > 10
    scores_table(found)
    assert "exact" in capsys.readouterr().out
    assert runs.evaluate(run, beam=1)["decoding"]["beam"] == 1
    assert (run / "evaluations" / "test-beam1.json").exists()


def _png(text: str) -> Any:
    import base64
    import io

    return io.BytesIO(base64.b64decode(text))


def test_other_pictures_with_captions_are_scored_and_known_ones_are_told(run, tmp_path):
    (tmp_path / "photos").mkdir()
    for number in range(3):
        Image.fromarray(np.full((30, 40, 3), 50 * number, np.uint8)).save(tmp_path / "photos" / f"{number}.png")
    lines = [f"{number}.png,a small red circle" for number in (0, 0, 2)]
    (tmp_path / "said.csv").write_text("\n".join(["image,caption", *lines]))
    found = runs.evaluate(run, on=f"{tmp_path / 'photos'},{tmp_path / 'said.csv'}")
    assert (found["count"], found["pointing"]) == (2, None)
    with pytest.raises(DataError, match="there are no such images"):
        runs.evaluate(run, on="tset")
    with pytest.raises(RunError, match="captioner has no mirror images"):
        runs.evaluate(run, flips=True)


def test_the_report_shows_captions_maps_and_where_it_looked(run):
    runs.evaluate(run)
    page = write_report(run).read_text()
    shown = ("Worst captions", "Where it looks", "with other images", "BLEU-4")
    for part in (*shown, "--map:url(data:image/png", 'class="caption"'):
        assert part in page, part


def test_scores_with_another_beam_stand_beside_those_with_the_recipes(run):
    for beam in (None, 1):
        runs.evaluate(run, beam=beam)
    page = write_report(run).read_text()
    for beam in (2, 1):
        assert f"10 captions of test, beam {beam}" in page


def test_a_training_that_was_interrupted_while_frozen_comes_to_the_same_weights(recipe, tmp_path):
    changes = ("model.encoder.frozen_epochs=1", "decoding.max_length=3")
    whole = runs.train(recipe(*changes), tmp_path / "whole", live=False)
    for name, stop in (("frozen", 2), ("free", 4)):
        parted = runs.train(recipe(*changes, f"training.max_steps={stop}"), tmp_path / name, live=False)
        runs.resume(parted, ["training.max_steps=6"], live=False)
        ours, its = last_weights(whole), last_weights(parted)
        assert all(torch.equal(ours[key], its[key]) for key in ours)


def test_images_are_looked_at_with_the_threads_that_were_settled_when_the_training_began(recipe, tmp_path, monkeypatch):
    looked_at, threads, before = captioning._looked_at, [], torch.get_num_threads()

    def watched(*asked: Any) -> np.ndarray:
        threads.append(torch.get_num_threads())
        return looked_at(*asked)

    monkeypatch.setattr(captioning, "_looked_at", watched)
    changed = recipe("model.encoder.frozen_epochs=all", "training.threads=null", "training.max_steps=2")
    path = runs.train(changed, tmp_path / "run", live=False)
    torch.set_num_threads(before + 1)
    try:
        runs.resume(path, ["training.max_steps=3"], live=False)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
    assert threads == [before] * 4  # of training and validation, twice


def test_what_looks_stays_as_it_is_while_frozen_and_learns_afterwards(recipe, tmp_path):
    first = family_of(recipe()).model(recipe(), sizes={"vocabulary": 34}).state_dict()
    kept = {}
    for frozen in (0, 1, "all"):
        path = runs.train(recipe(f"model.encoder.frozen_epochs={frozen}"), tmp_path / str(frozen), live=False)
        own = last_weights(path)
        kept[frozen] = all(torch.equal(own[name], first[name]) for name in own if name.startswith("encoder"))
    assert kept == {0: False, 1: False, "all": True}


def test_hard_attention_logs_how_its_rewards_vary_and_where_it_looks(recipe, tmp_path):
    path = runs.train(
        recipe("model.attention={kind: hard, hidden: 8}", "training.max_steps=20"), tmp_path / "hard", live=False
    )
    rows = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    (valid,) = (row for row in rows if row["kind"] == "valid" and row["step"] == 20)
    assert valid["reward_deviation"] > 0
    assert 1 <= valid["places"] <= valid["places_in_all"] + 1e-9
    train = next(row for row in rows if row["kind"] == "train")
    assert {"cross_entropy", "reinforce"} <= train.keys()


@pytest.mark.parametrize(
    "changes",
    [
        ("model.attention={kind: none}",),
        (f"model={TRANSFORMER}", "task.doubly_stochastic=0"),
        ("tokenizer={kind: characters}", "decoding.max_length=30"),
        ("tokenizer={kind: sentencepiece, size: 40}", "augmentation.shift=2"),
        ("data.language=fr", "model.gated=false", "model.bridge=zeros"),
        ("data.language=de", "model.decoder.cell=lstm", "model.decoder.layers=2"),
    ],
    ids=["none", "transformer", "characters", "subwords", "french", "german"],
)
def test_every_kind_trains_writes_and_is_scored(changes, recipe, tmp_path):
    path = runs.train(recipe(*changes, "training.max_steps=2"), tmp_path / "run", live=False)
    found = json.loads((path / "evaluations" / "valid.json").read_text())
    blind = "kind: none" in changes[0]
    assert (found["pointing"] is None) == blind
    assert all((entry["weights"] is None) == blind for entry in found["captions"])


def test_a_training_starts_from_another_captioner_with_its_words(run, recipe, tmp_path):
    with pytest.warns(UserWarning, match="tokenizer has no effect"):
        tuned = runs.train(recipe("tokenizer.size=30"), tmp_path / "tuned", start=run, live=False)
    about = RunFolder.open(tuned).about
    assert about["vocabulary"] == RunFolder.open(run).about["vocabulary"]
    with pytest.raises(RunError, match=r"model\.encoder\.network\.width: 4 -> 8"):
        runs.train(recipe("model.encoder.network.width=8"), tmp_path / "other", start=run, live=False)


def test_what_looks_begins_with_the_weights_of_a_classifier(recipe, tmp_path):
    shapes = load_recipe("images/shapes", ["data.num_train=40", "training.max_steps=2", "training.budget=null",
        "training.max_epochs=null", "data.size=24", "model={kind: residual, depth: 8, width: 4}"])  # fmt: skip
    classifier = runs.train(shapes, tmp_path / "classifier", live=False)
    file = classifier / "checkpoints" / "step-00000002" / "model.safetensors"
    changes = (f"model.encoder.weights={file}", "model.encoder.frozen_epochs=all")
    own = last_weights(runs.train(recipe(*changes), tmp_path / "run", live=False))
    for name, weight in load_file(file).items():
        assert name.startswith("fc.") or torch.equal(own[f"encoder.{name}"], weight)


def test_a_few_images_are_learnt_by_heart(recipe, tmp_path):
    wide = [f"model.{width}=32" for width in ("embedding", "readout", "decoder.hidden", "attention.hidden")]
    quick = ("training.max_steps=40", "training.optimizer.learning_rate=0.02", "decoding.max_length=30")
    path = runs.train(recipe(*wide, *quick), tmp_path / "few", overfit=1, live=False)
    writer: CaptionWriter = runs.load(path)
    found = json.loads((path / "evaluations" / "valid.json").read_text())
    assert (found["overfit"], found["count"], found["blind"]) == (1, 1, None)
    assert found["metrics"]["exact"]["value"] == 1.0
    assert writer.search.beam == 2


def test_a_forecast_tells_what_a_training_would_take(recipe):
    found = runs.dry_run(recipe("model.encoder.frozen_epochs=all"))
    assert (found["items"], found["train_items"], found["steps"]) == ("images", 24, 6)


@pytest.mark.parametrize("kind", ["additive", "hard"])
def test_a_training_that_came_to_no_end_is_told(kind, recipe, tmp_path):
    changes = (f"model.attention={{kind: {kind}, hidden: 8}}", "training.clip_norm=null", "training.max_steps=12")
    wild = "training.optimizer={kind: sgd, learning_rate: 1.0e+30}"
    with pytest.raises(RunError, match=r"no finite loss or gradient.*; the best so far are those of step 3") as raised:
        runs.train(recipe(*changes, wild), tmp_path / "run", live=False)
    assert "clip_norm (1 where there is none)" in raised.value.fix


def test_a_network_that_looks_at_no_numbers_is_told(run):
    writer = runs.load(run)
    with torch.no_grad():
        writer.model.attention.score.fill_(float("nan"))
    with pytest.raises(RunError, match="where the network looks is no numbers"):
        writer.caption([np.zeros((24, 24, 3), np.uint8)])
