"""Images and captions are split as the recipe says; what has no counterpart, is broken or held out in vain is told."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from softsearch.build.captions import write_captions
from softsearch.data.captions.store import CaptionStore
from softsearch.errors import DataError
from softsearch.recipes import load_recipe

RECIPE = """
task: {kind: image_captioning}
data: DATA
training: {max_steps: 1, schedule: {kind: constant, warmup_steps: 0}}
"""
LISTED = (
    "{kind: captions, images: pictures, captions: all.token.txt, train: {names: train.txt}, valid: {names: valid.txt}, "
    "test: {names: test.txt}, size: 8, MORE}"
)
SHARED = "{kind: captions, images: pictures, captions: all.token.txt, train: {}, valid: 0.25, size: 8, MORE}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine grey pictures; those with an even number have two captions, the others one."""
    said = []
    for number in range(9):
        save(tmp_path / "pictures" / f"{number}.png", 20 * number)
        said += [f"{number}.png#{which}\tthe picture {number} or {which}" for which in range(2 - number % 2)]
    (tmp_path / "all.token.txt").write_text("\n".join(said) + "\n")
    for split, numbers in {"train": range(5), "valid": (6, 5), "test": (8, 7)}.items():
        (tmp_path / f"{split}.txt").write_text("".join(f"{number}.png\n" for number in numbers))
    return tmp_path


def save(path: Path, level: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((8, 8), level, np.uint8)).save(path)


def written(folder: Path, data: str, *changes: str, more: str = "channels: 1", **given: Any) -> tuple[dict, dict]:
    """Return the stores of all splits, and the report."""
    (folder / "recipe.yaml").write_text(RECIPE.replace("DATA", data.replace("MORE", more)))
    recipe = load_recipe(folder / "recipe.yaml", changes)
    out = folder / f"data-{len(list(folder.glob('data-*')))}"
    found = write_captions(recipe, out, **{"overfit": None, "tokenizer": None} | given)
    stores = {split: CaptionStore(out / split) for split in found.report}
    return stores, {"tokenizer": found.tokenizer, **found.report}


