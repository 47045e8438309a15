"""`softsearch predict` with a classifier of images."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from softsearch import runs

RECIPE = """
task: {kind: image_classification}
data: {kind: drawn, what: shapes, num_train: 30, num_valid: 10, num_test: 10, size: 16}
model: {kind: residual, depth: 8, width: 4}
training: {batch_size: 10, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "some" / "red.png"
    path.parent.mkdir()
    pixels = np.full((30, 40, 3), [200, 10, 10], dtype=np.uint8)
    pixels[:, :15] = 0  # left and right differ
    Image.fromarray(pixels).save(path)
    return path


def test_a_picture_is_named_with_its_likeliest_class(command, run, picture):
    ended = command("predict", run, picture)
    assert (ended.code, ended.err) == (0, "")
    path, found = ended.out.rstrip("\n").split("\t")
    (best,) = runs.load(run).classify([picture])
    assert (path, found) == (str(picture), f"{best.label} {best.probabilities[0]:.4f}")


def test_folders_mirror_images_and_json(command, run, picture):
    ended = command("predict", run, picture.parent, "--nbest", 3, "--flips", "--format", "jsonl")
    assert ended.code == 0, ended.err
    (line,) = ended.out.splitlines()
    (best,) = runs.load(run).classify([picture], top=3, flips=True)
    found = json.loads(line)["probabilities"]
    assert found == pytest.approx(dict(zip(best.classes, best.probabilities, strict=True)))
    (plain,) = runs.load(run).classify([picture], top=3)
    assert plain.probabilities != pytest.approx(best.probabilities, abs=1e-6)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give pictures"),
        (["nowhere.png"], "no such file"),
        (["PICTURE", "--beam", 3], "a classifier of images has no use for this: --beam"),
        (["PICTURE", "--format", "pharaoh"], "links no words"),
        (["--score", "PICTURE"], "is scored on a folder for each class"),
        (["BROKEN"], "broken.png"),
    ],
)
def test_a_mistake_is_told_with_exit_code_2(command, run, picture, words, told):
    broken = picture.with_name("broken.png")
    broken.write_bytes(picture.read_bytes()[:60])
    named = {"PICTURE": picture, "BROKEN": broken}
    ended = command("predict", run, *(named.get(word, word) for word in words))
    assert ended.code == 2
    assert all("\t(" in line for line in ended.out.splitlines())
    assert told in ended.err


def test_pictures_that_can_be_read_have_their_classes_whatever_the_others_are(command, run, picture, tmp_path):
    (tmp_path / "broken.png").write_bytes(picture.read_bytes()[:60])
    (tmp_path / "empty.png").touch()
    one = command("predict", run, tmp_path / "broken.png", picture)
    assert (one.code, len(one.out.splitlines())) == (2, 2)
    assert one.out.splitlines()[0].startswith(f"{tmp_path / 'broken.png'}\t(the picture is damaged")
    assert one.out.splitlines()[1].startswith(str(picture))
    two = command("predict", run, tmp_path / "broken.png", picture, tmp_path / "empty.png", picture)
    assert (two.code, two.out.count(str(picture) + "\t"), len(two.out.splitlines())) == (2, 2, 4)
    assert "2 pictures or folders cannot be read" in two.err
    assert "empty.png: the picture file is empty" in two.err
    three = command("predict", run, "nowhere.png", picture)
    assert (three.code, three.out.splitlines()[0], "no such file" in three.err) == (
        2,
        "nowhere.png\t(no such file)",
        True,
    )


def test_a_folder_without_pictures_is_told(command, run, tmp_path):
    (tmp_path / "empty").mkdir()
    ended = command("predict", run, tmp_path / "empty")
    assert ended.code == 2
    assert "there is no picture in it" in ended.err


def test_a_classifier_has_no_attention(command, run):
    ended = command("look", run, "--attention", "x")
    assert ended.code == 2
    assert "it is a classifier of images" in ended.err


def test_layers_of_a_run_and_of_a_recipe_are_told(command, run, tmp_path):
    ended = command("look", run, "--layers")
    assert ended.code == 0, ended.err
    assert "conv1" in ended.out
    rows = json.loads(command("look", run, "--layers", "--json").out)
    assert [rows[0][name] for name in ("shape", "parameters", "field")] == [[4, 16, 16], 3 * 4 * 9, 3]
    assert rows[-1]["field"] is None
    (tmp_path / "mine.yaml").write_text(RECIPE)
    of_recipe = command("look", tmp_path / "mine.yaml", "--layers", "--json")
    assert json.loads(of_recipe.out)[:-1] == rows[:-1]
    assert "made for 10 classes" in of_recipe.err
    assert "networks that read images" in command("look", "translate/builtin", "--layers").err


def test_kernels_are_drawn_on_a_picture(command, run, picture, tmp_path):
    for words in (["--kernels"], ["--file", picture]):
        ended = command("look", run, *words, "--out", tmp_path / "kernels.png")
        assert ended.code == 0, ended.err
        assert (tmp_path / "kernels.png").read_bytes().startswith(b"\x89PNG")


def test_a_sheet_shows_what_augmentation_makes_of_images(command, run, tmp_path):
    (tmp_path / "mine.yaml").write_text(RECIPE + "augmentation: {shift: 3, flip: 0.5}\n")
    ended = command("look", tmp_path / "mine.yaml", "--augmentation", "--out", tmp_path / "sheet.png")
    assert ended.code == 0, ended.err
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
    nothing = command("look", run, "--augmentation")
    assert (nothing.code, "this recipe augments nothing" in nothing.err) == (2, True)
    useless = command("look", tmp_path / "mine.yaml", "--augmentation", "--json")
    assert (useless.code, "--json has no effect with --augmentation" in useless.err) == (2, True)


def test_a_recipe_is_checked_with_its_classes(command, tmp_path):
    (tmp_path / "mine.yaml").write_text(RECIPE)
    ended = command("check", tmp_path / "mine.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert "train: 30 (arrow 3, bar 3" in ended.out
