"""Images come in as they are, whatever holds them; what cannot be read is named with its place."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from softsearch.data.images import decoding
from softsearch.data.images.decoding import decode, fitted, read_picture
from softsearch.data.images.folders import read_folders, read_zip
from softsearch.data.images.reading import (
    read_cifar_binary,
    read_cifar_pickled,
    read_idx,
    read_idx_pairs,
    read_list,
    read_mosaics,
)
from softsearch.errors import DataError

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, ...], size: tuple[int, int] = (4, 3)) -> bytes:
    return encoded(Image.new("RGB", size, colour))


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name, colour in {"b/1.png": RED, "b/deep/2.PNG": GREEN, "a/9.png": BLUE}.items():
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / name).write_bytes(plain(colour))
    (tmp_path / "train" / "a" / "notes.txt").write_text("no picture")
    (tmp_path / "train" / ".hidden").mkdir()
    return tmp_path / "train"


# Pictures


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("1", (1, 1), 1), (255, 255, 255)),
        (Image.new("L", (1, 1), 77), (77, 77, 77)),
        (Image.new("LA", (1, 1), (0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (1, 1), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (1, 1), (255, 0, 0, 255)), RED),
        (Image.new("RGB", (1, 1), GREEN).quantize(2), GREEN),
        (Image.fromarray(np.full((1, 1), 65535, np.uint16)), (255, 255, 255)),
        (Image.fromarray(np.full((1, 1), 32896, np.uint16)), (128, 128, 128)),
    ],
    ids=["1", "L", "LA", "RGBA clear", "RGBA", "P", "I;16 white", "I;16 grey"],
)
def test_any_mode_becomes_red_green_and_blue(image, expected):
    assert decode(encoded(image), channels=3, place="x")[0, 0].tolist() == list(expected)


def test_other_modes_of_other_formats_are_read(tmp_path):
    cmyk = decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), channels=3, place="x")
    assert cmyk[4, 4, 0] > 230 > 60 > cmyk[4, 4, 1]
    floats = Image.fromarray(np.full((2, 2), 0.5, np.float32))
    white = dict.fromkeys(("LAB", "YCbCr"), (255, 128, 128)) | {"CMYK": (0, 0, 0, 0), "I": 65535, "LA": (0, 0)}
    for mode, colour in white.items():
        for channels in (1, 3):
            raw = encoded(Image.new(mode, (2, 2), colour), "TIFF")
            assert decode(raw, channels=channels, place="x").min() >= 254, mode
    assert decode(encoded(floats, "TIFF"), channels=1, place="x")[0, 0, 0] == 128


def test_grey_is_one_channel():
    pixels = decode(plain((255, 255, 255)), channels=1, place="x")
    assert pixels.shape == (3, 4, 1)
    assert pixels.min() == 255


def test_a_picture_that_a_camera_held_sideways_is_put_upright():
    image = Image.new("RGB", (4, 2), BLUE)
    image.putpixel((0, 0), RED)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise
    pixels = decode(encoded(image, exif=exif), channels=3, place="x")
    assert pixels.shape == (4, 2, 3)
    assert pixels[0, 1].tolist() == list(RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    "note", [b"II", b"II*\x00", b"MM\x00*\x00\x00\x00", b"II+\x00\x08\x00", b"no such thing", b"II*\x00" + b"\xff" * 9]
)
def test_a_damaged_note_of_the_camera_does_not_damage_the_picture(kind, note):
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    raw = encoded(Image.new("RGB", (8, 8), RED), kind, exif=b"Exif\x00\x00" + note, **options)
    assert decode(raw, channels=3, place="x")[4, 4] == pytest.approx(RED, abs=3)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"GIF89", "damaged|no picture"),
        (b"hello, I am text", "no picture"),
        (plain(RED, (60, 60))[:-30], "damaged"),
        (encoded(Image.effect_noise((64, 64), 50), "JPEG")[:700], "damaged"),
    ],
    ids=["empty", "five bytes", "text", "cut off", "cut off JPEG"],
)
def test_what_is_no_picture_is_said_to_be_none_with_its_place(raw, problem):
    with pytest.raises(DataError, match=problem) as raised:
        decode(raw, channels=3, place="cat/1.png")
    assert str(raised.value).startswith("cat/1.png: ")


def test_an_enormous_picture_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100)
    with pytest.raises(DataError, match="too many pixels") as raised:
        decode(plain(RED, (50, 20)), channels=3, place="x")
    assert (raised.value.value, raised.value.allowed) == ("1,000", "at most 100")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)  # Pillow refuses, too
    with pytest.raises(DataError, match="too many pixels") as raised:
        decode(plain(RED, (50, 20)), channels=3, place="x")
    assert (raised.value.value, raised.value.allowed) == (None, "at most 100")


def test_a_missing_picture_is_an_error_of_its_own(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_picture(tmp_path / "none.png", channels=3)


def test_a_picture_is_scaled_to_its_shorter_side_and_cut_in_the_middle():
    pixels = np.zeros((2, 6, 3), np.uint8)
    pixels[:, 2:4] = 255
    assert fitted(pixels, size=2).min() == 255
    assert fitted(pixels[:, :, :1], size=8).shape == (8, 8, 1)
    same = np.zeros((5, 5, 1), np.uint8)
    assert fitted(same, size=5) is same


# Folders and zip files


def test_folders_name_the_classes(folders):
    found = list(read_folders(folders, channels=3))
    assert [(each.label, each.pixels[0, 0].tolist()) for each in found] == [
        ("a", list(BLUE)),
        ("b", list(RED)),
        ("b", list(GREEN)),
    ]
    assert found[0].place.endswith("a/9.png")


@pytest.mark.parametrize("name", ["x.zip", "top"])
def test_a_zip_file_is_read_like_the_folders_in_it(name, folders, tmp_path):
    within = "" if name == "x.zip" else name
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in folders.rglob("*"):
            if file.is_file():
                archive.write(file, Path(within) / file.relative_to(folders))
        archive.writestr("__MACOSX/b/1.png", b"rubbish")
    found = list(read_zip(tmp_path / "x.zip", channels=3))
    expected = list(read_folders(folders, channels=3))
    assert [each.label for each in found] == [each.label for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.pixels, other.pixels)


def test_folders_that_are_wrong_are_told(folders, tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        list(read_folders(folders / "none", channels=3))
    with pytest.raises(DataError, match="this is no folder"):
        list(read_folders(folders / "a" / "9.png", channels=3))
    with pytest.raises(DataError, match="no folder in it names a class"):
        list(read_folders(folders / "b" / "deep", channels=3))
    (folders / "c").mkdir()
    with pytest.raises(DataError, match="the class has no pictures") as raised:
        list(read_folders(folders, channels=3))
    assert raised.value.path == folders / "c"


def test_zip_files_that_are_wrong_are_told(tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="cannot be read"):
        list(read_zip(tmp_path / "bad.zip", channels=3))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("cat/1.png", plain(RED))
        archive.writestr("dog/notes.txt", "no picture")
    with pytest.raises(DataError, match="the class has no pictures"):
        list(read_zip(tmp_path / "x.zip", channels=3))
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("1.png", plain(RED))
    with pytest.raises(DataError, match="it has no folder that names a class") as raised:
        list(read_zip(tmp_path / "y.zip", channels=3))
    assert raised.value.value == ["1.png"]


@pytest.mark.parametrize("name", ["list.csv", "notes.txt", "bare"])
def test_a_file_that_is_no_zip_file_is_called_so(name, tmp_path):
    (tmp_path / name).write_text("image,label\n1.png,cat\n")
    with pytest.raises(DataError, match="this is no zip file") as raised:
        list(read_zip(tmp_path / name, channels=3))
    assert raised.value.fix == "give a folder or a zip file"


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


def test_a_picture_in_a_folder_is_decoded_when_it_is_looked_at_and_not_for_its_class(folders):
    (folders / "a" / "0.png").write_bytes(b"no picture")
    found = list(read_folders(folders, channels=3))
    assert [each.label for each in found[:2]] == ["a", "a"]
    with pytest.raises(DataError, match=r"0\.png: this is no picture"):
        found[0].pixels  # noqa: B018


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, plain(RED))
    return path


@pytest.mark.parametrize("around", ["", "pictures/", "a/b/"])
def test_folders_around_those_of_the_classes_are_passed_over(tmp_path, around):
    path = zipped(tmp_path / "x.zip", [f"{around}{name}" for name in ("cat/1.png", "dog/deep/2.png", "dog/3.png")])
    assert [each.label for each in read_zip(path, channels=3)] == ["cat", "dog", "dog"]


def test_a_zip_file_damaged_anywhere_is_told(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cat/1.png", "dog/2.png"):
            archive.writestr(name, encoded(Image.effect_noise((24, 24), 50)))
    raw = path.read_bytes()
    told = []
    for place in range(0, len(raw), 37):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
        try:
            found = [each.pixels for each in read_zip(path, channels=3)]
        except DataError as error:
            told.append(str(error))
        else:
            assert len(found) == 2
    assert told
    assert all(str(path) in each for each in told)
