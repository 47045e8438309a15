"""Images of a split are stored once at one size."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError
from tests.data.images.made import image


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
