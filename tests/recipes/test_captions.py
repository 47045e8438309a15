"""What a recipe of a captioner refuses, what it says has no effect, and whose files its names are."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

from softsearch.errors import RecipeError
from softsearch.recipes import anchored, dump_recipe, load_recipe
from softsearch.recipes.schema import Additive, Captioner, CaptioningTransformer, CaptionSplit, DrawnScenes

SMALL = """\
task: {kind: image_captioning}
training: {max_steps: 1000}
"""
FILES = """\
task: {kind: image_captioning}
data:
  kind: captions
  images: pictures
  captions: captions/all.txt
  train: {names: train.txt}
  valid: {images: others, captions: others.csv}
  test: {names: ~/test.txt, images: '${MY_PICTURES}/test.zip'}
model: {encoder: {weights: nets/resnet.pt}}
training: {max_steps: 1000}
"""
SPLIT_OR_SHARE = "allowed: {images, captions, names} or a number above 0, below 1"


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def read(*changes: str, text: str = SMALL):
        path = tmp_path / "deep" / "my.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return load_recipe(path, changes)

    return read


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where commands run: another than that of the recipe."""
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("MY_PICTURES", "/photos")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_a_short_recipe_gets_every_default_and_is_read_again_from_what_is_written(load, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recipe = load()
    assert isinstance(recipe.data, DrawnScenes)
    assert isinstance(recipe.model, Captioner)
    assert isinstance(recipe.model.attention, Additive)
    (tmp_path / "whole.yaml").write_text(dump_recipe(recipe))
    assert load_recipe(tmp_path / "whole.yaml") == recipe
    assert isinstance(load("model={kind: captioning_transformer}").model, CaptioningTransformer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["task.mean=[0.5]"], "task.mean needs a number for each colour"),
        (["task.deviation=[0.5, 0.5]"], "task.deviation needs a number for each colour"),
        (["training.optimizer={kind: averaged_sgd}"], "not the statistics that batch norm keeps"),
        (["training.stop.on=accuracy"], "loss, bleu, cider"),
        (["decoding.min_length=9", "decoding.max_length=8"], "at least min_length, 9"),
        (["model.readout=100"], "readout"),
        (["model={kind: captioning_transformer, width: 30, heads: 4}"], "heads"),
        (["data={kind: captions, images: a, captions: b, train: {}, valid: 1.0}"], "less than 1"),
        (["data={kind: captions, images: a, captions: b, train: {}, valid: 3}"], "data.valid"),
        *(
            ([f"data={{kind: captions, images: a, captions: b, train: {{}}{valid}}}"], SPLIT_OR_SHARE)
            for valid in ("", ", valid: 1", ", valid: some", ", valid: null")
        ),
        (["model.attention={kind: hard, coverage: true}"], "coverage"),
        (["model.attention={kind: dot}"], "dot"),
        *(
            ([f"model.encoder.frozen_epochs={epochs}"], "from 0 to 1,000,000,000, or all")
            for epochs in ("-1", "some", "1.5", "true", "null", "[1]", "10000000000")
        ),
        (["model.encoder.network={kind: residual, stem: cifar, depth: 21}"], "6n + 2"),
        (["model.encoder.network={kind: residual, shortcut: C}"], "allowed: A, B"),
        (["task.reward=0"], "reward"),
        (["training.captions_per_image=0"], "captions_per_image"),
        (["training.batch_tokens=64"], "batch_size"),
        (["augmentation.mixup=0.5"], "mixup"),
        (["data.language=it"], "language"),
    ],
)
def test_what_does_not_fit_is_told(load, changes, told):
    with pytest.raises(RecipeError) as caught:
        load(*changes)
    assert told in str(caught.value)
    assert "mistakes" not in str(caught.value)


@pytest.mark.parametrize("part", ["images", "captions"])
@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_split_without_images_or_captions_is_told_where_to_name_them(load, anywhere, split, part):
    other = {"images": "captions", "captions": "images"}[part]
    splits = dict.fromkeys(("train", "valid", "test"), f"{{{part}: x}}") | {split: "{names: list.txt}"}
    named = ", ".join(f"{name}: {its}" for name, its in splits.items())
    with pytest.raises(RecipeError) as caught:
        load(f"data={{kind: captions, {other}: y, {named}}}")
    assert f"the split has no {part}" in str(caught.value)
    assert f"set data.{part}, or data.{split}.{part}" in str(caught.value)
    load(f"data={{kind: captions, {other}: y, {part}: z, {named}}}")


