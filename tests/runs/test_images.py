"""Classifiers of images from the recipe to the report: trained, scored, asked, resumed, started from another run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from softsearch import runs
from softsearch.build.families import family_of
from softsearch.cli.scores import scores_table
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError, RecipeError, RunError
from softsearch.export import export
from softsearch.inspection.kernels import first_kernels
from softsearch.inspection.report import write_report
from softsearch.nn.products import products_in
from softsearch.tasks.images import ClassifierOfImages
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: image_classification}
data: {kind: drawn, what: digits, num_train: 60, num_valid: 20, num_test: 30, size: 16}
augmentation: {shift: 2, noise: 0.1}
model: {kind: lenet, widths: [3, 4, 8, 8]}
training:
  batch_size: 16
  optimizer: {kind: sgd, learning_rate: 0.05, momentum: 0.9}
  schedule: {kind: multi_step}
  max_steps: 6
  threads: 1
  stop: {on: accuracy, patience: null}
"""


def pictures(folder: Path, classes: dict[str, int]) -> Path:
    """Write noisy pictures, a folder for each class, of sizes that differ."""
    random = np.random.default_rng(0)
    for name, number in classes.items():
        (folder / name).mkdir(parents=True)
        for place in range(number):
            pixels = random.integers(0, 256, (20 + place, 18), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place}.png")
    return folder


def test_a_run_is_scored_on_its_validation_images_and_the_test_ones_stay_unopened(run):
    folder = RunFolder.open(run)
    verify(folder)
    assert folder.about["status"] == "finished"
    assert [path.stem for path in (run / "evaluations").glob("*.json")] == ["valid"]
    found = json.loads((run / "evaluations" / "valid.json").read_text())
    assert (found["kind"], found["count"], len(found["classes"])) == ("images", 20, 10)


def test_scores_are_those_of_the_classifier_on_the_images_as_they_are_stored(run):
    found = runs.evaluate(run)
    classifier = runs.load(run)
    assert isinstance(classifier, ClassifierOfImages)
    store = ImageStore(run / "data" / "test")
    log_probs = classifier.log_probs(store.images)
    assert np.exp(log_probs).sum(axis=1) == pytest.approx(1)
    wrong = (log_probs.argmax(axis=1) != store.labels).mean()
    assert found["metrics"]["error"]["value"] == pytest.approx(wrong)
    assert found["metrics"]["loss"]["value"] == pytest.approx(-log_probs[np.arange(30), store.labels].mean())
    assert np.sum(found["confusion"]) == found["count"] == 30
    assert np.trace(found["confusion"]) == round(30 * (1 - wrong))
    assert sum(each["number"] for each in found["calibration"]) == 30
    probabilities = [each["probability_of_class"] for each in found["worst"]]
    assert probabilities == sorted(probabilities)


def test_with_mirror_images_the_mean_is_taken_and_the_scores_say_so(run):
    plain, mirrored = runs.evaluate(run, on="valid"), runs.evaluate(run, on="valid", flips=True)
    assert (plain["flips"], mirrored["flips"]) == (False, True)
    assert (run / "evaluations" / "valid-flips.json").exists()
    classifier, images = runs.load(run), ImageStore(run / "data" / "valid").images
    both = [np.exp(classifier.log_probs(each)) for each in (images, images[:, :, ::-1])]
    assert np.exp(classifier.log_probs(images, flips=True)) == pytest.approx((both[0] + both[1]) / 2)


def test_pictures_of_any_size_are_told_apart_by_the_likeliest_classes(run, tmp_path):
    folder = pictures(tmp_path / "some", {"3": 2})
    classifier = runs.load(run)
    first, second = classifier.classify(sorted((folder / "3").iterdir()), top=10)
    assert sum(first.probabilities) == pytest.approx(1)
    assert list(first.probabilities) == sorted(first.probabilities, reverse=True)
    assert sorted(first.classes) == sorted(classifier.classes)
    (alone,) = classifier.classify([folder / "3" / "1.png"])
    assert (alone.label, alone.probabilities[0]) == (second.label, pytest.approx(second.probabilities[0]))
    assert classifier.classify([]) == []


def test_a_run_is_scored_on_folders_of_pictures(run, tmp_path):
    found = runs.evaluate(run, on=pictures(tmp_path / "mine", {"3": 2, "7": 3}))
    assert found["count"] == 5
    assert [len(row) for row in found["confusion"]] == [10] * 10
    with pytest.raises(DataError, match="the classifier knows no such class"):
        runs.evaluate(run, on=pictures(tmp_path / "other", {"zebra": 1}))
    with pytest.raises(DataError, match="there are no such images") as caught:
        runs.evaluate(run, on="tset")
    assert caught.value.nearest == "test"


def test_what_a_classifier_has_not_is_refused(run):
    with pytest.raises(RunError, match="a classifier of images has no translation edit rate"):
        runs.evaluate(run, with_ter=True)
    with pytest.raises(RunError, match="only translators are compared"):
        runs.compare([run, run])
    with pytest.raises(RunError, match="only translators write together"):
        runs.load([run, run])


