"""Attention against its equation, and what holds for each way of reading."""

import itertools
import math

import pytest
import torch

from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import AdditiveAttention, FixedContext, MeanPooling, address

QUERY, ANNOTATION, HIDDEN = 4, 3, 5
LENGTHS = (4, 1, 3)
EVERY = [lambda: AdditiveAttention(query=QUERY, annotation=ANNOTATION, hidden=HIDDEN), MeanPooling, FixedContext]
EVERY_ID = ["additive", "mean", "fixed"]


@pytest.fixture
def attention() -> AdditiveAttention:
    torch.manual_seed(0)
    return EVERY[0]().double()


def make_annotations(lengths=LENGTHS) -> Annotations:
    torch.manual_seed(1)
    values = torch.randn(len(lengths), max(lengths), ANNOTATION, dtype=torch.float64, requires_grad=True)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return Annotations(values, mask, torch.randn(len(lengths), ANNOTATION, dtype=torch.float64))


def make_queries(rows: int = len(LENGTHS)) -> torch.Tensor:
    torch.manual_seed(2)
    return torch.randn(rows, QUERY, dtype=torch.float64, requires_grad=True)


def read(attention, query, annotations):
    return attention(query, annotations, attention.project(annotations))


def by_the_equations(attention, query, annotations, lengths=LENGTHS):
    """Return c_i and alpha_ij of appendix A.1.2, word by word, with sums written out."""
    contexts, weights = [], []
    for s, h, length in zip(query, annotations.values, lengths, strict=True):
        e = []
        for j in range(length):
            inner = [
                sum(attention.query.weight[k, m] * s[m] for m in range(QUERY))
                + sum(attention.key.weight[k, m] * h[j, m] for m in range(ANNOTATION))
                + attention.key.bias[k]
                for k in range(HIDDEN)
            ]
            e.append(sum(attention.score[k] * torch.tanh(inner[k]) for k in range(HIDDEN)))
        total = sum(torch.exp(each) for each in e)
        alpha = [torch.exp(each) / total for each in e]
        contexts.append(sum(alpha[j] * h[j] for j in range(length)))
        weights.append(torch.stack(alpha + [torch.zeros_like(total)] * (max(lengths) - length)))
    return torch.stack(contexts), torch.stack(weights)


def assert_close(left, right, *, tolerance=1e-12) -> None:
    torch.testing.assert_close(left, right, rtol=tolerance, atol=tolerance)


