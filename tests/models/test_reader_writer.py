"""One network that reads, then writes: at once and step by step, and whatever is padded."""

import pytest
import torch

from softsearch.models.reader_writer import ReaderWriter
from softsearch.nn.recurrent import Layers

VOCABULARY, EMBEDDING, HIDDEN = 11, 6, 7


def make(cell: str = "lstm", depth: int = 2) -> ReaderWriter:
    torch.manual_seed(0)
    layers = Layers(cell, HIDDEN, depth, False)
    return ReaderWriter(vocabulary=VOCABULARY, embedding=EMBEDDING, layers=layers, dropout=0.0).double().eval()


@pytest.fixture
def batch() -> tuple[torch.Tensor, ...]:
    source = torch.tensor([[5, 6, 7, 3, 0], [8, 3, 0, 0, 0], [9, 10, 5, 6, 3]])
    target = torch.tensor([[2, 5, 6, 7], [2, 8, 9, 0], [2, 10, 0, 0]])
    return source, source != 0, target, target != 0


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("depth", [1, 2])
def test_what_is_read_and_written_at_once_is_what_is_step_by_step(cell, depth, batch):
    model = make(cell, depth)
    source, source_mask, target, target_mask = batch
    at_once = model.output(model(*batch))
    read = model.encode(source, source_mask)
    state, rows = model.start(read), []
    for place in range(target.shape[1]):
        logits, state, weights = model.step(target[:, place], state, read)
        rows.append(logits)
        assert weights is None
    torch.testing.assert_close(at_once, torch.stack(rows, dim=1)[target_mask], rtol=0, atol=1e-10)


def test_it_is_one_network_over_one_sequence(batch):
    model = make()
    source, source_mask, target, target_mask = batch
    features = iter(model(*batch))
    for row in range(len(source)):
        whole = torch.cat([source[row][source_mask[row]], target[row][target_mask[row]]]).unsqueeze(0)
        outputs, _ = model.first(model.embedding(whole))
        outputs, _ = model.upper(outputs, [layer.zeros(1) for layer in model.upper.layers])
        for place in range(int(target_mask[row].sum())):
            expected = outputs[0, int(source_mask[row].sum()) + place]
            torch.testing.assert_close(next(features), expected, rtol=0, atol=1e-10)


def test_a_source_is_read_alike_alone_and_among_longer_ones(batch):
    model = make()
    source, mask, *_ = batch
    together = model.encode(source, mask)
    for row in range(len(source)):
        alone = model.encode(source[row : row + 1, : int(mask[row].sum())], mask[row : row + 1, : int(mask[row].sum())])
        for one, other in zip(together, alone, strict=True):
            for mine, its in zip(one, other, strict=True):
                torch.testing.assert_close(mine[row : row + 1], its, rtol=0, atol=1e-10)