def test_training_images_are_augmented_and_no_others(recipe, tmp_path):
    changed = recipe()
    family = family_of(changed)
    prepared = family.materialise(changed, tmp_path / "data", overfit=None, base=None)
    data, valid = family.open(changed, tmp_path / "data", name="", task=prepared.task)
    rows = data.plan(0)[0]
    stored = np.transpose(ImageStore(tmp_path / "data" / "train").images[rows % len(data)], (0, 3, 1, 2)) / 255
    assert not np.allclose(data.batch(rows).images.numpy(), stored)
    model = family.model(changed, sizes={"classes": 10})
    seen: list[Any] = []
    model.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    prepared.task.validate(model, valid)
    expected = np.transpose(valid.store.images, (0, 3, 1, 2)) / 255
    mean, deviation = prepared.task.images.mean[0], prepared.task.images.deviation[0]
    assert np.allclose(seen[0].numpy(), (expected - mean) / deviation, atol=1e-5)


def test_images_are_standardised_with_the_mean_and_deviation_of_the_training_images(run):
    task = RunFolder.open(run).about["task"]
    pixels = ImageStore(run / "data" / "train").images / 255
    assert (task["mean"], task["deviation"]) == ([pytest.approx(pixels.mean())], [pytest.approx(pixels.std())])


def test_a_few_images_are_learnt_by_heart(recipe, tmp_path):
    changed = recipe("training.max_steps=150", "training.schedule.kind=constant", "model.widths=[6, 16, 40, 40]")
    path = runs.train(changed, tmp_path / "run", overfit=12, live=False)
    assert RunFolder.open(path).about["overfit"] == 12
    found = json.loads((path / "evaluations" / "valid.json").read_text())
    assert found["metrics"]["error"]["value"] == 0
    assert found["count"] == 12


def test_an_extended_training_and_one_from_other_weights_go_on(recipe, run, tmp_path):
    tuned = runs.train(recipe("training.max_steps=2"), tmp_path / "tuned", start=run, live=False)
    assert RunFolder.open(tuned).about["from"]["run"] == str(run.absolute())
    runs.resume(tuned, ["training.max_steps=4"], live=False)
    assert RunFolder.open(tuned).last == 4
    with pytest.raises(RunError, match=r"data\.size: 16 -> 20"):
        runs.train(recipe("data.size=20"), tmp_path / "larger", start=run, live=False)


def test_the_report_shows_what_is_taken_for_what_and_the_worst_images(run):
    runs.evaluate(run)
    page = write_report(run).read_text(encoding="utf-8")
    for part in ("What is taken for what", "Calibration", "Thought least likely", "30 images of test"):
        assert part in page
    assert page.count("data:image/png;base64") > 24


def test_scores_are_shares_in_per_cent_with_their_intervals(run, capsys):
    scores_table(runs.evaluate(run))
    told = capsys.readouterr().out
    assert "30 images of test" in told
    assert "error top 5" in told
    assert " % " in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("training.stop.on=bleu", "no such score"),
        ("model={kind: residual, depth: 21}", "6n + 2, such as 20"),
        ("data={kind: mosaics, train: a.webp, valid: 0.1}", "{label}"),
        ("training.schedule={kind: multi_step, at: [0.5, 0.5]}", "must increase"),
        ("tokenizer={kind: words}", "unknown key"),
        ("training.batch_tokens=64", "batch_size"),
    ],
)
def test_what_does_not_fit_is_told(recipe, change, told):
    with pytest.raises(RecipeError) as caught:
        recipe(change)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("model", "layer", "least"),
    [
        ("{kind: alexnet}", "features.12", 63),
        ("{kind: vgg, depth: 11}", "features.20", 32),
        ("{kind: lenet}", "features.5", 12),
    ],
)
def test_an_image_smaller_than_the_network_takes_is_told_with_the_layer(recipe, tmp_path, model, layer, least):
    changed = recipe(f"model={model}", f"data.size={least - 1}")
    with pytest.raises(DataError, match="nothing is left of them at its") as caught:
        runs.train(changed, tmp_path / "run", live=False)
    assert caught.value.problem.endswith(f" {layer}")
    assert caught.value.allowed == f"at least {least}"
    assert not (tmp_path / "run").exists()
    family_of(changed).model(recipe(f"model={model}", f"data.size={least}"), sizes={"classes": 2})


def test_a_training_by_adamw_goes_on_to_the_same_weights(recipe, tmp_path):
    changes = [
        "training.optimizer={kind: adamw, learning_rate: 0.01}",
        "training.schedule={kind: constant, warmup_steps: 0}",
    ]
    straight = runs.train(recipe(*changes, "training.max_steps=8"), tmp_path / "straight", live=False)
    parted = runs.train(recipe(*changes, "training.max_steps=4"), tmp_path / "parted", live=False)
    runs.resume(parted, ["training.max_steps=8"], live=False)
    one, other = (runs.load(each).model.state_dict() for each in (straight, parted))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_an_image_that_would_be_alone_in_a_batch_joins_the_one_before(recipe, tmp_path):
    changed = recipe("data.num_train=33", "training.batch_size=16")
    family = family_of(changed)
    prepared = family.materialise(changed, tmp_path / "data", overfit=None, base=None)
    data, _ = family.open(changed, tmp_path / "data", name="", task=prepared.task)
    assert [len(rows) for rows in data.plan(0)] == [16, 17]
    assert sorted(np.concatenate(data.plan(1)) - 33) == list(range(33))