def test_a_network_without_batch_norm_may_have_the_mean_of_its_weights_taken(load):
    load("training.optimizer={kind: averaged_sgd}", "model.encoder.network={kind: vgg, depth: 11}")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["task.reward=2.0"], "task.reward has no effect without hard attention"),
        (["task.entropy=0.5"], "task.entropy has no effect without hard attention"),
        (["task.baseline=0.5"], "task.baseline has no effect without hard attention"),
        (["model={kind: captioning_transformer}", "task.entropy=0.1"], "task.entropy has no effect"),
        (["model.attention={kind: none}", "task.doubly_stochastic=1.0"], "doubly_stochastic has no effect without att"),
        (["tokenizer={kind: sentencepiece, sample: 0.2}"], "tokenizer.sample has no effect on captions"),
        (["decoding.beam=1", "decoding.length_penalty=0.5"], "length_penalty has no effect with decoding.beam 1"),
        (["model.encoder.network={kind: residual, residual: false, shortcut: B}"], "encoder.network.shortcut has no"),
        (["training.max_steps=100"], "it never reaches the learning rate"),
    ],
)
def test_an_option_without_effect_warns(load, changes, told):
    with pytest.warns(UserWarning, match=re.escape(told)) as found:
        load(*changes)
    assert len(found) == 1


@pytest.mark.parametrize(
    "changes",
    [
        ["model.attention={kind: hard}", "task.reward=2.0", "task.entropy=0.5", "task.baseline=0.5"],
        ["task.doubly_stochastic=1.0"],
        ["model={kind: captioning_transformer}", "task.doubly_stochastic=1.0"],
    ],
)
def test_an_option_with_an_effect_does_not(load, changes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(*changes)


def test_names_of_files_are_those_of_the_folder_of_the_recipe(load, anywhere, tmp_path):
    recipe = load(text=FILES)
    data, home = recipe.data, tmp_path / "deep"
    assert data.folder == str(home)
    assert recipe.model.encoder.weights == str(home / "nets" / "resnet.pt")
    assert (data.images, data.captions, data.train) == ("pictures", "captions/all.txt", CaptionSplit(names="train.txt"))
    assert data.valid == CaptionSplit(images="others", captions="others.csv")
    assert data.test == CaptionSplit(names="/home/me/test.txt", images="/photos/test.zip")
    assert (data.image, data.caption) == ("image", "caption")  # columns are no files
    assert anchored(recipe) == recipe


@pytest.mark.parametrize(
    ("field", "of"),
    [
        ("data.images", lambda recipe: recipe.data.images),
        ("data.captions", lambda recipe: recipe.data.captions),
        ("data.train.names", lambda recipe: recipe.data.train.names),
        ("data.valid.images", lambda recipe: recipe.data.valid.images),
        ("data.test.captions", lambda recipe: recipe.data.test.captions),
        ("model.encoder.weights", lambda recipe: recipe.model.encoder.weights),
    ],
)
def test_a_name_in_an_override_is_relative_to_where_the_command_runs_and_the_others_stay(load, anywhere, field, of):
    before, recipe = load(text=FILES), load(f"{field}=mine", text=FILES)
    assert of(recipe) == str(anywhere / "mine")
    assert recipe.data.folder == before.data.folder
    assert recipe.data.valid.captions == before.data.valid.captions


def test_a_folder_that_is_given_is_that_of_every_name(load, anywhere, tmp_path):
    data = load("data.folder=corpus", "data.train.names=mine.txt", text=FILES).data
    assert (data.folder, data.train.names, data.images) == (str(anywhere / "corpus"), "mine.txt", "pictures")


def test_a_share_may_take_the_place_of_the_split_to_validate_on(load, anywhere):
    assert load("data.valid=0.1", text=FILES).data.valid == 0.1
    back = load("data.valid={names: v.txt}", text=FILES.replace("{images: others, captions: others.csv}", "0.1")).data
    assert back.valid == CaptionSplit(names=str(anywhere / "v.txt"))


def test_what_another_kind_has_by_default_does_not_last(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(re.sub(r"  test: .*\n|model: .*\n", "", FILES))
    data = load_recipe(path).data
    assert data.size == type(data).model_fields["size"].default == 128
    assert data.size != DrawnScenes(kind="scenes").size
