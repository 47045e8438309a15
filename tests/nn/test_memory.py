"""Heads of a Neural Turing Machine: each equation of the paper against a loop over its indices."""

import math

import pytest
import torch

from softsearch.nn.memory import Look, addressed, look_of, numbers_of_a_look, shifted, similarity, written

BATCH, HEADS, CELLS, WORD = 2, 3, 5, 4
CLOSE = 1e-6


@pytest.fixture
def memory() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(BATCH, CELLS, WORD, dtype=torch.float64)


def weights_of(number: int = HEADS) -> torch.Tensor:
    return torch.rand(BATCH, number, CELLS, dtype=torch.float64).softmax(2)


def look(shift_range: int = 1, **changes: torch.Tensor) -> Look:
    numbers = torch.randn(BATCH, HEADS, numbers_of_a_look(WORD, shift_range), dtype=torch.float64)
    return look_of(numbers, word=WORD)._replace(**changes)


def every(value: float) -> torch.Tensor:
    return torch.full((BATCH, HEADS), value, dtype=torch.float64)


def test_what_heads_are_told_is_in_its_range_whatever_the_numbers_are():
    told = look_of(50 * torch.randn(BATCH, HEADS, numbers_of_a_look(WORD, 2)), word=WORD)
    assert told.key.shape == (BATCH, HEADS, WORD)
    assert bool((told.key.abs() <= 1).all())
    assert bool((told.strength >= 0).all())
    assert bool((told.sharpness >= 1).all())
    assert bool(((told.gate >= 0) & (told.gate <= 1)).all())
    assert told.shift.shape == (BATCH, HEADS, 5)
    torch.testing.assert_close(told.shift.sum(2), torch.ones(BATCH, HEADS))


def test_weights_are_those_of_the_papers_equations(memory):
    told, before = look(), weights_of()
    found = addressed(told, memory, before)
    for row in range(BATCH):
        for head in range(HEADS):
            key, beta, gate = told.key[row, head], told.strength[row, head], told.gate[row, head]
            scores = [float(beta * torch.dot(key, cell) / (key.norm() * cell.norm())) for cell in memory[row]]
            whole = sum(math.exp(score) for score in scores)
            content = [math.exp(score) / whole for score in scores]
            mixed = [
                float(gate) * now + (1 - float(gate)) * float(then)
                for now, then in zip(content, before[row, head], strict=True)
            ]
            moved = [
                sum(
                    mixed[j] * float(told.shift[row, head, move + 1])
                    for j in range(CELLS)
                    for move in (-1, 0, 1)
                    if (j + move) % CELLS == i
                )
                for i in range(CELLS)
            ]
            powers = [each ** float(told.sharpness[row, head]) for each in moved]
            expected = [each / sum(powers) for each in powers]
            assert found[row, head].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_head_that_trusts_neither_content_nor_moves_stays_where_it_is(memory):
    shift = torch.zeros(BATCH, HEADS, 3, dtype=torch.float64)
    shift[:, :, 1] = 1
    before = weights_of()
    found = addressed(look(gate=every(0.0), shift=shift, sharpness=every(1.0)), memory, before)
    torch.testing.assert_close(found, before, rtol=0, atol=CLOSE)


@pytest.mark.parametrize(("place", "move"), [(0, -2), (1, -1), (2, 0), (3, 1), (4, 2)])
def test_a_head_moves_around_a_circle(place, move):
    weights = torch.zeros(BATCH, HEADS, CELLS)
    weights[:, :, 4] = 1
    shift = torch.zeros(BATCH, HEADS, 5)
    shift[:, :, place] = 1
    assert shifted(weights, shift).argmax(2).unique().tolist() == [(4 + move) % CELLS]


def test_sharpening_keeps_apart_what_it_could_not_divide(memory):
    told = look(gate=every(0.0), sharpness=every(200.0))
    before = torch.tensor([0.3, 0.25, 0.2, 0.15, 0.1], dtype=torch.float64).expand(BATCH, HEADS, CELLS)
    found = addressed(told, memory, before)
    assert bool(found.isfinite().all())
    torch.testing.assert_close(found.sum(2), torch.ones(BATCH, HEADS, dtype=torch.float64))


def test_a_key_or_a_cell_of_zeros_is_like_nothing_and_has_a_gradient():
    key = torch.zeros(1, 1, WORD, requires_grad=True)
    memory = torch.zeros(1, CELLS, WORD, requires_grad=True)
    found = similarity(key, memory)
    assert found.tolist() == [[[0.0] * CELLS]]
    gradients = torch.autograd.grad(found.sum(), [key, memory])
    assert all(bool(each.isfinite().all()) for each in gradients)


def test_all_heads_erase_before_any_adds(memory):
    weights = weights_of(2)
    erase = torch.rand(BATCH, 2, WORD, dtype=torch.float64)
    add = torch.randn(BATCH, 2, WORD, dtype=torch.float64)
    found = written(memory, weights, erase, add)
    for row in range(BATCH):
        for i in range(CELLS):
            for part in range(WORD):
                value = float(memory[row, i, part])
                for head in range(2):
                    value *= 1 - float(weights[row, head, i] * erase[row, head, part])
                for head in range(2):
                    value += float(weights[row, head, i] * add[row, head, part])
                assert float(found[row, i, part]) == pytest.approx(value, abs=CLOSE)


def test_gradients_of_looking_and_writing_are_right(memory):
    numbers = torch.randn(BATCH, HEADS, numbers_of_a_look(WORD, 1), dtype=torch.float64, requires_grad=True)
    before = weights_of().requires_grad_()

    def step(numbers: torch.Tensor, memory: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        weights = addressed(look_of(numbers, word=WORD), memory, before)
        add = numbers[:, :, :WORD]
        return written(memory, weights, torch.sigmoid(add), torch.tanh(add))

    assert torch.autograd.gradcheck(step, (numbers, memory.requires_grad_(), before), atol=1e-6)