def test_lists_take_their_splits_out_of_one_file_of_captions(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stores, report = written(folder, LISTED)
    assert {split: store.places for split, store in stores.items()} == {
        "train": [f"{number}.png" for number in range(5)], "valid": ["6.png", "5.png"], "test": ["8.png", "7.png"]
    }  # fmt: skip
    assert stores["valid"].captions == [["the picture 6 or 0", "the picture 6 or 1"], ["the picture 5 or 0"]]
    assert stores["test"].images[:, 0, 0, 0].tolist() == [160, 140]
    assert [(report[split]["kept"], report[split]["captions"]) for split in stores] == [(5, 8), (2, 3), (2, 3)]
    assert report["test"]["trained_on"] == report["valid"]["trained_on"] == 0


def test_the_words_are_those_of_the_training_captions_or_of_another_run(folder):
    tokenizer = written(folder, LISTED)[1]["tokenizer"]
    assert "⁇" not in tokenizer.decode(tokenizer.encode("the picture 4 or 1"))
    assert tokenizer.decode(tokenizer.encode("the picture 8")) == "the picture ⁇"
    assert written(folder, LISTED, "tokenizer={kind: characters}", tokenizer=tokenizer)[1]["tokenizer"] is tokenizer


def test_each_split_may_have_a_folder_and_captions_of_its_own(folder):
    save(folder / "more" / "x.png", 7)
    (folder / "more.csv").write_text("file,text\nx.png,a dark one\n")
    (folder / "all.csv").write_text("file,text\n0.png,zero\n1.png,one\n")
    data = (
        "{kind: captions, images: pictures, captions: all.csv, image: file, caption: text, train: {names: train.txt}, "
        "valid: {images: more, captions: more.csv}, size: 8, channels: 3}"
    )
    (folder / "train.txt").write_text("1.png\n0.png\n")
    stores, _ = written(folder, data)
    assert stores["train"].captions == [["one"], ["zero"]]
    assert (stores["valid"].captions, stores["valid"].places) == ([["a dark one"]], ["x.png"])
    assert stores["valid"].images.shape == (1, 8, 8, 3)


@pytest.mark.parametrize(("share", "number"), [(0.25, 2), (0.01, 1), (0.99, 8)])
def test_a_share_of_the_training_images_is_held_out_a_function_of_the_seed(folder, share, number):
    places = []
    for seed in (1, 1, 2, 3):
        stores, report = written(folder, SHARED, f"seed={seed}", f"data.valid={share}")
        train, valid = (set(stores[split].places) for split in ("train", "valid"))
        assert train | valid == {f"{place}.png" for place in range(9)}
        assert not train & valid
        assert len(valid) == number
        assert report["valid"]["trained_on"] == 0
        places.append(stores["valid"].places)
    assert places[0] == places[1]
    assert len({tuple(each) for each in places}) > 1


def test_one_image_is_not_shared(folder):
    (folder / "one.txt").write_text("3.png\n")
    with pytest.raises(DataError, match="one image has captions: none is left"):
        written(folder, SHARED, "data.train.names=" + str(folder / "one.txt"))


def test_images_without_captions_and_captions_without_images_are_counted_listed_and_told(folder):
    lines = (folder / "all.token.txt").read_text().splitlines()
    lines = [line for line in lines if not line.startswith(("3.png", "5.png"))]
    (folder / "all.token.txt").write_text("\n".join([*lines, "gone.png#0\tnothing", "gone.png#1\tno more"]) + "\n")
    with pytest.warns(UserWarning, match="no caption") as told:
        _, report = written(folder, LISTED)
    assert [str(each.message) for each in told] == [
        "train: 1 images have no caption, and are left out: 3.png",
        "train: 1 images with captions are not there: gone.png",
        "valid: 1 images have no caption, and are left out: 5.png",
    ]
    assert [report[split]["without_captions"] for split in ("train", "valid", "test")] == [1, 1, 0]
    assert report["train"]["kept"] == 4
    assert report["valid"]["names"]["without_captions"] == ["5.png"]
    with pytest.warns(UserWarning, match="left out") as told:
        _, report = written(folder, SHARED)
    assert any("images with captions are not there: gone.png" in str(each.message) for each in told)
    assert report["train"]["names"]["without_images"] == ["gone.png"]
    assert report["train"]["without_images"] == 1
    assert json.dumps(report["train"])


def test_a_name_that_several_pictures_of_one_split_have_and_none_of_another_is_told_with_their_paths(folder):
    for place in ("x", "y"):
        (folder / "train" / place).mkdir(parents=True)
        save(folder / "train" / place / "0.png", 1)
    save(folder / "train" / "1.png", 2)
    save(folder / "valid" / "2.png", 3)
    (folder / "some.csv").write_text("image,caption\n0.png,zero\n1.png,one\n2.png,two\n")
    data = "{kind: captions, captions: some.csv, train: {images: train}, valid: {images: valid}, size: 8}"
    with pytest.warns(UserWarning, match="left out"):
        _, report = written(folder, data)
    assert report["train"]["names"]["without_images"] == ["0.png (several: x/0.png, y/0.png)"]


def test_a_broken_picture_is_refused_by_name_or_left_out_and_told(folder):
    (folder / "pictures" / "2.png").write_bytes(b"no picture")
    with pytest.raises(DataError) as caught:
        written(folder, LISTED)
    assert "2.png" in str(caught.value)
    assert caught.value.fix == "take it out; data.skip_broken: true leaves out what cannot be read"
    with pytest.warns(UserWarning, match=r"train: 1 pictures cannot be read, and are left out: .*2\.png"):
        stores, report = written(folder, LISTED, more="skip_broken: true, channels: 1")
    assert stores["train"].places == ["0.png", "1.png", "3.png", "4.png"]
    assert (report["train"]["kept"], report["train"]["captions"], report["train"]["skipped"]) == (4, 6, 1)
    assert report["train"]["names"]["skipped"] == ["2.png: this is no picture"]


@pytest.mark.parametrize(("data", "first"), [(LISTED, ["0.png", "1.png", "2.png"]), (SHARED, None)])
def test_to_learn_by_heart_a_few_training_images_are_taken_and_held_out_too(folder, data, first):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stores, report = written(folder, data, overfit=3)
    assert stores.keys() == {"train", "valid"}
    assert stores["train"].places == stores["valid"].places
    assert len(stores["train"]) == report["train"]["kept"] == 3
    assert first in (None, stores["train"].places)
    assert len(written(folder, data, overfit=99)[0]["train"]) == (5 if data is LISTED else 7)


def test_pictures_that_are_trained_on_and_held_out_are_told(folder):
    save(folder / "pictures" / "8.png", 20)  # as the second
    (folder / "valid.txt").write_text("0.png\n5.png\n1.png\n")
    with pytest.warns(UserWarning, match="trained on, too") as told:
        _, report = written(folder, LISTED)
    messages = [str(each.message) for each in told]
    assert messages == [
        "valid: 2 of 3 images are trained on, too: the scores on them say less",
        "test: 1 of 2 images are trained on, too: the scores on them say less",
    ]
    assert (report["valid"]["trained_on"], report["test"]["trained_on"]) == (2, 1)


def test_a_list_that_names_what_is_not_there_is_told_with_its_line(folder):
    (folder / "test.txt").write_text("8.png\n77.png\n")
    with pytest.raises(DataError, match="no such picture") as caught:
        written(folder, LISTED)
    assert (caught.value.line, caught.value.value) == (2, "77.png")


def test_scenes_are_drawn_with_the_places_of_their_things(tmp_path):
    data = "{kind: scenes, num_train: 5, num_valid: 3, num_test: 2, size: 12, language: fr}"
    stores, report = written(tmp_path, data)
    assert {split: len(store) for split, store in stores.items()} == {"train": 5, "valid": 3, "test": 2}
    assert all(own for store in stores.values() for image in store.things for own in image)
    assert stores["train"].images.shape == (5, 12, 12, 3)
    assert report["test"]["trained_on"] == 0