def test_additive_attention_is_the_papers_equation_forward_and_backward(attention):
    query, annotations = make_queries(), make_annotations()
    wanted = by_the_equations(attention, query, annotations)
    found = read(attention, query, annotations)
    leaves = [query, annotations.values, *attention.parameters()]
    gradients = [
        torch.autograd.grad((context * 1.5).sin().sum() + (weights * 2).sin().sum(), leaves)
        for context, weights in (wanted, found)
    ]
    assert_close(found.context, wanted[0])
    assert_close(found.weights, wanted[1])
    for left, right in zip(*gradients, strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("make", EVERY[:2], ids=EVERY_ID[:2])
def test_weights_sum_to_one_over_real_positions_and_are_zero_on_padding(make):
    annotations = make_annotations()
    weights = read(make().double(), make_queries(), annotations).weights
    assert_close(weights.sum(1), torch.ones(len(LENGTHS), dtype=torch.float64))
    assert (weights[~annotations.mask] == 0).all()
    assert (weights[annotations.mask] > 0).all()


@pytest.mark.parametrize("make", EVERY[:2], ids=EVERY_ID[:2])
def test_what_stands_on_padding_is_never_read(make):
    attention, annotations, query = make().double(), make_annotations(), make_queries()
    changed = annotations._replace(values=annotations.values.masked_fill(~annotations.mask.unsqueeze(2), 1e6))
    for left, right in zip(read(attention, query, changed), read(attention, query, annotations), strict=True):
        assert torch.equal(left, right)


@pytest.mark.parametrize("make", EVERY[:2], ids=EVERY_ID[:2])
def test_a_source_without_real_positions_is_read_as_zeros_with_finite_gradients(make):
    attention, annotations, query = make().double(), make_annotations(), make_queries()
    annotations.mask[1] = False
    context, weights = read(attention, query, annotations)
    assert (context[1] == 0).all()
    assert (weights[1] == 0).all()
    leaves = [annotations.values, *attention.parameters()]
    assert all(each.isfinite().all() for each in torch.autograd.grad((context**2).sum(), leaves))


def test_permuting_annotations_permutes_weights_and_leaves_the_context(attention):
    annotations, query = make_annotations((4, 4, 4)), make_queries()
    order = torch.tensor([2, 0, 3, 1])
    before = read(attention, query, annotations)
    after = read(attention, query, annotations._replace(values=annotations.values[:, order]))
    assert_close(after.weights, before.weights[:, order])
    assert_close(after.context, before.context)


@pytest.mark.parametrize("make", EVERY, ids=EVERY_ID)
def test_several_queries_of_one_source_read_as_if_each_were_alone(make):
    attention, annotations, beam = make().double(), make_annotations(), 3
    queries = make_queries(beam * len(LENGTHS))
    together = read(attention, queries, annotations)
    for row, number in itertools.product(range(len(LENGTHS)), range(beam)):
        index = row * beam + number
        own = Annotations(*(part[row : row + 1] for part in annotations))
        alone = read(attention, queries[index : index + 1], own)
        assert_close(together.context[index], alone.context[0])
        if alone.weights is not None:
            assert_close(together.weights[index], alone.weights[0])


def test_mean_pooling_weighs_each_real_word_alike_whatever_is_asked():
    annotations = make_annotations()
    context, weights = read(MeanPooling(), make_queries(), annotations)
    for row, length in enumerate(LENGTHS):
        assert_close(weights[row, :length], torch.full((length,), 1 / length, dtype=torch.float64))
        assert_close(context[row], annotations.values[row, :length].mean(0))
    assert torch.equal(read(MeanPooling(), 10 * make_queries(), annotations).context, context)


def test_a_fixed_context_is_the_summary_and_looks_nowhere():
    annotations = make_annotations()
    context, weights = read(FixedContext(), make_queries(), annotations)
    assert torch.equal(context, annotations.summary)
    assert weights is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ((1e30, 0.0, 0.0), (1, 0, 0)),
        ((-1e30, 0.0, 0.0), (0, 0.5, 0.5)),
        ((-1e30, -1e30, -1e30), (1 / 3, 1 / 3, 1 / 3)),
        ((1e30, 1e30, -1e30), (0.5, 0.5, 0)),
        ((-math.inf, 0.0, 0.0), (0, 0.5, 0.5)),
        ((-math.inf, -math.inf, -1e30), (0, 0, 1)),
    ],
)
def test_extreme_scores_still_give_weights(dtype, scores, wanted):
    padded = torch.tensor([[*scores, 5.0]], dtype=dtype, requires_grad=True)
    weights = address(padded, torch.tensor([[True, True, True, False]]))
    torch.testing.assert_close(weights, torch.tensor([[*wanted, 0.0]], dtype=dtype))
    weights.square().sum().backward()
    assert padded.grad.isfinite().all()


@pytest.mark.parametrize("score", [1e30, -1e30, math.inf, -math.inf, math.nan])
def test_scores_on_padding_count_for_nothing(score):
    weights = address(torch.tensor([[0.0, 0.0, score]]), torch.tensor([[True, True, False]]))
    assert weights.tolist() == [[0.5, 0.5, 0.0]]


def test_additive_gradients_are_those_of_finite_differences(attention):
    annotations, query = make_annotations((3, 2)), make_queries(4)

    def context(query, values, *_parameters):
        return read(attention, query, annotations._replace(values=values)).context

    assert torch.autograd.gradcheck(context, (query, annotations.values, *attention.parameters()))
