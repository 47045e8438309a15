"""Other images of the same class, and nothing where nothing is asked for."""

from __future__ import annotations

import pytest
import torch

from softsearch.data.images import augmentation
from softsearch.data.images.augmentation import Augmentation, cut_out, flipped, mixed, resampled, shifted
from tests.data.images.made import NOTHING, SOMETHING


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
