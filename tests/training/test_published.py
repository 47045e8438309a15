"""Published weights are taken by name and shape; nothing in their file is run, and what does not fit is named."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from softsearch import runs
from softsearch.errors import RunError
from softsearch.models.residual_net import ResidualNet
from softsearch.recipes import load_recipe
from softsearch.runs.parts import model_of
from softsearch.training.folder import RunFolder
from softsearch.training.published import read_weights, take_weights


def net(classes: int = 10, width: int = 4, shortcut: str = "B", seed: int = 0) -> ResidualNet:
    torch.manual_seed(seed)
    return ResidualNet(
        channels=3, classes=classes, stem="cifar", block="basic", shortcut=shortcut, residual=True, counts=(1, 1, 1),
        width=width,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["safetensors", "pth", "wrapped", "parallel"])
def test_weights_come_from_any_file_of_a_state_dict(tmp_path, form):
    published, path = net(seed=1).state_dict(), tmp_path / f"w.{'safetensors' if form == 'safetensors' else 'pth'}"
    if form == "safetensors":
        save_file(published, path)
    else:
        named = {f"module.{name}": each for name, each in published.items()} if form == "parallel" else published
        torch.save({"state_dict": named, "epoch": 3} if form == "wrapped" else named, path)
    model = net(seed=2)
    fitted = take_weights(read_weights(path), model, path=path)
    assert (fitted.own, fitted.useless) == ([], [])
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, published[name])


def test_a_network_for_other_classes_keeps_its_last_layer():
    published = net(classes=1000, seed=1).state_dict()
    del published["bn1.num_batches_tracked"]  # as in files of old
    model = net(classes=7, seed=2)
    before = model.fc.weight.clone()
    fitted = take_weights(published | {"aux.weight": torch.zeros(1)}, model, path=Path("w"))
    assert fitted.own == ["fc.weight", "fc.bias"]
    assert fitted.useless == ["aux.weight"]
    assert torch.equal(model.fc.weight, before)
    assert torch.equal(model.conv1.weight, published["conv1.weight"])


def test_names_that_are_missing_are_told_with_the_nearest():
    published = {name.replace("downsample", "shortcut"): each for name, each in net().state_dict().items()}
    with pytest.raises(
        RunError, match=r"10 of the network's \d+ weights are not in this file: layer2\.0\.downsample"
    ) as caught:
        take_weights(published, net(), path=Path("w.pth"))
    assert caught.value.nearest == "layer2.0.shortcut.0.weight"
    assert "layer2.0.shortcut.0.weight" in caught.value.allowed


def test_the_state_of_an_optimiser_is_called_so(tmp_path):
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(RunError, match=r"the state of an optimiser; the weights are in .*model\.safetensors"):
        take_weights({"0.momentum": torch.zeros(1)}, net(), path=tmp_path / "optimizer.safetensors")


def test_another_shape_is_told():
    with pytest.raises(RunError, match=r"conv1\.weight has another shape, as have \d+ others") as caught:
        take_weights(net(width=8).state_dict(), net(width=4), path=Path("w.pth"))
    assert (caught.value.value, caught.value.allowed) == ("8 x 3 x 3 x 3", "4 x 3 x 3 x 3")


class Mischief:
    def __reduce__(self):
        return (Path.touch, (Path("softsearch-was-here"),))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.safetensors", b"no"),
        ("w.pth", b"no"),
        ("w.pth", pickle.dumps({"weight": Mischief()})),
        ("w.csv", b"image,caption\n1.jpg,a dot\n"),
        ("empty.pth", b""),
    ],
)
def test_a_file_that_holds_no_weights_is_refused_and_not_run(tmp_path, monkeypatch, name, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    problem = "cannot be read" if name.endswith(".safetensors") else "this is no file of weights"
    with pytest.raises(RunError, match=problem) as caught:
        read_weights(tmp_path / name)
    assert "weights_only" not in str(caught.value)
    assert not Path("softsearch-was-here").exists()


def test_a_whole_model_is_told_apart_from_its_weights(tmp_path):
    torch.save(net(), tmp_path / "whole.pth")
    with pytest.raises(RunError, match="it holds more than tensors, such as a whole model"):
        read_weights(tmp_path / "whole.pth")


def test_a_list_is_no_weights(tmp_path):
    torch.save([torch.zeros(2)], tmp_path / "w.pth")
    with pytest.raises(RunError, match="no weights by name"):
        read_weights(tmp_path / "w.pth")
    with pytest.raises(RunError, match="no such file"):
        read_weights(tmp_path / "other.pth")


def test_weights_that_do_not_fit_are_told_before_the_images_are_read(tmp_path):
    save_file(net().state_dict(), tmp_path / "w.safetensors")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    changes = ["data={kind: folders, train: nowhere, valid: 0.1, size: 16}", "model.depth=26"]
    for act in (runs.train, runs.dry_run):
        with pytest.raises(RunError, match="weights are not in this file"):
            act(load_recipe(tmp_path / "recipe.yaml", changes), start=tmp_path / "w.safetensors")


RECIPE = """
task: {kind: image_classification}
data: {kind: drawn, num_train: 20, num_valid: 10, num_test: 10, size: 16}
model: {kind: residual, depth: 8, width: 4, shortcut: B}
training: {batch_size: 10, max_steps: 1, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


def test_a_training_starts_from_published_weights(tmp_path):
    published = net(classes=1000, seed=5)
    torch.save(published.state_dict(), tmp_path / "w.pth")
    (tmp_path / "recipe.yaml").write_text(
        RECIPE.replace("max_steps: 1", "max_steps: 1, optimizer: {kind: sgd, learning_rate: 1.0e-12}")
    )
    with pytest.warns(UserWarning, match="the last layer starts anew"):
        run = runs.train(load_recipe(tmp_path / "recipe.yaml"), tmp_path / "run", start=tmp_path / "w.pth", live=False)
    trained = runs.load(run).model
    assert torch.allclose(trained.conv1.weight, published.conv1.weight, atol=1e-6)
    assert RunFolder.open(run).about["from"]["file"].endswith("w.pth")
    assert not torch.allclose(model_of(RunFolder.open(run)).conv1.weight, published.conv1.weight, atol=1e-3)


def test_a_network_of_words_does_not_start_from_a_file(tmp_path):
    (tmp_path / "w.pth").write_bytes(b"")
    with pytest.raises(RunError, match="bound to a vocabulary"):
        runs.train(load_recipe("sentences/tense"), tmp_path / "run", start=tmp_path / "w.pth", live=False)


def test_any_file_that_is_none_of_weights_is_refused(tmp_path):
    generator = torch.Generator().manual_seed(1)
    for number in range(60):
        raw = bytes(torch.randint(256, (number,), generator=generator).tolist())
        (tmp_path / "w.bin").write_bytes(raw)
        with pytest.raises(RunError):
            read_weights(tmp_path / "w.bin")
