"""A cell that follows a signal is found, by its place; one that only seems to is seen through by the other half."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from softsearch.data.tokenizers import train_verbatim
from softsearch.inspection.cells import Cell, Chosen, follows, liveliest, memories, search, to_dict
from softsearch.inspection.texts import of_lines
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers

TEXT = ['f(a, "b c")', "", '  g["x"](d)']


def make_model(vocabulary: int, cell: str = "lstm") -> RecurrentLanguageModel:
    torch.manual_seed(1)
    model = RecurrentLanguageModel(
        vocabulary=vocabulary,
        embedding=4,
        layers=Layers(cell, hidden=5, depth=2, residual=False),
        head=SoftmaxHead(features=15, vocabulary=vocabulary),
        lags=2,  # what else is in the state is no memory of a layer
        decay=0.5,
        dropout=nn.Identity(),
        tie_embeddings=False,
        init=0.7,
    )
    return model.eval()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "mlstm"])
def test_memories_are_what_the_equations_hold_after_each_token(cell: str) -> None:
    tokenizer = train_verbatim(TEXT, size=50)
    text = of_lines(TEXT, tokenizer, most=99, by_line=False)
    model = make_model(tokenizer.size, cell)
    held = memories(model, text)
    assert held.shape == (len(text.shown), 2, 5)
    with torch.no_grad():
        inputs = model.embedding(torch.tensor([text.ids]))
        for layer, own in enumerate([model.first, *model.upper.layers]):
            state = (torch.zeros(1, 5),) * own.cell.state_size
            outputs = []
            for number, gates in enumerate(own.cell.input(inputs.transpose(0, 1))):
                state = own.cell(gates, state)
                outputs.append(state[0])
                if number:
                    wanted = state[1].tanh() if "lstm" in cell else state[0]
                    np.testing.assert_allclose(held[number - 1, layer], wanted[0].numpy(), atol=1e-6)
            inputs = torch.stack(outputs, dim=1)


def test_where_each_line_is_a_text_of_its_own_nothing_of_the_line_before_is_remembered() -> None:
    tokenizer = train_verbatim(TEXT, size=50)
    model = make_model(tokenizer.size)
    both = memories(model, of_lines(["abc", "d"], tokenizer, most=99, by_line=True))
    alone = memories(model, of_lines(["d"], tokenizer, most=99, by_line=True))
    through = memories(model, of_lines(["abc", "d"], tokenizer, most=99, by_line=False))
    np.testing.assert_allclose(both[-1], alone[-1])
    assert np.abs(through[-1] - alone[-1]).max() > 1e-3


def random_cells(length: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    return random.uniform(-1, 1, (length, 2, 30)), (random.random(length) < 0.3).astype(float)


def test_the_cell_that_follows_is_found_whatever_its_sign() -> None:
    held, signal = random_cells()
    held[:, 1, 17] = -0.5 * signal + 0.1 * held[:, 1, 17]
    found = follows(held, signal)
    assert found is not None
    assert found.cell == Cell(layer=2, unit=18)
    chosen_by, judged_by = (np.arange(400) // 20 % 2 == part for part in (0, 1))
    assert found.chosen_by == pytest.approx(np.corrcoef(held[chosen_by, 1, 17], signal[chosen_by])[0, 1])
    assert found.judged_by == pytest.approx(np.corrcoef(held[judged_by, 1, 17], signal[judged_by])[0, 1])
    assert max(found.chosen_by, found.judged_by) < -0.9


def test_the_best_of_many_random_cells_does_not_follow_on_the_other_half() -> None:
    found = follows(*random_cells())
    assert found is not None
    assert abs(found.chosen_by) > 0.12
    assert abs(found.judged_by) < abs(found.chosen_by) / 2


@pytest.mark.parametrize("signal", [np.zeros(10), np.arange(60) == 4, np.arange(60) == 3, np.ones(1), np.ones(0)])
def test_a_signal_that_never_changes_in_a_half_is_not_searched_for(signal: np.ndarray) -> None:
    assert follows(np.random.default_rng(1).normal(size=(len(signal), 1, 3)), signal.astype(float)) is None


def test_a_text_of_parts_of_one_token_is_too_short_to_search() -> None:
    signal = np.tile([0.0, 1.0], 20)
    assert follows(signal.reshape(-1, 1, 1), signal) is not None
    assert follows(signal[:-1].reshape(-1, 1, 1), signal[:-1]) is None


def test_a_cell_that_never_changes_has_no_correlation() -> None:
    signal = np.tile([0.0, 1.0], 20)
    held = np.zeros((40, 1, 2))
    held[:, 0, 1] = np.random.default_rng(1).normal(size=40)
    found = follows(held, signal)
    assert found is not None
    assert found.cell == Cell(1, 2)


def test_every_signal_that_a_text_has_gets_its_cell() -> None:
    tokenizer = train_verbatim(TEXT, size=50)
    text = of_lines([*TEXT, *TEXT, "a b", ""], tokenizer, most=99, by_line=False)
    held = np.random.default_rng(1).uniform(-1, 1, (len(text.shown), 1, 4))
    held[:, 0, 2] = text.projected(np.array([character == "(" for character in text.text]).cumsum() % 2)
    found = search(held, text)
    assert "capitalised word" not in found  # there is none
    assert {"inside quotes", "bracket depth", "indentation", "position in line", "line end near"} < set(found)


def test_the_liveliest_part_is_one_that_judges_and_in_which_both_change() -> None:
    signal, values = np.zeros(1_000), np.zeros(1_000)
    signal[210:240:2] = signal[751:760] = 1
    signal[350:400:2] = 1
    values[200:800:7] = 1
    values[350:400] = 0.5
    assert liveliest(signal, values, most=99) == slice(750, 800)
    assert liveliest(signal, values, most=8) == slice(750, 758)


def test_figures_for_programs() -> None:
    found = to_dict({"x": Chosen(Cell(1, 2), 0.5, 0.25)}, {"x": Chosen(Cell(2, 2), 0.5, -0.125)})
    assert found == {"x": {"layer": 1, "unit": 2, "chosen_by": 0.5, "judged_by": 0.25, "untrained": -0.125}}
