"""Captions come from every published form, find their pictures, and what has no counterpart is listed."""

from __future__ import annotations

import json
import os
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from softsearch.data.captions.reading import match, read_captions
from softsearch.errors import DataError

SAID = {"a.png": ["a red dot", "a dot"], "b.png": ["a blue dot"]}
FORMS = {
    "t.csv": 'image,caption\na.png,a red dot\nb.png,a blue dot\na.png," a  dot"\n',
    "t.tsv": "image\tcaption\na.png\ta red dot\nb.png\ta blue dot\na.png\ta dot\n",
    "one.jsonl": '{"image": "a.png", "caption": "a red dot"}\n{"image": "b.png", "caption": "a blue dot"}\n'
    '{"image": "a.png", "caption": "a dot"}\n',
    "several.jsonl": '{"image": "a.png", "captions": ["a red dot", "a dot"]}\n'
    '{"image": "b.png", "captions": ["a blue dot"]}\n',
    "coco.json": json.dumps(
        {
            "images": [{"id": 7, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
            "annotations": [
                {"image_id": 7, "id": 1, "caption": "a red dot"},
                {"image_id": 2, "id": 2, "caption": "a blue dot"},
                {"image_id": 7, "id": 3, "caption": "a dot"},
            ],
        },
        indent=1,
    ),
    "flickr.token.txt": "a.png#0\ta red dot\nb.png#0\ta blue dot\na.png#1\ta dot\n",
}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for number, name in enumerate(("a.png", "deep/b.png", "c.png")):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((2, 3, 3), 50 * number, np.uint8)).save(tmp_path / "pictures" / name)
    return tmp_path / "pictures"


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_the_same(name, tmp_path):
    (tmp_path / name).write_text(FORMS[name])
    assert read_captions(tmp_path / name) == SAID


def test_a_table_may_call_its_columns_otherwise(tmp_path):
    (tmp_path / "t.csv").write_text("file,text\na.png,a dot\n")
    assert read_captions(tmp_path / "t.csv", image="file", caption="text") == {"a.png": ["a dot"]}


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_find_their_captions_and_what_lacks_one_is_listed(packed, pictures):
    source = pictures
    if packed:
        source = pictures.with_suffix(".zip")
        with zipfile.ZipFile(source, "w") as archive:
            for each in sorted(pictures.rglob("*.png")):
                archive.write(each, each.relative_to(pictures))
    found = match(source, SAID | {"gone.png": ["nothing"]}, names=None, channels=3)
    assert [(each.place, each.captions) for each in found.images] == [
        ("a.png", ("a red dot", "a dot")),
        ("deep/b.png", ("a blue dot",)),
    ]
    assert [int(each.pixels[0, 0, 0]) for each in found.images] == [0, 50]
    assert (found.without_captions, found.without_images) == (["c.png"], ["gone.png"])


def test_a_list_says_which_pictures_to_take_and_in_which_order(pictures, tmp_path):
    (tmp_path / "split.txt").write_text("b.png\n\na.png\n")
    found = match(pictures, SAID, names=tmp_path / "split.txt", channels=1)
    assert [each.place for each in found.images] == ["deep/b.png", "a.png"]
    assert found.without_images == []
    (tmp_path / "split.txt").write_text("a.png\nbb.png\n")
    with pytest.raises(DataError, match=r"split\.txt:2: there is no such picture") as caught:
        match(pictures, SAID, names=tmp_path / "split.txt", channels=1)
    assert caught.value.nearest == "b.png"


def test_captions_under_both_names_of_a_picture_are_all_kept_and_a_name_listed_twice_is_one(pictures, tmp_path):
    (tmp_path / "split.txt").write_text("b.png\ndeep/b.png\n")
    said = {"b.png": ["one"], "deep/b.png": ["other"]}
    found = match(pictures, said, names=tmp_path / "split.txt", channels=1)
    assert [(each.place, each.captions) for each in found.images] == [("deep/b.png", ("one", "other"))]


def test_of_two_pictures_of_one_name_each_is_known_by_its_path(pictures):
    Image.new("L", (2, 2), 9).save(pictures / "b.png")
    found = match(pictures, {"b.png": ["above"], "deep/b.png": ["below"]}, names=None, channels=1)
    assert {each.place: each.captions for each in found.images} == {"b.png": ("above",), "deep/b.png": ("below",)}


def test_of_a_name_that_several_pictures_have_their_paths_are_told(pictures, tmp_path):
    Image.new("L", (2, 2), 9).save(pictures / "deep" / "a.png")
    (pictures / "a.png").rename(pictures / "deep" / "c.png")
    (pictures / "also").mkdir()
    (pictures / "c.png").rename(pictures / "also" / "c.png")
    found = match(pictures, {"c.png": ["which?"], "a.png": ["a dot"]}, names=None, channels=1)
    assert [each.place for each in found.images] == ["deep/a.png"]
    assert found.without_images == ["c.png (several: also/c.png, deep/c.png)"]
    with pytest.raises(DataError, match=r"captions of c\.png \(several: also/c\.png, deep/c\.png\)"):
        match(pictures, {"c.png": ["which?"]}, names=None, channels=1)
    (tmp_path / "split.txt").write_text("a.png\nc.png\n")
    with pytest.raises(DataError, match=r":2: several pictures have this name"):
        match(pictures, {"a.png": ["a dot"]}, names=tmp_path / "split.txt", channels=1)


@pytest.mark.parametrize(("there", "called"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_accents_may_be_composed_with_their_letters_or_not(there, called, pictures, tmp_path):
    name = unicodedata.normalize(there, "café.png")
    (pictures / "a.png").rename(pictures / name)
    (tmp_path / "split.txt").write_text(unicodedata.normalize(called, "café.png"))
    said = {unicodedata.normalize(called, "café.png"): ["a cup"]}
    for names in (None, tmp_path / "split.txt"):
        found = match(pictures, said, names=names, channels=1)
        assert [(each.place, each.captions) for each in found.images] == [(name, ("a cup",))]
        assert found.without_images == []


@pytest.mark.parametrize("name", FORMS)
def test_what_has_no_word_is_no_caption(name, tmp_path):
    (tmp_path / name).write_text(FORMS[name].replace("a dot", "…!").replace("a  dot", "…!"))
    assert read_captions(tmp_path / name) == {"a.png": ["a red dot"], "b.png": ["a blue dot"]}


def test_a_list_that_names_nothing_is_told_to_be_empty(pictures, tmp_path):
    (tmp_path / "split.txt").write_text("\n")
    with pytest.raises(DataError, match=r"split\.txt: the list is empty"):
        match(pictures, SAID, names=tmp_path / "split.txt", channels=1)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "image,caption\n", "has no caption"),
        ("t.csv", "image,text\na.png,x\n", ":1: there is no 'caption' here"),
        ("t.jsonl", '{"image": "a.png", "captions": ["a dot", 7, {}]}', ":1: 'caption' is neither"),
        ("t.jsonl", '{"image": "a.png", "captions": "a dot"}', ":1: 'captions' must be a list of texts"),
        ("t.csv", "image,captions\na.png,x\n", ":1: there is no 'caption' here"),
        ("t.csv", "image,caption\na.png,!!!\n", "has no caption"),
        ("t.json", "[]", 'as COCO has them: it has no list "images"'),
        ("t.json", "{", "as COCO has them: it is no JSON"),
        ("t.json", '{"images": []}', 'it has no list "annotations"'),
        ("t.json", '{"images": [{"id": 3}], "annotations": []}', 'entry 1 of "images" has no "file_name"'),
        ("t.json", '{"images": [], "annotations": ["x"]}', 'entry 1 of "annotations" has no "image_id"'),
        ("t.json", '{"images": [], "annotations": [{"image_id": [], "caption": "x"}]}', '"image_id" in entry 1'),
        ("t.json", '{"images": [], "annotations": [{"image_id": 3, "caption": "x"}]}', "does not name"),
        (
            "t.json",
            '{"images": [{"id": 3, "file_name": "a.png"}], "annotations": [{"image_id": 3, "caption": null}]}',
            "no text",
        ),
        ("t.txt", "", "empty|no caption"),
        ("t.txt", "a.png#0 a dot\n", ":1: this is no caption"),
        ("t.txt", "a.png#0\ta dot\na.png\ta dot\n", ":2: this is no caption"),
    ],
)
def test_what_is_no_list_of_captions_is_told(name, text, told, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=told):
        read_captions(tmp_path / name)


def test_pictures_that_are_not_there_or_have_other_names_are_told(pictures, tmp_path):
    with pytest.raises(DataError, match="no such pictures"):
        match(tmp_path / "nowhere", SAID, names=None, channels=3)
    with pytest.raises(DataError, match="none of the pictures has a caption"):
        match(pictures, {"x.png": ["a dot"]}, names=None, channels=3)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no picture in it"):
        match(tmp_path / "empty", SAID, names=None, channels=3)


@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="needs Flickr8k: set SOFTSEARCH_DATA")
def test_flickr8k_is_read_whole():
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "flickr8k"
    captions = read_captions(folder / "Flickr8k.token.txt.gz")
    assert (len(captions), sum(map(len, captions.values()))) == (8_000, 40_000)
    for split, number in {"train": 6_000, "dev": 1_000, "test": 1_000}.items():
        names = folder / f"Flickr_8k.{split}Images.txt"
        found = match(folder / f"images_160_{split}.zip", captions, names=names, channels=3)
        assert (len(found.images), found.without_captions) == (number, [])
        assert {len(each.captions) for each in found.images} == {5}
        assert found.images[-1].pixels.shape == (160, 160, 3)
