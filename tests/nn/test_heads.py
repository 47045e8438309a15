"""Output layers against torch's, and against the plain softmax that they stand for."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from softsearch.nn.heads import AdaptiveHead, SampledHead, SoftmaxHead

FEATURES, VOCABULARY, ROWS = 16, 60, 40


def heads():
    torch.manual_seed(0)
    return {
        "softmax": SoftmaxHead(features=FEATURES, vocabulary=VOCABULARY),
        "sampled": SampledHead(features=FEATURES, vocabulary=VOCABULARY, samples=8).eval(),
        "adaptive": AdaptiveHead(features=FEATURES, vocabulary=VOCABULARY, cutoffs=[10, 30], shrink=2),
    }


@pytest.fixture
def batch():
    torch.manual_seed(1)
    return torch.randn(ROWS, FEATURES, dtype=torch.float64), torch.randint(VOCABULARY, (ROWS,))


@pytest.mark.parametrize("kind", ["softmax", "sampled", "adaptive"])
def test_the_log_probabilities_are_a_distribution_and_the_cross_entropy_is_theirs(kind, batch):
    head, (features, targets) = heads()[kind].double(), batch
    log_probs = head(features)
    torch.testing.assert_close(log_probs.exp().sum(1), torch.ones(ROWS, dtype=torch.float64))
    wanted = -log_probs.gather(1, targets.unsqueeze(1)).sum()
    torch.testing.assert_close(head.cross_entropy(features, targets), wanted)


def test_the_adaptive_softmax_equals_torchs_forward_and_backward(batch):
    head, (features, targets) = heads()["adaptive"].double(), batch
    torchs = nn.AdaptiveLogSoftmaxWithLoss(FEATURES, VOCABULARY, [10, 30], div_value=2.0, head_bias=True).double()
    with torch.no_grad():
        torchs.head.load_state_dict(head.first.state_dict())
        for (narrow, cluster), own, last in zip(torchs.tail, head.narrow, head.clusters, strict=True):
            narrow.weight.copy_(own.weight)
            cluster.weight.copy_(last.weight)
            last.bias.zero_()  # torch's clusters have none
    mine, theirs = features.clone().requires_grad_(), features.clone().requires_grad_()
    found, wanted = head.cross_entropy(mine, targets), torchs(theirs, targets).loss * ROWS
    torch.testing.assert_close(found, wanted)
    found.backward()
    wanted.backward()
    torch.testing.assert_close(mine.grad, theirs.grad)
    torch.testing.assert_close(head.first.weight.grad, torchs.head.weight.grad)
    for (narrow, cluster), own, last in zip(torchs.tail, head.narrow, head.clusters, strict=True):
        torch.testing.assert_close(own.weight.grad, narrow.weight.grad)
        torch.testing.assert_close(last.weight.grad, cluster.weight.grad)


@pytest.mark.parametrize("scale", [1, 20])
def test_drawn_words_estimate_the_gradient_of_the_softmax(scale, batch):
    head, (features, targets) = heads()["sampled"].double(), batch
    head.layer.weight.data.mul_(scale)  # with 20 some targets are nearly certain, and others nearly impossible
    exact = torch.autograd.grad(head.cross_entropy(features, targets), head.layer.weight)[0]
    errors = []
    for samples in (8, 2_000):
        head.train()
        head.samples = samples
        torch.manual_seed(2)
        found = torch.autograd.grad(head.cross_entropy(features, targets), head.layer.weight)[0]
        errors.append(float((found - exact).norm() / exact.norm()))
    assert errors[1] < 0.1 < errors[0]


def test_of_a_word_that_is_drawn_often_the_loss_is_still_that_of_the_softmax():
    head = SampledHead(features=1, vocabulary=2, samples=20_000).double()
    head.layer.bias.data.copy_(torch.tensor([2.2, 0.0]))
    features, targets = torch.zeros(1_000, 1, dtype=torch.float64), (torch.arange(1_000) % 10 == 0).long()
    torch.manual_seed(1)
    found = head.train().cross_entropy(features, targets)
    torch.testing.assert_close(found, head.eval().cross_entropy(features, targets), rtol=0.01, atol=0)


def test_the_words_are_drawn_from_a_distribution_that_falls_with_rank():
    shares = heads()["sampled"].shares
    assert shares.sum().item() == pytest.approx(1.0)
    assert (shares.diff() < 0).all()


def test_a_sampled_softmax_is_exact_outside_training(batch):
    head, (features, targets) = heads()["sampled"].double(), batch
    wanted = functional.cross_entropy(head.layer(features), targets, reduction="sum")
    torch.testing.assert_close(head.cross_entropy(features, targets), wanted)
