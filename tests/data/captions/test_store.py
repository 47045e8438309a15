"""A store gives back images of one size and the tokens of their captions; what cannot be read is told, or left out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from softsearch.data.captions.captioned import Box, CaptionedImage, Thing
from softsearch.data.captions.store import CaptionStore
from softsearch.data.tokenizers.words import train_words
from softsearch.errors import DataError

SAID = [("a red dot", "a dot"), ("a blue dot",), ("", "a dot a dot")]


def broken():
    raise DataError("the picture is damaged", path="b.png")


@pytest.fixture
def tokenizer():
    return train_words((text for own in SAID for text in own), size=30, lowercase=True, split_punctuation=False)


DOT = Thing(2, Box(0.25, 0.0, 0.5, 1.0))


def images(edge: int = 6):
    for number, captions in enumerate(SAID):
        things = ((DOT,), ()) if number == 0 else ()
        yield CaptionedImage(
            np.full((edge, edge + number, 3), 10 * number, np.uint8), captions, f"{number}.png", things
        )


def test_images_and_captions_come_back(tokenizer, tmp_path):
    store = CaptionStore.write(tmp_path / "s", images(), tokenizer, size=4, channels=3, skip=False)
    assert (len(store), store.num_captions, store.images.shape) == (3, 5, (3, 4, 4, 3))
    assert store.images[:, 0, 0, 0].tolist() == [0, 10, 20]
    assert store.captions == [list(each) for each in SAID]
    assert store.places == ["0.png", "1.png", "2.png"]
    assert store.things == [[[DOT], []], [[]], [[], []]]
    texts = [text for own in SAID for text in own]
    assert [store.tokens[row].tolist() for row in range(5)] == tokenizer.encode_batch(texts)
    assert [list(store.captions_of(image)) for image in range(3)] == [[0, 1], [2], [3, 4]]
    assert store.tokens.lengths.tolist() == [3, 2, 3, 0, 4]
    assert len(set(store.fingerprints())) == 3


def test_a_picture_that_cannot_be_read_is_told_or_left_out(tokenizer, tmp_path):
    some = [*images(), CaptionedImage(broken, ("never",), "b.png")]
    with pytest.raises(DataError, match="damaged"):
        CaptionStore.write(tmp_path / "s", some, tokenizer, size=4, channels=1, skip=False)
    assert not (tmp_path / "s").exists()
    store = CaptionStore.write(tmp_path / "s", some, tokenizer, size=4, channels=1, skip=True)
    assert (len(store), store.images.shape[3], store.skipped) == (3, 1, ["b.png: the picture is damaged"])
    with pytest.raises(DataError, match="none of the pictures can be read"):
        CaptionStore.write(tmp_path / "t", some[3:], tokenizer, size=4, channels=1, skip=True)
    with pytest.raises(DataError, match="there is no image"):
        CaptionStore.write(tmp_path / "t", [], tokenizer, size=4, channels=1, skip=True)


def test_a_caption_that_would_make_every_batch_as_long_as_itself_is_told(tokenizer, tmp_path):
    some = [*images(), CaptionedImage(np.zeros((6, 6, 3), np.uint8), ("a dot", "a dot " * 300), "long.png")]
    with pytest.raises(DataError) as error:
        CaptionStore.write(tmp_path / "s", some, tokenizer, size=4, channels=1, skip=True)
    assert "long.png: a caption of 600 tokens" in str(error.value)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", ["pixels.npy", "ids.npy", "ends.npy", "captions.json"])
def test_a_damaged_store_is_told(name, tokenizer, tmp_path):
    folder = tmp_path / "s"
    CaptionStore.write(folder, images(), tokenizer, size=4, channels=3, skip=False)
    raw = (folder / name).read_bytes()
    (folder / name).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        CaptionStore(folder)
    (folder / name).unlink()
    with pytest.raises(DataError, match="cannot be read"):
        CaptionStore(folder)


def test_a_store_that_does_not_fit_together_is_told(tokenizer, tmp_path):
    folder = tmp_path / "s"
    CaptionStore.write(folder, images(), tokenizer, size=4, channels=3, skip=False)
    about = json.loads((folder / "captions.json").read_text())
    about["captions"][0].pop()
    (folder / "captions.json").write_text(json.dumps(about))
    with pytest.raises(DataError, match="do not fit together"):
        CaptionStore(folder)
