"""`softsearch predict`, `look` and `check` with a captioner."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from softsearch import runs
from softsearch.data.captions.scenes import scenes

RECIPE = """
task: {kind: image_captioning}
data: {kind: scenes, num_train: 24, num_valid: 4, num_test: 4, size: 24}
model:
  kind: captioner
  encoder: {network: {kind: lenet}}
  embedding: 8
  decoder: {hidden: 8}
  attention: {kind: additive, hidden: 8}
  readout: 8
training: {batch_size: 8, max_steps: 4, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
decoding: {beam: 2, min_length: 2, max_length: 6}
"""


@pytest.fixture
def pictures(tmp_path):
    """Return three pictures, two of one name, in two folders."""
    drawn = scenes(language="en", number=3, size=30, seed=3, split="valid")
    paths = [tmp_path / name for name in ("a/one.png", "a/two.png", "b/one.png")]
    for path, scene in zip(paths, drawn, strict=True):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(scene.pixels).save(path)
    return paths


def test_each_picture_has_its_caption(command, run, pictures):
    ended = command("predict", run, *pictures)
    assert (ended.code, ended.err) == (0, "")
    texts = [caption.text for caption in runs.load(run).caption(pictures)]
    assert ended.out.splitlines() == [f"{path}\t{text}" for path, text in zip(pictures, texts, strict=True)]


def test_folders_several_captions_and_json(command, run, pictures):
    ended = command("predict", run, pictures[0].parent, "--format", "jsonl", "--nbest", 2, "--beam", 3)
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [each["image"] for each in found] == [str(path) for path in pictures[:2]]
    for each in found:
        assert len(each["alternatives"]) == 1
        assert each["alternatives"][0]["score"] <= each["score"]
        assert len(each["confidence"]) == len(each["weights"]) == len(each["caption"].split()) <= 6
        assert np.sum(each["weights"][0]) == pytest.approx(1, abs=0.01)


def test_where_it_looked_is_drawn_for_each_picture(command, run, pictures, tmp_path):
    ended = command("predict", run, *pictures, "--overlay", tmp_path / "sheets")
    assert ended.code == 0
    sheets = sorted((tmp_path / "sheets").iterdir())
    assert [path.name for path in sheets] == ["one.attention-2.png", "one.attention.png", "two.attention.png"]
    assert len({path.read_bytes() for path in sheets}) == 3
    with Image.open(sheets[0]) as sheet:
        assert min(sheet.size) > 100


def test_no_picture_is_lost_where_sheets_are_drawn_beside_it(command, run, pictures):
    before = [path.read_bytes() for path in pictures]
    assert command("predict", run, *pictures, "--overlay", pictures[0].parent).code == 0
    assert "take the picture's place" in command("look", run, "--attention", pictures[0], "--out", pictures[0]).err
    assert [path.read_bytes() for path in pictures] == before


def test_a_broken_picture_has_a_line_in_its_place(command, run, pictures, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(pictures[0].read_bytes()[:60])
    ended = command("predict", run, pictures[0], broken, pictures[1])
    first, second, third = ended.out.splitlines()
    assert (ended.code, first.split("\t")[0], third.split("\t")[0]) == (2, str(pictures[0]), str(pictures[1]))
    assert second.startswith(f"{broken}\t(the picture is damaged")
    assert "broken.png" in ended.err
    line = json.loads(command("predict", run, broken, "--format", "jsonl").out)
    assert line.keys() == {"image", "error"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give pictures"),
        (["PICTURE", "--sample"], "a captioner has no use for this: --sample"),
        (["PICTURE", "--format", "pharaoh"], "links no words"),
        (["PICTURE", "--min-length", 9], "max_length is out of range"),
        (["--score", "PICTURE"], "is scored on pictures with captions"),
        (["PICTURE", "--overlay", "PICTURE"], "and no folder"),
    ],
)
def test_a_mistake_is_told_with_exit_code_2(command, run, pictures, words, told):
    ended = command("predict", run, *(pictures[0] if word == "PICTURE" else word for word in words))
    assert ended.code == 2
    assert told in ended.err


def test_look_draws_where_it_looked(command, run, pictures, tmp_path):
    ended = command("look", run, "--attention", pictures[0], "--out", tmp_path / "sheet.png")
    assert (ended.code, ended.out.strip()) == (0, runs.load(run).caption([pictures[0]])[0].text)
    assert (tmp_path / "sheet.png").stat().st_size > 1_000
    assert "does not go with this run" in command("look", run, "--kernels").err
    assert "photo.jpg" in command("look", run).err


def test_a_recipe_is_checked_before_it_is_trained(command, tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    ended = command("check", tmp_path / "recipe.yaml")
    assert ended.code == 0, ended.err
    assert "train: 24 images with" in ended.out


def test_a_captioner_is_scored_in_the_terminal(command, run):
    ended = command("evaluate", run, "--beam", 1)
    assert ended.code == 0
    assert "blind" in ended.out
    refused = command("evaluate", run, run)
    assert "only translators are compared" in refused.err


def test_check_lists_what_lacks_a_counterpart(command, pictures, tmp_path):
    folder = pictures[0].parent
    for name in ("three.png", "mute.png"):
        Image.new("RGB", (9, 9)).save(folder / name)
    (folder / "torn.png").write_bytes(b"torn")
    said = [f"{name}.png,a ring" for name in ("one", "two", "three", "torn", "gone")]
    (tmp_path / "said.csv").write_text("\n".join(["image,caption", *said]))
    drawn = "{kind: scenes, num_train: 24, num_valid: 4, num_test: 4, size: 24}"
    data = f"{{kind: captions, folder: {tmp_path}, images: a, captions: said.csv, train: {{}}, valid: 0.5, size: 24"
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace(drawn, f"{data}, skip_broken: true}}"))
    ended = command("check", tmp_path / "recipe.yaml")
    assert ended.code == 0, ended.err
    assert "1 images have no caption, and are left out:\n    mute.png" in ended.out
    assert "1 images with captions are not there:\n    gone.png" in ended.out
    assert "1 pictures cannot be read, and are left out:\n    torn.png: this is no picture\n" in ended.out
    assert "fix:" not in ended.out


def test_a_folder_of_sheets_that_cannot_be_is_told_before_anything_is_said(command, run, pictures, tmp_path):
    (tmp_path / "taken").write_text("")
    ended = command("predict", run, pictures[0], "--overlay", tmp_path / "taken")
    assert (ended.code, ended.out) == (2, "")
    assert "this is a file, and no folder" in ended.err
    ended = command("predict", run, pictures[0], "--overlay", tmp_path / "taken" / "below")
    assert (ended.code, ended.out) == (2, "")
    assert "the folder cannot be made" in ended.err
