"""What looks begins with the weights of a file and without a head; what cannot fit is told before an image is read."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from softsearch.build import captioning
from softsearch.build.captioning import CaptionFamily
from softsearch.build.image_networks import image_network
from softsearch.errors import DataError, RunError
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.image_classifier import ImageClassifier
from softsearch.recipes import Recipe, load_recipe
from softsearch.recipes.schema import Retouching

RECIPE = """
task: {kind: image_captioning}
data: {kind: scenes, num_train: 6, num_valid: 3, num_test: 2, size: 16}
model:
  kind: captioner
  encoder: {network: {kind: residual, stem: cifar, depth: 8, width: 2}}
  embedding: 4
  decoder: {hidden: 4}
  attention: {kind: additive, hidden: 4}
  readout: 4
training: {batch_size: 3, max_steps: 2, schedule: {kind: constant, warmup_steps: 0}}
"""
TRANSFORMER = (
    "model={kind: captioning_transformer, width: 4, heads: 2, hidden: 4, layers: 1, "
    "encoder: {network: {kind: residual, stem: cifar, depth: 8, width: 2}}}"
)
FAMILY = CaptionFamily()


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    def load(*changes: str) -> Recipe:
        (tmp_path / "recipe.yaml").write_text(RECIPE)
        with warnings.catch_warnings(action="ignore"):  # of what another kind has no use for
            return load_recipe(tmp_path / "recipe.yaml", changes)

    return load


def classifier(recipe: Recipe, *, classes: int = 7) -> ImageClassifier:
    torch.manual_seed(9)
    network = image_network(recipe.model.encoder.network, channels=3, size=16, classes=classes)
    for buffer in network.buffers():
        buffer.add_(1)
    return network


def prepared(recipe: Recipe, folder: Path, *, epoch: int = 0, **given: Any) -> tuple[Any, Any, Any, Any]:
    """Return task, data and network as a training gets them."""
    task = FAMILY.materialise(recipe, folder, **{"overfit": None, "base": None} | given).task
    model = FAMILY.model(recipe, sizes=FAMILY.sizes(task))
    FAMILY.begin(recipe, model, folder)
    data, valid = FAMILY.begun(
        recipe, model, *FAMILY.open(recipe, folder, name="", task=task), folder, task=task, epoch=epoch
    )
    return task, data, valid, model


@pytest.mark.parametrize("form", ["safetensors", "pt"])
@pytest.mark.parametrize("kind", [(), (TRANSFORMER,)], ids=["captioner", "transformer"])
def test_what_looks_begins_with_the_weights_of_a_classifier_of_other_classes(form, kind, recipe, tmp_path):
    network, path = classifier(recipe(*kind)), tmp_path / f"weights.{form}"
    if form == "pt":
        torch.save(network.state_dict(), path)
    else:
        save_file(network.state_dict(), path)
    *_, model = prepared(recipe(*kind, f"model.encoder.weights={path}"), tmp_path / "data")
    path.unlink()  # a run needs no file but its own
    own = model.encoder.state_dict()
    assert own.keys() == {name for name in network.state_dict() if not name.startswith("fc.")}
    assert all(torch.equal(own[name], network.state_dict()[name]) for name in own)
    *_, plain = prepared(recipe(*kind), tmp_path / "plain")
    others = [name for name in plain.state_dict() if not name.startswith("encoder.")]
    assert all(torch.equal(plain.state_dict()[name], model.state_dict()[name]) for name in others)


def test_weights_that_are_missing_or_of_another_network_are_told_before_an_image_is_read(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(captioning, "write_captions", lambda *args, **given: pytest.fail("the images were read"))
    path = tmp_path / "weights.pt"
    with pytest.raises(RunError, match="no such file of weights") as caught:
        prepared(recipe(f"model.encoder.weights={path}"), tmp_path / "data")
    assert caught.value.path == path
    torch.save(classifier(recipe("model.encoder.network.width=3")).state_dict(), path)
    with pytest.raises(RunError, match="has another shape"):
        prepared(recipe(f"model.encoder.weights={path}"), tmp_path / "data")
    torch.save(classifier(recipe("model.encoder.network={kind: lenet}")).state_dict(), path)
    with pytest.raises(RunError, match="weights are not in this file"):
        prepared(recipe(f"model.encoder.weights={path}"), tmp_path / "data")


@pytest.mark.parametrize(
    ("network", "head"),
    [
        ("{kind: lenet, widths: [2, 3, 4, 4]}", ("classifier",)),
        ("{kind: residual, stem: cifar, depth: 8, width: 2}", ("fc",)),
        ("{kind: residual, stem: cifar, depth: 8, width: 2, block: pre_activation}", ("fc",)),
        ("{kind: googlenet}", ("dropout", "fc")),
    ],
)
def test_what_looks_has_no_head_left_and_each_of_its_weights_learns(network, head, recipe):
    changed = recipe(f"model.encoder.network={network}", "data.size=32")
    model = FAMILY.model(changed, sizes={"vocabulary": 9})
    assert not set(head) & {name for name, _ in model.encoder.named_children()}
    tokens, mask = torch.tensor([[2, 5], [2, 6]]), torch.ones(2, 2).bool()
    features = model(torch.rand(2, 3, 32, 32), torch.ones(2, 1).bool(), tokens, mask)
    model.output(features).logsumexp(1).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_the_first_weights_are_a_function_of_the_seed_and_leave_other_randomness_alone(recipe):
    torch.manual_seed(4)
    expected = torch.rand(2)
    torch.manual_seed(4)
    one, other, third = (FAMILY.model(recipe(f"seed={seed}"), sizes={"vocabulary": 9}) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(2), expected)
    assert torch.equal(one.output.weight, other.output.weight)
    assert not torch.equal(one.encoder.conv1.weight, third.encoder.conv1.weight)
    assert isinstance(one, Captioner)
    assert isinstance(FAMILY.model(recipe(TRANSFORMER), sizes={"vocabulary": 9}), CaptioningTransformer)


def test_images_that_are_too_small_are_told_before_any_is_read(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(captioning, "write_captions", lambda *args, **given: pytest.fail("the images were read"))
    with pytest.raises(DataError, match="16 x 16 are too small for vgg: nothing is left of them") as caught:
        prepared(recipe("model.encoder.network={kind: vgg, depth: 11}"), tmp_path / "data")
    assert caught.value.allowed == "at least 32"


@pytest.mark.parametrize(
    ("changes", "train", "valid"),
    [
        (("model.encoder.frozen_epochs=all",), True, True),
        (("model.encoder.frozen_epochs=2",), True, False),
        ((), False, False),
        (("model.encoder.frozen_epochs=all", "augmentation.shift=2"), False, True),
        (("model.encoder.frozen_epochs=2", "augmentation.noise=0.1"), False, False),
    ],
)
def test_each_image_is_looked_at_once_where_neither_it_nor_what_looks_changes(changes, train, valid, recipe, tmp_path):
    task, data, held_out, model = prepared(recipe(*changes), tmp_path / "data")
    assert model.training
    assert (data.annotations is not None, held_out.annotations is not None) == (train, valid)
    for known, store in ((data.annotations, data.store), (held_out.annotations, held_out.store)):
        if known is not None:
            wanted = task.ready(model).annotations(store.images).numpy()
            assert np.array_equal(known, wanted)
            assert known.shape == (len(store), 16, 8)


def test_images_are_looked_at_some_at_a_time(recipe, tmp_path, monkeypatch):
    changed = recipe("model.encoder.frozen_epochs=all")
    monkeypatch.setattr("softsearch.data.images.colours._AT_ONCE", 4)
    task, data, _, model = prepared(changed, tmp_path / "data")
    alone = [task.ready(model).annotations(data.store.images[row : row + 1])[0].numpy() for row in range(6)]
    assert np.allclose(data.annotations, np.stack(alone), atol=1e-5)


@pytest.mark.parametrize(("frozen", "flags"), [("0", [False, False]), ("1", [True, False]), ("all", [True, True])])
def test_what_looks_is_frozen_for_the_epochs_of_the_recipe(frozen, flags, recipe, tmp_path):
    _, data, _, _ = prepared(recipe(f"model.encoder.frozen_epochs={frozen}"), tmp_path / "data")
    assert [data.batch(data.plan(epoch)[0]).is_frozen for epoch in range(2)] == flags


def test_which_network_a_recipe_asks_for_does_not_depend_on_where_it_begins(recipe):
    changes = ("model.encoder.weights=other.pt", "model.encoder.frozen_epochs=all")
    assert FAMILY.network(recipe(*changes)) == FAMILY.network(recipe())
    assert recipe(*changes).model.encoder.frozen_epochs == "all"  # the recipe stays as it is
    for change in ("data.size=20", "model.encoder.network.width=4", "model.gated=false"):
        assert FAMILY.network(recipe(change)) != FAMILY.network(recipe())


def test_the_task_is_that_of_the_recipe_and_is_restored_with_its_tokenizer(recipe, tmp_path):
    changed = recipe("task.entropy=0.5", "decoding.beam=2", "task.mean=[0.1, 0.2, 0.3]", "decoding.min_length=3")
    task, data, *_ = prepared(changed, tmp_path / "data")
    pixels = data.store.images / 255
    assert task.images.mean == (0.1, 0.2, 0.3)
    assert task.images.deviation == pytest.approx(pixels.std(axis=(0, 1, 2)))
    assert (task.search.beam, task.search.min_length, task.attention.entropy) == (2, 3, 0.5)
    for name, content in FAMILY.files(task).items():
        (tmp_path / name).write_bytes(content)
    again = FAMILY.restored(task.to_dict(), tmp_path)
    assert again.to_dict() == task.to_dict()
    assert again.tokenizer.to_bytes() == task.tokenizer.to_bytes()
    assert FAMILY.sizes(task) == {"vocabulary": task.tokenizer.size}


def test_a_task_to_go_on_from_gives_its_words_and_the_colours_that_it_knows(recipe, tmp_path):
    base, *_ = prepared(recipe("seed=3"), tmp_path / "base")
    task, *_ = prepared(recipe(), tmp_path / "data", base=base)
    assert task.tokenizer is base.tokenizer
    assert task.images == base.images


def test_what_hinders_learning_by_heart_is_left_out(recipe):
    found = FAMILY.memorising(recipe("task.label_smoothing=0.1", "augmentation.shift=2", "model.dropout=0.4"))
    assert (found.task.label_smoothing, found.augmentation, found.model.dropout) == (0.0, Retouching(), 0.0)
    assert found.training.stop.on == "loss"


def test_what_looks_and_has_learnt_nothing_and_stays_so_is_told(recipe, tmp_path):
    def remarks(*changes: str, **about: Any) -> list[str]:
        return list(FAMILY.remarks(recipe(*changes), about))

    (told,) = remarks("model.encoder.frozen_epochs=2")
    assert "has learnt nothing yet" in told
    assert remarks() == []
    weights = f"model.encoder.weights={tmp_path}/w.pt"
    (told,) = remarks("model.encoder.frozen_epochs=all", weights)
    assert "may ask for task.mean" in told
    assert remarks(weights, "task.mean=[0.5, 0.5, 0.5]") == []
    assert remarks("model.encoder.frozen_epochs=all", **{"from": {"run": "x"}}) == []


def test_a_training_that_goes_on_after_its_frozen_epochs_looks_at_no_image_in_vain(recipe, tmp_path):
    changed = recipe("model.encoder.frozen_epochs=2")
    _, before, _, _ = prepared(changed, tmp_path / "before", epoch=1)
    _, after, _, _ = prepared(changed, tmp_path / "after", epoch=2)
    assert (before.annotations is not None, after.annotations is not None) == (True, False)
    assert not list((tmp_path / "before").glob("*.partial"))


def test_a_budget_is_planned_with_the_steps_that_most_of_the_training_takes(recipe, tmp_path):
    for number, (changes, epoch) in enumerate(
        [((), 0), (("model.encoder.frozen_epochs=3",), 3), (("model.encoder.frozen_epochs=all",), 0),
         (("model.encoder.frozen_epochs=9", "training.max_epochs=5"), 4)]
    ):  # fmt: skip
        _, data, _, _ = prepared(recipe(*changes), tmp_path / str(number))
        assert data.typical_epoch == epoch


def test_one_image_is_not_validated_by_how_rare_its_words_are(recipe, tmp_path):
    with pytest.raises(DataError, match="CIDEr-D of one image"):
        prepared(recipe("data.num_valid=1"), tmp_path / "data")
    prepared(recipe("data.num_valid=1", "training.stop.on=bleu"), tmp_path / "other")
