"""Episodes: what is told, what is asked, and that it can be answered from what was told."""

import numpy as np
import pytest
import torch

from softsearch.data.episodes.algorithms import (
    AssociativeRecall,
    Copy,
    NGrams,
    PrioritySort,
    RepeatCopy,
    expected_by_counting,
)
from softsearch.data.episodes.sums import Comparison, Sum

ALL = [
    (Copy(8), {"length": 5}),
    (RepeatCopy(8, (1, 10)), {"length": 3, "repeats": 4}),
    (AssociativeRecall(6, 3), {"items": 4}),
    (NGrams(4), {"length": 40}),
    (PrioritySort(8), {"items": 6, "kept": 4}),
    (Sum(), {"length": 7}),
    (Comparison(), {"length": 7}),
]
BATCH = 4


def draw(algorithm, sizes, seed=0):
    return algorithm.draw(np.random.default_rng(seed), batch=BATCH, sizes=sizes)


@pytest.mark.parametrize(("algorithm", "sizes"), ALL)
def test_an_episode_has_the_widths_and_the_steps_that_it_says(algorithm, sizes):
    found = draw(algorithm, sizes)
    assert found.inputs.shape == (BATCH, algorithm.extent(sizes).steps, algorithm.inputs)
    assert found.targets.shape == (BATCH, algorithm.extent(sizes).steps, algorithm.outputs)
    assert found.mask.shape == (BATCH, algorithm.extent(sizes).steps)
    assert bool(found.mask.any(1).all())
    assert algorithm.extent(sizes).vectors >= 1


@pytest.mark.parametrize(("algorithm", "sizes"), ALL)
def test_other_seeds_draw_other_episodes_and_the_same_the_same(algorithm, sizes):
    one, again, other = draw(algorithm, sizes, 1), draw(algorithm, sizes, 1), draw(algorithm, sizes, 2)
    assert torch.equal(one.inputs, again.inputs)
    assert torch.equal(one.targets, again.targets)
    assert not torch.equal(one.inputs, other.inputs)


def test_a_copy_is_asked_for_after_the_mark_while_nothing_is_told():
    found = draw(Copy(8), {"length": 5})
    assert torch.equal(found.targets[:, 6:], found.inputs[:, :5, :8])
    assert found.inputs[:, :, 8].nonzero()[:, 1].tolist() == [5] * BATCH
    assert bool((found.inputs[:, 6:] == 0).all())
    assert found.mask[0].tolist() == [False] * 6 + [True] * 5


def test_a_repeat_copy_says_how_often_on_a_scale_of_its_own_and_ends_with_a_mark():
    algorithm = RepeatCopy(8, (1, 10))
    found = draw(algorithm, {"length": 3, "repeats": 4})
    copies = found.targets[:, 4:16, :8].reshape(BATCH, 4, 3, 8)
    assert all(torch.equal(copies[:, place], found.inputs[:, :3, :8]) for place in range(4))
    assert found.targets[:, :, 8].nonzero()[:, 1].tolist() == [16] * BATCH
    told = [float(draw(algorithm, {"length": 1, "repeats": repeats}).inputs[0, 1, 9]) for repeats in range(1, 11)]
    assert found.inputs[:, :, 8].nonzero()[:, 1].tolist() == [3] * BATCH
    assert np.mean(told) == pytest.approx(0, abs=1e-6)
    assert np.std(told) == pytest.approx(1, abs=1e-6)


def test_associative_recall_asks_for_the_item_after_the_one_that_is_shown():
    found = draw(AssociativeRecall(6, 3), {"items": 4})
    for inputs, targets, mask in zip(found.inputs, found.targets, found.mask, strict=True):
        marks, questions = (inputs[:, channel].nonzero().flatten().tolist() for channel in (6, 7))
        assert marks == [0, 4, 8, 12]
        assert questions == [16, 20]
        items = [inputs[mark + 1 : mark + 4, :6] for mark in marks]
        asked = next(place for place, item in enumerate(items) if torch.equal(item, inputs[17:20, :6]))
        assert torch.equal(targets[mask], items[asked + 1])


def test_priority_sort_gives_back_the_most_important_in_order():
    found = draw(PrioritySort(8), {"items": 6, "kept": 4})
    for inputs, targets, mask in zip(found.inputs, found.targets, found.mask, strict=True):
        order = inputs[:6, 8].argsort(descending=True)[:4]
        assert torch.equal(targets[mask], inputs[order, :8])
        assert float(inputs[6, 9]) == 1
        assert bool((inputs[7:] == 0).all())


def test_bits_of_an_ngram_model_are_foretold_from_the_bits_before_and_its_best_guess_is_the_best():
    found = NGrams(3).draw(np.random.default_rng(0), batch=200, sizes={"length": 400})
    assert torch.equal(found.inputs[:, 1:, 0], found.targets[:, :-1, 0])
    assert found.mask[0].tolist() == [False] + [True] * 398
    costs = {"counting": 0.0, "even": 0.0, "share of ones": 0.0}
    for inputs, targets in zip(found.inputs, found.targets, strict=True):
        bits = [int(each) for each in inputs[:, 0]] + [int(targets[-1, 0])]
        guesses = expected_by_counting(bits, 3)
        assert len(guesses) == int(found.mask[0].sum())
        ones = np.clip(np.mean(bits), 0.01, 0.99)
        for bit, guess in zip(bits[2:], guesses, strict=True):
            for name, chance in (("counting", guess), ("even", 0.5), ("share of ones", ones)):
                costs[name] -= np.log2(chance if bit else 1 - chance)
    assert NGrams(3).least_bits(found).sum() == pytest.approx(costs["counting"])
    assert costs["counting"] < 0.8 * costs["share of ones"] <= 0.8 * costs["even"]


def test_sums_and_comparisons_are_of_all_so_far():
    found = draw(Sum(), {"length": 7})
    torch.testing.assert_close(found.targets, found.inputs.cumsum(1))
    found = draw(Comparison(), {"length": 7})
    totals = found.inputs.cumsum(1)
    assert torch.equal(found.targets[..., 0], (totals[..., 0] > totals[..., 1]).float())


@pytest.mark.parametrize(("length", "kept"), [(4, 1), (9, 6), (11, 8), (200, 8)])
def test_of_a_short_episode_of_ngrams_no_more_contexts_are_to_be_kept_than_it_has(length, kept):
    assert NGrams(4).extent({"length": length}).vectors == kept
    assert kept <= int(draw(NGrams(4), {"length": length}).mask[0].sum())
