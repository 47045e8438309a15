"""Filters over words are Kim's: what each finds is the greatest of its responses, padding apart."""

from __future__ import annotations

import pytest
import torch

from softsearch.models.sentence_conv_net import SentenceConvNet


def make(channels: int = 1, widths: tuple[int, ...] = (2, 3), max_norm: float | None = None) -> SentenceConvNet:
    torch.manual_seed(1)
    sizes = {"vocabulary": 30, "embedding": 5, "widths": widths, "filters": 4, "classes": 3, "channels": channels}
    return SentenceConvNet(**sizes, dropout=0.0, max_norm=max_norm).double().eval()


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
            vectors = [table(tokens[row]) for table in [model.embedding, model.fixed][:channels]]
            for each in range(4):
                responses = []
                for start in range(max(1, length - width + 1)):
                    total = layer.bias[each]
                    for words in vectors:
                        window = words[start : start + width]  # a short sentence is filled up with the padding's vector
                        total = total + (layer.weight[each].t()[: len(window)] * window).sum()
                    responses.append(total.relu())
                place = number * 4 + each
                greatest = max(responses, key=float)
                torch.testing.assert_close(found.strength[row, place], greatest, rtol=0, atol=1e-10)
                torch.testing.assert_close(responses[int(found.places[row, place])], greatest, rtol=0, atol=1e-10)
                learnt = (model.embedding.weight, layer.weight, layer.bias)
                if float(greatest) > 0:
                    gradients = [
                        torch.autograd.grad(one, learnt, retain_graph=True)
                        for one in (found.strength[row, place], greatest)
                    ]
                    for own, by_hand in zip(*gradients, strict=True):
                        torch.testing.assert_close(own, by_hand, rtol=0, atol=1e-10)


def test_the_weights_of_a_class_are_no_longer_than_allowed_and_their_gradient_knows_of_it(sentences):
    model = make(max_norm=0.5)
    with torch.no_grad():
        model.output.weight[0].mul_(0.1)
    rows, weights = model.output.weight, torch.randn(3, 8, dtype=torch.float64)
    lengths = rows.square().sum(1, keepdim=True).sqrt()
    assert float(lengths[0]) < 0.5 < float(lengths[1:].min())
    expected = torch.where(lengths > 0.5, 0.5 * rows / lengths, rows)
    torch.testing.assert_close(model.weights(), expected, rtol=0, atol=1e-6)  # renorm adds 1e-7 to a length
    gradients = [torch.autograd.grad((each * weights).sum(), rows)[0] for each in (model.weights(), expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-6)
    strength = model.fired(*sentences).strength
    torch.testing.assert_close(model(*sentences), strength @ model.weights().t() + model.output.bias)


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
