"""One vector for a sentence: the last states, the mean or the greatest numbers; a bag of words takes the mean."""

from __future__ import annotations

import pytest
import torch

from softsearch.models.bag_of_words import BagOfWords
from softsearch.models.recurrent_sentence_net import RecurrentSentenceNet, pooled
from softsearch.nn.annotations import Annotations
from softsearch.nn.recurrent import Layers


@pytest.fixture
def annotations() -> Annotations:
    torch.manual_seed(1)
    mask = torch.tensor([[True, True, True], [True, False, False], [False, False, False]])
    values = torch.randn(3, 3, 4, dtype=torch.float64, requires_grad=True)
    return Annotations(values, mask, torch.randn(3, 4, dtype=torch.float64))


@pytest.mark.parametrize(
    ("pooling", "of_words"), [("mean", lambda rows: rows.mean(0)), ("max", lambda rows: rows.amax(0))]
)
def test_padding_is_no_part_of_what_is_pooled_nor_of_its_gradient(pooling, of_words, annotations):
    found, weights = pooled(annotations, pooling), torch.randn(3, 4, dtype=torch.float64)
    values = annotations.values
    expected = torch.stack([of_words(values[0]), values[1, 0], torch.zeros(4, dtype=torch.float64)])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    gradients = [torch.autograd.grad((each * weights).sum(), values)[0] for each in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-10)


def test_the_last_states_are_the_summary(annotations):
    assert torch.equal(pooled(annotations, "last"), annotations.summary)


def test_a_recurrent_network_scores_what_is_pooled():
    torch.manual_seed(1)
    layers = Layers("gru", 3, 1, residual=False)
    model = RecurrentSentenceNet(
        vocabulary=9, embedding=4, layers=layers, direction="both", pooling="max", classes=2, dropout=0.0
    )
    tokens, mask = torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[True] * 3, [True, True, False]])
    annotations = model.encoder(model.embedding(tokens), mask)
    torch.testing.assert_close(model(tokens, mask), model.output(pooled(annotations, "max")))


def test_a_bag_of_words_scores_the_mean_of_their_vectors():
    torch.manual_seed(1)
    model = BagOfWords(vocabulary=9, embedding=4, classes=2, dropout=0.0).double()
    tokens, mask = torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[True] * 3, [True, True, False]])
    vectors, output = model.embedding.weight, model.output
    means = torch.stack([(vectors[1] + vectors[2] + vectors[3]) / 3, (vectors[4] + vectors[5]) / 2])
    expected, found = means @ output.weight.t() + output.bias, model(tokens, mask)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    gradients = [torch.autograd.grad(each.square().sum(), vectors)[0] for each in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-10)
