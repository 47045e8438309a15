"""Folders and zip files of pictures name the classes; what is wrong with them is told."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from softsearch.data.images.folders import read_folders, read_zip
from softsearch.errors import DataError
from tests.data.images.made import BLUE, GREEN, RED, encoded, plain


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
