"""Batches of images with captions: a function of seed and epoch, drawn at random, each caption in its turn."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from softsearch.data.captions.batches import CaptionData
from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.captions.store import CaptionStore
from softsearch.data.tokenizers import BOS, EOS, PAD, WordTokenizer

TOKENIZER = WordTokenizer(list("abcdefgh"), lowercase=False, split_punctuation=False)
NUMBER, MOST = 31, 5
SAID = [
    tuple(" ".join("abcdefgh"[place] for _ in range(1 + row % 12)) for place in range(1 + row % MOST))
    for row in range(NUMBER)
]


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> CaptionStore:
    """Thirty-one images; image r is of level r, and has r % 5 + 1 captions of r % 12 + 1 words."""
    images = (CaptionedImage(np.full((4, 4, 3), row, np.uint8), said, f"{row}.png") for row, said in enumerate(SAID))
    folder = tmp_path_factory.mktemp("captions") / "train"
    return CaptionStore.write(folder, images, TOKENIZER, size=4, channels=3, skip=False)


def data(store, **changes) -> CaptionData:
    fields = {"batch": 6, "captions": 3, "seed": 1, "augment": None, "frozen_epochs": 0}
    return CaptionData(store, **fields | changes)


def lists(plan) -> list[list[int]]:
    return [rows.tolist() for rows in plan]


def written(batch) -> list[list[int]]:
    """Return the captions of a batch, without their ends."""
    return [row[own][:-1].tolist() for row, own in zip(batch.target_output, batch.target_mask, strict=True)]


def test_the_order_is_a_function_of_seed_and_epoch_and_visits_each_image_once(store):
    plans = [lists(data(store).plan(epoch)) for epoch in (0, 1, 2)]
    assert plans == [lists(data(store).plan(epoch)) for epoch in (0, 1, 2)]
    for epoch, plan in enumerate(plans):
        assert sorted(row for rows in plan for row in rows) == list(range(epoch * NUMBER, (epoch + 1) * NUMBER))
    assert plans[0] != [[row - NUMBER for row in rows] for rows in plans[1]]
    assert plans[0] != lists(data(store, seed=2).plan(0))


@pytest.mark.parametrize(("batch", "sizes"), [(6, [6] * 4 + [7]), (7, [3] + [7] * 4), (31, [31]), (99, [31])])
def test_no_image_is_alone_in_a_batch(store, batch, sizes):
    assert sorted(map(len, data(store, batch=batch).plan(0))) == sizes


def test_which_images_are_in_a_batch_has_nothing_to_do_with_the_lengths_of_their_captions(store):
    longest = 1 + np.arange(NUMBER) % 12
    means = [longest[rows % NUMBER].mean() for epoch in range(50) for rows in data(store).plan(epoch)]
    expected = longest.std() * np.sqrt(1 / 6 - 1 / NUMBER)  # of six that are drawn without replacement
    assert np.std(means) == pytest.approx(expected, rel=0.2)


def test_each_image_takes_the_positions_of_its_longest_caption_and_its_end_for_all_that_are_drawn(store):
    assert data(store).lengths(np.array([0, 11 + NUMBER])).tolist() == [2 * 3, 13 * 3]


@pytest.mark.parametrize("captions", [1, 2, 3, 7])
def test_each_caption_of_an_image_comes_as_often_as_any_other_or_once_more(store, captions):
    found = data(store, captions=captions)
    rows = np.array([4, 0, 2, 1])
    texts = written(found.batch(rows))
    assert len(texts) == len(rows) * captions
    for place, row in enumerate(rows):
        own = Counter(tuple(text) for text in texts[place * captions : (place + 1) * captions])
        known = [tuple(ids) for ids in TOKENIZER.encode_batch(SAID[row])]
        counts = [own[ids] for ids in known]
        assert sum(counts) == captions
        assert max(counts) - min(counts) <= 1


def test_captions_are_drawn_anew_at_each_visit_and_again_the_same_for_the_same_row(store):
    found = data(store, captions=2)
    visits = [written(found.batch(np.array([4 + epoch * NUMBER]))) for epoch in range(30)]
    assert visits == [written(data(store, captions=2).batch(np.array([4 + epoch * NUMBER]))) for epoch in range(30)]
    drawn = Counter(tuple(text) for visit in visits for text in visit)
    assert len(drawn) == MOST
    beside = written(found.batch(np.array([3, 4])))
    assert beside[2:] == visits[0]  # whatever else is in the batch


def test_a_decoder_is_given_bos_and_the_caption_and_is_to_write_the_caption_and_eos(store):
    rows = np.array([11, 2, 30])
    batch = data(store, captions=1).batch(rows)
    for place, row in enumerate(rows):
        mask, said = batch.target_mask[place], TOKENIZER.encode_batch(SAID[row])
        text = batch.target_output[place][mask].tolist()[:-1]
        assert text in said
        assert batch.target_input[place][mask].tolist() == [BOS, *text]
        assert batch.target_output[place][mask].tolist() == [*text, EOS]
        assert mask.tolist() == [True] * (len(text) + 1) + [False] * (len(mask) - len(text) - 1)
    assert (batch.target_output[~batch.target_mask] == PAD).all()
    assert (batch.target_input[~batch.target_mask] == PAD).all()
    assert batch.num_items == sum(1 + row % 12 for row in rows) + len(rows)


def test_images_are_read_between_0_and_1_and_told_where_they_lay(store):
    rows = np.array([30, 7]) + NUMBER
    batch = data(store).batch(rows)
    assert batch.source.shape == (2, 3, 4, 4)
    assert batch.source[:, 0, 0, 0].tolist() == pytest.approx([30 / 255, 7 / 255])
    assert data(store).describe(rows) == ["30.png", "7.png"]
    assert {value.device.type for value in vars(batch.to("meta")).values() if torch.is_tensor(value)} == {"meta"}


@pytest.mark.parametrize(("epochs", "frozen"), [(0, [False] * 3), (2, [True, True, False]), (None, [True] * 3)])
def test_what_looks_stays_as_it_is_for_so_many_epochs(store, epochs, frozen):
    found = data(store, frozen_epochs=epochs)
    assert [found.batch(found.plan(epoch)[-1]).is_frozen for epoch in range(3)] == frozen
    assert found.batch(found.plan(1)[0]).to("cpu").is_frozen == frozen[1]


def test_annotations_stand_for_images_only_while_what_looks_stays_as_it_is(store):
    known = np.random.default_rng(0).random((NUMBER, 2, 5), dtype=np.float32)
    found = data(store, frozen_epochs=1, annotations=known)
    rows = found.plan(0)[0]
    assert np.array_equal(found.batch(rows).source.numpy(), known[rows])
    assert torch.equal(found.batch(rows + NUMBER).source, data(store).batch(rows).source)


def test_augmentation_is_a_function_of_the_rows_and_leaves_other_randomness_alone(store):
    found = data(store, augment=lambda images: images + torch.rand(len(images), 1, 1, 1))
    rows = found.plan(0)[0]
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    once, again, later = (found.batch(each).source for each in (rows, rows, rows + NUMBER))
    assert torch.equal(torch.rand(2), expected)
    assert torch.equal(once, again)
    assert not torch.equal(once, later)