@pytest.mark.parametrize(("channels", "wanted"), [(3, 1), (1, 3)])
def test_images_come_in_the_colours_that_are_asked_for(tmp_path, channels, wanted):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)[:, :, :channels]
    images = [LabelledImage(pixels, label, "") for label in "ab"]
    store = ImageStore.write(tmp_path / "store", images, size=4, channels=wanted, classes=None)
    assert store.images.shape == (2, 4, 4, wanted)
    if wanted == 3:
        assert np.array_equal(store.images[0], np.repeat(pixels, 3, axis=2))


def test_images_of_one_class_are_nothing_to_tell_apart(recipe, tmp_path):
    pictures(tmp_path / "mine", {"only": 4})
    changed = recipe(f"data={{kind: folders, train: {tmp_path}/mine, valid: 0.25, size: 16, channels: 1}}")
    with pytest.raises(DataError, match="all of one class") as caught:
        runs.train(changed, tmp_path / "run", live=False)
    assert caught.value.value == "only"


def test_a_list_is_scored_by_the_columns_that_were_trained_on(recipe, tmp_path):
    folder = pictures(tmp_path / "mine", {"a": 6, "b": 6})
    rows = [f"{kind}/{number}.png,{kind}" for kind in "ab" for number in range(6)]
    (folder / "list.csv").write_text("file,kind\n" + "\n".join(rows) + "\n")
    data = (
        "{kind: lists, train: list.csv, valid: 0.25, image: file, label: kind, size: 16, channels: 1, folder: FOLDER}"
    )
    run = runs.train(
        recipe("data=" + data.replace("FOLDER", str(folder)), "training.max_steps=1"), tmp_path / "run", live=False
    )
    with pytest.warns(UserWarning, match="of 12 are among what was trained on"):
        assert runs.evaluate(run, on=folder / "list.csv")["count"] == 12
    with pytest.raises(DataError, match="this is one file"):
        runs.evaluate(run, on=folder / "a" / "0.png")


def test_a_training_in_bf16_has_maps_of_bf16_scores_of_fp32_and_goes_on_to_the_same_weights(recipe, tmp_path):
    changes = ["model={kind: residual, depth: 8, width: 4}", "training.precision=bf16"]
    changes.append("training.schedule={kind: constant, warmup_steps: 0}")
    whole = runs.train(recipe(*changes), tmp_path / "whole", live=False)
    begun = runs.train(recipe(*changes, "training.max_steps=3"), tmp_path / "begun", live=False)
    runs.resume(begun, ["training.max_steps=6"], live=False)
    network, others = runs.load(whole).model, runs.load(begun).model
    assert all(weight.dtype == torch.float32 for weight in network.parameters())
    for name, weight in network.state_dict().items():
        assert torch.equal(weight, others.state_dict()[name]), name
    seen = {}
    for name in ("layer3", "fc"):
        network.get_submodule(name).register_forward_hook(
            lambda _module, read, written, name=name: seen.update({name: (read[0].dtype, written.dtype)})
        )
    with products_in("bf16"):
        network(torch.zeros(2, 1, 16, 16).to(memory_format=torch.channels_last))
    assert seen == {"layer3": (torch.bfloat16, torch.bfloat16), "fc": (torch.float32, torch.float32)}


def test_the_first_kernels_and_their_maps_are_those_of_the_standardised_picture(run):
    classifier = runs.load(run)
    pixels = np.random.default_rng(1).integers(256, size=(16, 16, 1)).astype(np.uint8)
    kernels, maps = first_kernels(classifier, pixels)
    first = classifier.model.features[0]
    reads = classifier.task.images
    picture = (torch.from_numpy(pixels)[:, :, 0].float() / 255 - reads.mean[0]) / reads.deviation[0]
    expected = torch.nn.functional.conv2d(picture[None, None], first.weight, first.bias, padding=2)[0]
    assert np.allclose(maps, expected.detach().numpy(), atol=1e-5)
    assert np.array_equal(kernels[:, :, :, 0], first.weight.detach().numpy()[:, 0])


def test_pixels_may_have_other_colours_and_sizes_and_no_other_axes(run):
    classifier = runs.load(run)
    pixels = np.random.default_rng(1).integers(256, size=(40, 30, 3)).astype(np.uint8)
    grey = np.asarray(Image.fromarray(pixels).convert("L"))[:, :, None]
    assert classifier.classify([pixels], top=10) == classifier.classify([grey], top=10)
    with pytest.raises(ValueError, match=r"height, width, channels"):
        classifier.classify([pixels[:, :, 0]])


def test_a_classifier_is_not_exported(run):
    with pytest.raises(RunError, match="a classifier of images cannot be exported yet"):
        export(run, to="onnx")
