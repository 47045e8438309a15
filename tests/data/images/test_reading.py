"""Lists, mosaics, IDX and CIFAR files: images come in as they are; what is wrong is named with its place."""

from __future__ import annotations

import gzip
import json
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from softsearch.data.images.reading import (
    read_cifar_binary,
    read_cifar_pickled,
    read_idx,
    read_idx_pairs,
    read_list,
    read_mosaics,
)
from softsearch.errors import DataError
from tests.data.images.made import BLUE, RED

# Lists


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl"])
def test_a_list_names_pictures_relative_to_itself(name, folders):
    rows = [{"file": "b/1.png", "kind": "red"}, {"file": "a/9.png", "kind": "blue"}]
    lines = [json.dumps(row) for row in rows] if name.endswith("l") else ["file,kind", "b/1.png,red", "a/9.png,blue"]
    (folders / name).write_text("\n".join(lines))
    found = list(read_list(folders / name, image="file", label="kind", channels=3))
    assert [(each.label, each.pixels[0, 0].tolist()) for each in found] == [("red", list(RED)), ("blue", list(BLUE))]


@pytest.mark.parametrize(
    ("name", "text", "problem", "line"),
    [
        ("x.csv", "image,label\nb/1.png,red\nb/7.png,red", "no such picture", 3),
        ("x.csv", "image,lable\nb/1.png,red", "no 'label' here", 1),
        ("x.csv", "image,label\nb/1.png,", "'label' is empty here", 2),
        ("x.csv", "image,label\n", "names no picture", None),
        ("x.jsonl", '{"image": "b/1.png", "label": 1}\n{"image"', "no JSON", 2),
        ("x.jsonl", "[1]", "must be an object", 1),
    ],
)
def test_lists_that_are_wrong_are_told_with_their_line(name, text, problem, line, folders):
    (folders / name).write_text(text)
    with pytest.raises(DataError, match=problem) as raised:
        list(read_list(folders / name, image="image", label="label", channels=3))
    assert raised.value.line == line
    if "lable" in text:
        assert raised.value.nearest == "lable"


# Mosaics


def test_a_mosaics_name_may_have_a_folder_before_it(tmp_path):
    (tmp_path / "tiles").mkdir()
    Image.new("RGB", (4, 4), RED).save(tmp_path / "tiles" / "train_cat.webp", lossless=True)
    for pattern in ("tiles/train_{label}.webp", str(tmp_path / "tiles" / "train_{label}.webp")):
        assert [each.label for each in read_mosaics(tmp_path, pattern=pattern, tile=4, channels=3)] == ["cat"]


def test_tiles_of_a_mosaic_are_read_row_after_row(tmp_path):
    pixels = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)
    Image.fromarray(pixels).save(tmp_path / "train_cat.webp", lossless=True)
    Image.fromarray(pixels[:2, :2]).save(tmp_path / "train_dog.webp", lossless=True)
    Image.fromarray(pixels).save(tmp_path / "test_cat.webp", lossless=True)
    found = list(read_mosaics(tmp_path, pattern="train_{label}.webp", tile=2, channels=3))
    assert [each.label for each in found] == ["cat"] * 6 + ["dog"]
    assert np.array_equal(found[3].pixels, pixels[2:4, 2:4])
    assert found[3].place == "train_cat.webp[3]"
    with pytest.raises(DataError, match="no file has such a name"):
        list(read_mosaics(tmp_path, pattern="valid_{label}.webp", tile=2, channels=3))
    with pytest.raises(DataError, match="tiles of 5 do not fill"):
        list(read_mosaics(tmp_path, pattern="train_{label}.webp", tile=5, channels=3))


# IDX


def idx(path: Path, numbers: np.ndarray, *, zipped: bool = False) -> Path:
    header = bytes([0, 0, 8, numbers.ndim]) + struct.pack(f">{numbers.ndim}I", *numbers.shape)
    raw = header + numbers.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw) if zipped else raw)
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_give_images_with_their_labels(zipped, tmp_path):
    pictures = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    files = (idx(tmp_path / name, each, zipped=zipped) for name, each in (("i", pictures), ("l", np.array([7, 2]))))
    found = list(read_idx_pairs(*files))
    assert [each.label for each in found] == ["7", "2"]
    assert np.array_equal(found[1].pixels[:, :, 0], pictures[1])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda raw: raw[:-1], "promises 24 bytes"),
        (lambda raw: raw + b"0", "promises 24 bytes"),
        (lambda raw: raw[:10], "ends within its header"),
        (lambda raw: b"\x00\x00\x0d" + raw[3:], "no IDX file of bytes"),
        (lambda raw: b"", "no IDX file of bytes"),
        (lambda raw: gzip.compress(raw)[:-5], "gzip file is damaged"),
        (lambda raw: raw[:4] + b"\xff" * 12 + raw[16:], "promises"),
        (lambda raw: raw[:4] + struct.pack(">3I", 2**31, 2**31, 4), "promises 18,446,744,073,709,551,616 bytes"),
        (lambda raw: raw[:4] + struct.pack(">3I", 5, 0, 28), "promises 0 bytes"),
    ],
)
def test_a_corrupt_idx_file_is_told(change, problem, tmp_path):
    path = idx(tmp_path / "i", np.zeros((2, 3, 4)))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match=problem):
        read_idx(path, axes=3)


