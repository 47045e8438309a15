"""Every form of images is read as its recipe says, into stores of one size; what the held-out ones lack is told."""

from __future__ import annotations

import gzip
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from softsearch import runs
from softsearch.build.images import write_images
from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError
from softsearch.recipes import load_recipe

RECIPE = """
task: {kind: image_classification}
data: DATA
model: {kind: lenet, widths: [3, 4, 8, 8]}
training: {batch_size: 4, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""
LABELS = [0, 1, 0, 1, 0, 1, 0, 1]
CIFAR = np.random.default_rng(1).integers(256, size=(len(LABELS), 3_072)).astype(np.uint8)


def recipe(folder: Path, data: str):
    (folder / "recipe.yaml").write_text(RECIPE.replace("DATA", data))
    return load_recipe(folder / "recipe.yaml")


def stored(folder: Path, data: str) -> dict[str, ImageStore]:
    report = write_images(recipe(folder, data), folder / "data", overfit=None, classes=None)
    return {split: ImageStore(folder / "data" / split) for split in report}


def grey(folder: Path, name: str, level: int) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8), level, np.uint8)).save(folder / name)


def test_a_zip_file_is_read_for_one_split_and_a_folder_for_another(tmp_path):
    for kind, level in {"dark": 10, "light": 200}.items():
        for number in range(3):
            grey(tmp_path, f"train/{kind}/{number}.png", level)
        grey(tmp_path, f"valid/{kind}/9.png", level)
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as archive:
        for each in sorted((tmp_path / "train").rglob("*.png")):
            archive.write(each, each.relative_to(tmp_path))
    found = stored(tmp_path, "{kind: folders, train: train.zip, valid: valid, size: 8, channels: 1}")
    assert found["train"].counts == {"dark": 3, "light": 3}
    assert found["valid"].images[:, 0, 0, 0].tolist() == [10, 200]


def test_mosaics_are_read(tmp_path):
    for kind, level in {"dark": 10, "light": 200}.items():
        for split, tiles in {"train": 4, "test": 1}.items():
            Image.fromarray(np.full((8, 8 * tiles), level, np.uint8)).save(
                tmp_path / f"{split}_{kind}.webp", lossless=True
            )
    data = "{kind: mosaics, train: 'train_{label}.webp', valid: 0.25, test: 'test_{label}.webp', tile: 8, size: 8}"
    found = stored(tmp_path, data)
    assert {split: store.counts["dark"] for split, store in found.items()} == {"train": 3, "valid": 1, "test": 1}
    assert found["test"].images[:, 3, 3].tolist() == [[10] * 3, [200] * 3]


def test_idx_files_are_read(tmp_path):
    pixels, labels = CIFAR[:, :64].reshape(-1, 8, 8), np.array(LABELS, np.uint8)
    for name, numbers in {"images": pixels, "labels": labels}.items():
        header = bytes([0, 0, 8, numbers.ndim]) + struct.pack(f">{numbers.ndim}I", *numbers.shape)
        (tmp_path / name).write_bytes(gzip.compress(header + numbers.tobytes()))
    pair = "{images: images, labels: labels}"
    with pytest.warns(UserWarning, match="test: 6 of 8 images are trained on"):
        found = stored(tmp_path, f"{{kind: idx, train: {pair}, valid: 0.25, test: {pair}, size: 8}}")
    assert np.array_equal(found["test"].images[:, :, :, 0], pixels)
    assert found["test"].labels.tolist() == LABELS


@pytest.mark.parametrize("form", ["binary", "pickled"])
@pytest.mark.parametrize(("classes", "names"), [(10, ("airplane", "automobile")), (100, ("0", "1"))])
def test_cifars_files_are_read_in_both_forms(form, classes, names, tmp_path):
    if form == "pickled":
        labels = {b"labels": LABELS} if classes == 10 else {b"fine_labels": LABELS, b"coarse_labels": [7] * len(LABELS)}
        raw = pickle.dumps({b"data": CIFAR, **labels})
    else:
        before = [] if classes == 10 else [np.full((len(LABELS), 1), 7, np.uint8)]
        raw = np.hstack([*before, np.array(LABELS, np.uint8)[:, None], CIFAR]).tobytes()
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(raw)
    data = f"{{kind: cifar, form: {form}, classes: {classes}, train: [one, two], valid: 0.25, size: 32}}"
    found = stored(tmp_path, data)
    assert found["train"].classes == names
    assert {split: len(store) for split, store in found.items()} == {"train": 12, "valid": 4}
    planes = {
        row.reshape(3, 32, 32).transpose(1, 2, 0).tobytes(): label for row, label in zip(CIFAR, LABELS, strict=True)
    }
    store = found["train"]
    assert [planes[image.tobytes()] for image in store.images] == store.labels.tolist()


def test_a_class_that_is_not_held_out_is_told(tmp_path):
    for number in range(2):
        for kind, level in {"dark": 10, "light": 200, "middle": 100}.items():
            grey(tmp_path, f"train/{kind}/{number}.png", level + number)
    grey(tmp_path, "valid/light/0.png", 190)
    with pytest.warns(UserWarning, match="valid: there are no images of dark, middle: the scores say nothing of them"):
        stored(tmp_path, "{kind: folders, train: train, valid: valid, size: 8, channels: 1}")


def test_the_colours_are_standardised_as_the_recipe_says(tmp_path):
    own = "task={kind: image_classification, mean: [0.25], deviation: [0.5]}"
    (tmp_path / "recipe.yaml").write_text(
        RECIPE.replace("DATA", "{kind: drawn, what: digits, num_train: 20, size: 16}")
    )
    run = runs.train(load_recipe(tmp_path / "recipe.yaml", [own]), tmp_path / "run", live=False)
    task = runs.load(run).task
    assert (task.images.mean, task.images.deviation) == ((0.25,), (0.5,))


def test_one_image_alone_that_cannot_be_normalised_is_told(tmp_path):
    text = RECIPE.replace("DATA", "{kind: drawn, num_train: 20, num_valid: 5, num_test: 5, size: 32}")
    model = "{kind: residual, stem: imagenet, depth: 18, width: 2}"
    (tmp_path / "recipe.yaml").write_text(text.replace("{kind: lenet, widths: [3, 4, 8, 8]}", model))
    with pytest.raises(DataError, match="one image alone cannot be normalised"):
        runs.train(load_recipe(tmp_path / "recipe.yaml"), tmp_path / "run", overfit=1, live=False)
