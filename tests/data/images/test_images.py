"""Images of a split are stored once at one size, drawn where there are none, and augmented when they are trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from softsearch.data.images import augmentation
from softsearch.data.images.augmentation import Augmentation, cut_out, flipped, mixed, resampled, shifted
from softsearch.data.images.batches import ImageData
from softsearch.data.images.drawn import SHAPES, drawn
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError

NOTHING = {"shift": 0, "flip": 0.0, "rotation": 0.0, "warp": 0.0, "crop": 0.0, "noise": 0.0, "cutout": 0, "mixup": 0.0}
SOMETHING = {
    "shift": 2,
    "flip": 0.5,
    "rotation": 20.0,
    "warp": 2.0,
    "crop": 0.5,
    "noise": 0.1,
    "cutout": 3,
    "mixup": 0.5,
}


def image(label: str, value: int, edge: int = 6) -> LabelledImage:
    return LabelledImage(np.full((edge, edge, 3), value, np.uint8), label, f"{label}/{value}")


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    images = [image(str(10 - value % 10), value) for value in range(25)]
    return ImageStore.write(tmp_path / "train", images, size=6, channels=3, classes=None)


# The store


def test_a_store_gives_back_what_was_written_and_numbers_sort_by_size(store):
    assert store.classes == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
    assert len(store) == 25
    for row in range(25):
        assert store.images[row].min() == store.images[row].max() == row
        assert store.classes[store.labels[row]] == str(10 - row % 10)
        assert store.places[row] == f"{10 - row % 10}/{row}"
    assert store.counts["10"] == 3
    assert store.counts["1"] == 2


def test_a_store_brings_images_to_one_size(tmp_path):
    found = ImageStore.write(tmp_path / "x", [image("a", 7, 9), image("b", 8, 4)], size=5, channels=3, classes=None)
    assert found.images.shape == (2, 5, 5, 3)
    assert found.images[1].min() == 8


def test_held_out_images_have_the_classes_of_the_training_images(tmp_path):
    found = ImageStore.write(tmp_path / "x", [image("dog", 1)], size=6, channels=3, classes=["cat", "dog"])
    assert (found.classes, found.labels.tolist()) == (("cat", "dog"), [1])
    with pytest.raises(DataError, match="the classifier knows no such class") as raised:
        ImageStore.write(tmp_path / "y", [image("doge", 1)], size=6, channels=3, classes=["cat", "dog"])
    assert (str(raised.value.path), raised.value.nearest) == ("doge/1", "dog")
    assert not (tmp_path / "y").exists()


def test_a_store_without_images_or_with_damage_is_refused(tmp_path, store):
    with pytest.raises(DataError, match="there is no image"):
        ImageStore.write(tmp_path / "x", [], size=6, channels=3, classes=None)
    (tmp_path / "train" / "labels.npy").write_bytes(b"rubbish")
    with pytest.raises(DataError, match="cannot be read"):
        ImageStore(tmp_path / "train")
    np.save(tmp_path / "train" / "labels.npy", np.zeros(3, np.int64))
    with pytest.raises(DataError, match="do not fit together"):
        ImageStore(tmp_path / "train")


# Drawn images


@pytest.mark.parametrize(("kind", "shape"), [("shapes", (24, 24, 3)), ("digits", (24, 24, 1))])
def test_drawn_images_are_a_function_of_seed_and_split_and_of_all_classes_alike(kind, shape):
    def draw(**changes):
        fields = {"number": 20, "size": 24, "seed": 1, "split": "train"} | changes
        return list(drawn(kind, **fields))

    found = draw()
    assert all(each.pixels.shape == shape and each.pixels.dtype == np.uint8 for each in found)
    assert sorted(each.label for each in found) == sorted([each.label for each in found[:10]] * 2)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(found, draw(number=30), strict=False))
    for other in (draw(seed=2), draw(split="test")):
        assert not any(np.array_equal(a.pixels, b.pixels) for a, b in zip(found, other, strict=True))


def test_a_ring_has_a_hole_and_a_circle_has_none():
    for name in ("circle", "ring"):
        place = list(SHAPES).index(name)
        pixels = list(drawn("shapes", number=10, size=64, seed=3, split="train"))[place].pixels
        ground = pixels[0, 0].astype(float)
        differs = np.abs(pixels.astype(float) - ground).mean(2) > 40
        rows, columns = np.nonzero(differs)
        middle = differs[int(rows.mean()), int(columns.mean())]
        assert middle == (name == "circle")


# Batches


def test_rows_count_on_so_that_each_epoch_is_another_order_and_another_augmentation(store):
    data = ImageData(store, batch=10, seed=1, augment=Augmentation(**NOTHING | {"noise": 0.1}))
    plans = [data.plan(epoch) for epoch in (0, 1)]
    assert [len(rows) for rows in plans[0]] == [10, 10, 5]
    for epoch, plan in enumerate(plans):
        assert sorted(np.concatenate(plan) - 25 * epoch) == list(range(25))
    assert not np.array_equal(plans[0][0], plans[1][0] - 25)
    rows = plans[0][0]
    assert torch.equal(data.batch(rows).images, data.batch(rows).images)
    assert not torch.equal(data.batch(rows).images, data.batch(rows + 25).images)
    assert data.describe(rows + 25) == data.describe(rows) == [store.places[row] for row in rows]


def test_a_batch_has_the_images_between_0_and_1_with_their_classes(store):
    data = ImageData(store, batch=10, seed=1, augment=None)
    rows = np.array([24, 3])
    batch = data.batch(rows)
    assert batch.images.shape == (2, 3, 6, 6)
    assert batch.images[0, 0, 0, 0] == pytest.approx(24 / 255)
    assert batch.targets.argmax(1).tolist() == store.labels[rows].tolist()
    assert batch.num_items == 2


def test_augmenting_leaves_the_callers_randomness_alone(store):
    data = ImageData(store, batch=10, seed=1, augment=Augmentation(**SOMETHING))
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    data.batch(data.plan(0)[0])
    assert torch.equal(torch.rand(3), expected)


# Augmentation


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.rand(40, 3, 8, 8), torch.nn.functional.one_hot(torch.arange(40) % 4, 4).float()


def test_with_zeros_nothing_happens(batch):
    images, classes = Augmentation(**NOTHING)(*batch)
    assert images is batch[0]
    assert classes is batch[1]


@pytest.mark.parametrize("name", SOMETHING)
def test_each_kind_changes_images_and_keeps_their_shape(name, batch):
    images, classes = Augmentation(**NOTHING | {name: SOMETHING[name]})(*batch)
    assert images.shape == batch[0].shape
    assert images.dtype == torch.float32
    assert not torch.equal(images, batch[0])
    assert torch.equal(classes, batch[1]) == (name != "mixup")


def test_a_shifted_image_is_a_window_of_the_padded_one(batch):
    images = batch[0]
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    moved = shifted(images, 2)
    places = set()
    for one, frame in zip(moved, padded, strict=True):
        found = [
            (row, column)
            for row in range(5)
            for column in range(5)
            if torch.equal(one, frame[:, row : row + 8, column : column + 8])
        ]
        assert len(found) == 1
        places.update(found)
    assert len(places) > 10


def test_a_share_of_the_images_is_mirrored(batch):
    found = flipped(batch[0], 0.3)
    mirrored = [torch.equal(one, other.flip(2)) for one, other in zip(found, batch[0], strict=True)]
    same = [torch.equal(one, other) for one, other in zip(found, batch[0], strict=True)]
    assert 4 < sum(mirrored) < 22
    assert sum(mirrored) + sum(same) == 40


def test_a_grey_square_of_that_edge_is_cut_out(batch):
    found = cut_out(batch[0], 4)
    grey = (found == 0.5).all(dim=1)
    assert grey.flatten(1).sum(1).max() == 16
    assert torch.equal(found[~grey.unsqueeze(1).expand_as(found)], batch[0][~grey.unsqueeze(1).expand_as(found)])


def test_mixing_mixes_images_and_classes_alike():
    values = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 1, 2, 2)
    torch.manual_seed(1)
    images, classes = mixed(values, torch.eye(6), 0.5)
    torch.testing.assert_close(images[:, 0, 0, 0], classes @ torch.arange(6.0))
    torch.testing.assert_close(classes.sum(1), torch.ones(6))


def across(number: int, edge: int = 32) -> torch.Tensor:
    """Return images whose pixels say how far to the right they are, and how far down."""
    steps = torch.arange(float(edge))
    return torch.stack([steps.expand(edge, edge), steps.unsqueeze(1).expand(edge, edge)]).expand(number, 2, edge, edge)


def test_warping_displaces_by_so_many_pixels_at_most():
    torch.manual_seed(1)
    moved = (resampled(across(20), rotation=0.0, crop=0.0, warp=2.0) - across(20))[:, :, 5:-5, 5:-5].abs()
    assert 1.5 < moved.max() <= 2.001


@pytest.mark.parametrize("number", [1, 40])
def test_an_image_is_turned_by_so_many_degrees_at_most_about_its_middle(number, monkeypatch):
    torch.manual_seed(1)
    found = resampled(across(number), rotation=30.0, crop=0.0, warp=0.0)[:, :, 8:-8, 8:-8]
    right, down = (found[:, :, 8, 12] - found[:, :, 8, 4]).unbind(1)  # how the step to the right was turned
    angles = torch.rad2deg(torch.atan2(down, right))
    assert angles.abs().max() <= 30.01
    assert number == 1 or angles.abs().max() > 20
    assert torch.hypot(down, right) == pytest.approx(8.0, abs=1e-3)
    monkeypatch.setattr(augmentation, "_between", lambda least, most, number: torch.full((number,), float(most)))
    assert torch.allclose(
        resampled(across(2), rotation=90.0, crop=0.0, warp=0.0), torch.rot90(across(2), 1, (2, 3)), atol=1e-4
    )


@pytest.mark.parametrize("crop", [0.4, 0.9])
def test_a_part_with_so_much_of_the_area_takes_the_place_of_the_whole(crop):
    torch.manual_seed(1)
    found = resampled(across(200), rotation=0.0, crop=crop, warp=0.0)[:, :, 1:-1, 1:-1]
    right = (found[:, 0, 0, -1] - found[:, 0, 0, 0]) / 29
    down = (found[:, 1, -1, 0] - found[:, 1, 0, 0]) / 29
    assert crop - 0.001 <= float((right * down).min()) <= crop + 0.05
    assert float((right * down).max()) <= 1.001
    assert float((right / down).max()) <= 4 / 3 + 0.01
    assert float((right / down).min()) >= 3 / 4 - 0.01
    assert found.min() >= 0
    assert found.max() <= 31