def test_idx_files_that_do_not_belong_together_are_told(tmp_path):
    images, labels = idx(tmp_path / "i", np.zeros((2, 3, 4))), idx(tmp_path / "l", np.zeros(3))
    with pytest.raises(DataError, match="2 images and 3 labels"):
        list(read_idx_pairs(images, labels))
    with pytest.raises(DataError, match="it has 3 axes, and labels have one axis"):
        read_idx(images, axes=1)
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "none", axes=1)


# CIFAR


def cifar_rows() -> np.ndarray:
    return np.random.default_rng(1).integers(256, size=(3, 3072)).astype(np.uint8)


@pytest.mark.parametrize("coarse", [False, True])
def test_the_binary_version_is_read_plane_after_plane(coarse, tmp_path):
    rows, labels = cifar_rows(), np.array([[2], [0], [1]], np.uint8)
    first = [np.full((3, 1), 9, np.uint8)] if coarse else []
    (tmp_path / "b.bin").write_bytes(np.hstack([*first, labels, rows]).tobytes())
    found = list(read_cifar_binary(tmp_path / "b.bin", classes="abc", coarse=coarse))
    assert [each.label for each in found] == ["c", "a", "b"]
    assert found[1].pixels[5, 7].tolist() == [rows[1][plane * 1024 + 5 * 32 + 7] for plane in range(3)]


def test_the_pickled_version_is_read_and_agrees(tmp_path):
    rows = cifar_rows()
    batch = {b"batch_label": b"x", b"labels": [2, 0, 1], b"data": rows, b"filenames": [b"a", b"b", b"c"]}
    for protocol in (2, 4):
        (tmp_path / "p").write_bytes(pickle.dumps(batch, protocol=protocol))
        found = list(read_cifar_pickled(tmp_path / "p", classes="abc"))
        assert [each.label for each in found] == ["c", "a", "b"]
        assert found[2].pixels[1, 2].tolist() == [rows[2][plane * 1024 + 1 * 32 + 2] for plane in range(3)]


class Wicked:
    def __reduce__(self):
        return Path.touch, (Path("pwned"),)


def test_a_pickle_that_wants_more_than_arrays_is_refused_and_does_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p").write_bytes(pickle.dumps({b"data": Wicked()}))
    with pytest.raises(DataError, match="is not needed for images"):
        list(read_cifar_pickled(tmp_path / "p", classes="abc"))
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("batch", "problem"),
    [
        ([1, 2], "no images"),
        ({b"data": np.zeros((2, 7), np.uint8), b"labels": [0, 1]}, "no images"),
        ({b"data": cifar_rows(), b"labels": [0, 1]}, "no label for each of its 3"),
        ({b"data": cifar_rows()}, "no label for each of its 3"),
        ({b"data": cifar_rows(), b"labels": [0, 1, 3]}, "class without a name"),
    ],
)
def test_pickles_that_are_no_batches_are_told(batch, problem, tmp_path):
    (tmp_path / "p").write_bytes(pickle.dumps(batch))
    with pytest.raises(DataError, match=problem):
        list(read_cifar_pickled(tmp_path / "p", classes="abc"))


def test_corrupt_cifar_files_are_told(tmp_path):
    (tmp_path / "b").write_bytes(b"0" * 3074)
    with pytest.raises(DataError, match="3,074 bytes, and each image takes 3,073"):
        list(read_cifar_binary(tmp_path / "b", classes="abc", coarse=False))
    (tmp_path / "b").write_bytes(b"\x05" * 3073)
    with pytest.raises(DataError, match="class without a name") as raised:
        list(read_cifar_binary(tmp_path / "b", classes="abc", coarse=False))
    assert raised.value.value == 5
    (tmp_path / "p").write_bytes(pickle.dumps({b"data": cifar_rows()})[:200])
    with pytest.raises(DataError, match=r"damaged|not read"):
        list(read_cifar_pickled(tmp_path / "p", classes="abc"))
