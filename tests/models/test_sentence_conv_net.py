"""Filters over words are Kim's: what each finds is the greatest of its responses, padding apart."""

from __future__ import annotations

import pytest
import torch

from softsearch.models.sentence_conv_net import SentenceConvNet


def make(channels: int = 1, widths: tuple[int, ...] = (2, 3)) -> SentenceConvNet:
    torch.manual_seed(1)
    return SentenceConvNet(
        vocabulary=30, embedding=5, widths=widths, filters=4, classes=3, channels=channels, dropout=0.0, max_norm=None
    ).eval()


@pytest.fixture
def sentences() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(2)
    tokens = torch.randint(1, 30, (6, 7))
    lengths = torch.tensor([7, 3, 2, 1, 5, 6])
    mask = torch.arange(7) < lengths.unsqueeze(1)
    return tokens.masked_fill(~mask, 0), mask


@pytest.mark.parametrize("channels", [1, 2])
def test_each_filter_finds_the_greatest_response_over_the_words_it_reads(channels, sentences):
    model, (tokens, mask) = make(channels), sentences
    if channels == 2:
        torch.nn.init.normal_(model.fixed.weight)
    found = model.fired(tokens, mask)
    for row, length in enumerate(mask.sum(1).tolist()):
        for number, layer in enumerate(model.filters):
            width = layer.kernel_size[0]
            vectors = [table(tokens[row]).detach() for table in [model.embedding, model.fixed][:channels]]
            for each in range(4):
                responses = []
                for start in range(max(1, length - width + 1)):
                    total = layer.bias[each].detach()
                    for words in vectors:
                        window = words[start : start + width]  # a short sentence is filled up with the padding's vector
                        total = total + (layer.weight[each].detach().t()[: len(window)] * window).sum()
                    responses.append(float(total.relu()))
                place = number * 4 + each
                assert float(found.strength[row, place]) == pytest.approx(max(responses), abs=1e-5)
                assert responses[int(found.places[row, place])] == pytest.approx(max(responses), abs=1e-5)


def test_padding_changes_nothing(sentences):
    model, (tokens, mask) = make(), sentences
    wide = torch.nn.functional.pad(tokens, (0, 9)), torch.nn.functional.pad(mask, (0, 9))
    torch.testing.assert_close(model(*wide), model(tokens, mask))
    torch.testing.assert_close(model(tokens[2:3, :2], mask[2:3, :2]), model(tokens, mask)[2:3])


def test_of_two_channels_one_stays_as_it_was(sentences):
    model = make(channels=2)
    assert torch.equal(model.fixed.weight, model.embedding.weight)
    model(*sentences).sum().backward()
    assert model.fixed.weight.grad is None
    assert model.embedding.weight.grad.abs().sum() > 0
