"""Episodes follow from the seed and their numbers; those held out are others."""

import numpy as np
import torch

from softsearch.data.episodes.algorithms import (
    Copy,
    RepeatCopy,
)
from softsearch.data.episodes.drawing import DrawnEpisodes, drawn_episodes, held_out_episodes


def test_a_batch_is_drawn_alike_whole_and_in_parts_and_every_epoch_draws_others():
    data = DrawnEpisodes(Copy(8), {"length": (1, 9)}, batch=4, seed=1, only=None)
    first, second = data.plan(0), data.plan(1)
    assert len(first) == 100
    assert {len(rows) for rows in first} == {4}
    whole, part = data.batch(first[3]), data.batch(first[3][2:])
    assert torch.equal(whole.inputs[2:], part.inputs)
    assert not set(np.concatenate(first)) & set(np.concatenate(second))
    assert {data.batch(rows).inputs.shape[1] for rows in first} == {2 * length + 1 for length in range(1, 10)}
    together = np.concatenate(first[:2])
    assert data.lengths(together).tolist() == [
        data.batch(rows).inputs.shape[1] for rows in first[:2] for _ in range(len(rows))
    ]
    assert data.describe(first[0][:1]) == ["drawn[0]"]


def test_a_few_are_learnt_by_heart_again_and_again():
    data = DrawnEpisodes(Copy(8), {"length": (1, 9)}, batch=4, seed=1, only=6)
    assert [rows.tolist() for rows in data.plan(0)] == [[0, 1, 2, 3], [4, 5]]
    assert [rows.tolist() for rows in data.plan(7)] == [[0, 1, 2, 3], [4, 5]]


def test_held_out_episodes_are_of_all_sizes_alike():
    ranges = {"length": (1, 4), "repeats": (1, 5)}
    found = held_out_episodes(RepeatCopy(2, (1, 5)), ranges, count=40, seed=1, split="test")
    assert [each.num_items for each in found] == [2] * 20
    few = held_out_episodes(RepeatCopy(2, (1, 5)), ranges, count=7, seed=1, split="test")
    assert [each.num_items for each in few] == [1] * 7
    assert len({each.inputs.shape[1] for each in few}) > 3
    many = held_out_episodes(Copy(2), {"length": (3, 3)}, count=70, seed=1, split="test")
    assert [each.num_items for each in many] == [32, 32, 6]


def test_held_out_episodes_are_others_than_those_of_training():
    ranges = {"length": (5, 9)}
    valid = held_out_episodes(Copy(8), ranges, count=72, seed=1, split="valid")
    assert [(each.num_items, each.inputs.shape[1]) for each in valid] == [
        (15, 11),
        (15, 13),
        (14, 15),
        (14, 17),
        (14, 19),
    ]
    test = held_out_episodes(Copy(8), ranges, count=70, seed=1, split="test")
    told = {each.inputs[row].numpy().tobytes() for part in valid for each in [part] for row in range(each.num_items)}
    assert not told & {each.inputs[row].numpy().tobytes() for each in test for row in range(each.num_items)}
    train = drawn_episodes(Copy(8), ranges, batch=32, seed=1)
    assert not told & {train.inputs[row].numpy().tobytes() for row in range(32)}
