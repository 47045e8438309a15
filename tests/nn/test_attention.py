"""Attention against its equation, and what holds for each way of reading."""

import itertools
import math

import pytest
import torch

from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import (
    EVERYWHERE,
    AdditiveAttention,
    DotAttention,
    FixedContext,
    GeneralAttention,
    HardAttention,
    LinearAttention,
    MeanPooling,
    masked_softmax,
)

QUERY, ANNOTATION, HIDDEN = 4, 4, 5
LENGTHS = (4, 1, 3)
SIZES = {"query": QUERY, "annotation": ANNOTATION}
SCORED = {
    "additive": lambda coverage: AdditiveAttention(**SIZES, hidden=HIDDEN, coverage=coverage),
    "general": lambda coverage: GeneralAttention(**SIZES, coverage=coverage),
    "dot": lambda coverage: DotAttention(coverage=coverage),
}
WITH_WEIGHTS = {
    **{name: lambda make=make: make(False) for name, make in SCORED.items()},
    **{f"{name}, coverage": lambda make=make: make(True) for name, make in SCORED.items()},
    "linear": lambda: LinearAttention(**SIZES),
    "mean": MeanPooling,
}
EVERY = {**WITH_WEIGHTS, "fixed": FixedContext}


def make(name: str):
    torch.manual_seed(0)
    attention = EVERY[name]().double()
    for parameter in attention.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return attention


@pytest.fixture
def attention() -> AdditiveAttention:
    return make("additive")


def make_annotations(lengths=LENGTHS) -> Annotations:
    torch.manual_seed(1)
    values = torch.randn(len(lengths), max(lengths), ANNOTATION, dtype=torch.float64, requires_grad=True)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return Annotations(values, mask, torch.randn(len(lengths), ANNOTATION, dtype=torch.float64))


def make_queries(rows: int = len(LENGTHS)) -> torch.Tensor:
    torch.manual_seed(2)
    return torch.randn(rows, QUERY, dtype=torch.float64, requires_grad=True)


def make_coverage(attention, rows: int = len(LENGTHS), src: int = max(LENGTHS)) -> torch.Tensor | None:
    """Return coverage where the attention needs it, as its caller would."""
    torch.manual_seed(3)
    coverage = 2 * torch.rand(rows, src, dtype=torch.float64)
    return coverage.requires_grad_() if attention.needs_coverage else None


def read(attention, query, annotations, coverage=None):
    coverage = make_coverage(attention, *annotations.values.shape[:2]) if coverage is None else coverage
    return attention(query, annotations, attention.project(annotations), coverage)


def additive_energy(attention, s, h, already):
    """Return v' tanh(W s + U h + V C), Bahdanau's appendix A.1.2 and Tu's equation, with sums written out."""
    e = 0
    for k in range(HIDDEN):
        inner = sum(attention.query.weight[k, m] * s[m] for m in range(QUERY)) + attention.key.bias[k]
        inner = inner + sum(attention.key.weight[k, m] * h[m] for m in range(ANNOTATION))
        inner = inner if already is None else inner + attention.covered[k] * already
        e = e + attention.score[k] * torch.tanh(inner)
    return e


def dot_energy(attention, s, h, already):
    """Return s' h, Luong's "dot"."""
    e = sum(s[m] * h[m] for m in range(QUERY))
    return e if already is None else e + attention.covered * already


def general_energy(attention, s, h, already):
    """Return s' W h, Luong's "general"."""
    weight = attention.key.weight
    e = sum(s[k] * weight[k, m] * h[m] for k in range(QUERY) for m in range(ANNOTATION))
    return e if already is None else e + attention.covered * already


def linear_energy(attention, s, h, already):
    """Return w . [s; h], the lecture's."""
    w = torch.cat([attention.query.weight[0], attention.key.weight[0]])
    return sum(each * value for each, value in zip(w, torch.cat([s, h]), strict=True))


ENERGIES = {"additive": additive_energy, "general": general_energy, "dot": dot_energy, "linear": linear_energy}


def by_the_equations(name, attention, query, annotations, coverage, lengths=LENGTHS):
    """Return c_i and alpha_ij, word by word."""
    energy = ENERGIES[name.partition(",")[0]]
    contexts, weights = [], []
    for row, length in enumerate(lengths):
        s, h = query[row], annotations.values[row]
        e = [energy(attention, s, h[j], None if coverage is None else coverage[row, j]) for j in range(length)]
        total = sum(torch.exp(each) for each in e)
        alpha = [torch.exp(each) / total for each in e]
        contexts.append(sum(alpha[j] * h[j] for j in range(length)))
        weights.append(torch.stack(alpha + [torch.zeros_like(total)] * (max(lengths) - length)))
    return torch.stack(contexts), torch.stack(weights)


def assert_close(left, right, *, tolerance=1e-12) -> None:
    torch.testing.assert_close(left, right, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [name for name in EVERY if name.partition(",")[0] in ENERGIES])
def test_an_attention_is_its_papers_equation_forward_and_backward(name):
    attention, query, annotations = make(name), make_queries(), make_annotations()
    coverage = make_coverage(attention)
    wanted = by_the_equations(name, attention, query, annotations, coverage)
    found = read(attention, query, annotations, coverage)
    leaves = [query, annotations.values, *attention.parameters(), *([] if coverage is None else [coverage])]
    gradients = [
        torch.autograd.grad((context * 1.5).sin().sum() + (weights * 2).sin().sum(), leaves)
        for context, weights in (wanted, found[:2])
    ]
    assert_close(found.context, wanted[0])
    assert_close(found.weights, wanted[1])
    for left, right in zip(*gradients, strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_weights_sum_to_one_over_real_positions_and_are_zero_on_padding(name):
    annotations = make_annotations()
    weights = read(make(name), make_queries(), annotations).weights
    assert_close(weights.sum(1), torch.ones(len(LENGTHS), dtype=torch.float64))
    assert (weights[~annotations.mask] == 0).all()
    assert (weights[annotations.mask] > 0).all()


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_what_stands_on_padding_is_never_read(name):
    attention, annotations, query = make(name), make_annotations(), make_queries()
    changed = annotations._replace(values=annotations.values.masked_fill(~annotations.mask.unsqueeze(2), 1e6))
    for left, right in zip(read(attention, query, changed)[:2], read(attention, query, annotations)[:2], strict=True):
        assert torch.equal(left, right)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_a_source_without_real_positions_is_read_as_zeros_with_finite_gradients(name):
    attention, annotations, query = make(name), make_annotations(), make_queries()
    annotations.mask[1] = False
    context, weights, _ = read(attention, query, annotations)
    assert (context[1] == 0).all()
    assert (weights[1] == 0).all()
    leaves = [annotations.values, *attention.parameters()]
    assert all(each.isfinite().all() for each in torch.autograd.grad((context**2).sum(), leaves))


def test_with_a_linear_score_the_state_has_no_influence_and_never_learns():
    attention, annotations = make("linear"), make_annotations()
    query = make_queries()
    found = read(attention, query, annotations)
    other = read(attention, 100 * make_queries() - 7, annotations)
    assert_close(found.weights, other.weights)
    assert_close(found.context, other.context)
    context = (found.context * 1.5).sin().sum()
    by_state, by_annotation = torch.autograd.grad(context, [attention.query.weight, attention.key.weight])
    assert by_state.abs().max() < 1e-14
    assert by_annotation.abs().max() > 1e-3
    assert torch.autograd.grad((read(attention, query, annotations).context ** 2).sum(), query)[0].abs().max() < 1e-14


@pytest.mark.parametrize("name", SCORED)
def test_coverage_starts_without_influence_and_can_turn_attention_away(name):
    attention, annotations, query = SCORED[name](True).double(), make_annotations((4, 4, 4)), make_queries()
    none, all_of_first = torch.zeros(3, 4, dtype=torch.float64), torch.zeros(3, 4, dtype=torch.float64)
    all_of_first[:, 0] = 1.0
    before = read(attention, query, annotations, none).weights
    assert torch.equal(read(attention, query, annotations, all_of_first).weights, before)
    with torch.no_grad():
        attention.covered.copy_(-3 * torch.sign(attention.score) if name == "additive" else torch.tensor(-3.0))
    assert torch.equal(read(attention, query, annotations, none).weights, before)
    assert (read(attention, query, annotations, all_of_first).weights[:, 0] < before[:, 0]).all()


@pytest.mark.parametrize("name", SCORED)
def test_without_coverage_there_is_nothing_of_it(name, operations):
    with_it, without = SCORED[name](True).double(), SCORED[name](False).double()
    annotations, query = make_annotations(), make_queries()
    counts = []
    for attention in (with_it, without):
        keys, coverage = attention.project(annotations), make_coverage(attention)
        with operations() as seen:
            attention(query, annotations, keys, coverage)
        counts.append(len(seen.seen))
    assert counts[1] < counts[0]
    assert not any("covered" in parameter for parameter, _ in without.named_parameters())


def test_permuting_annotations_permutes_weights_and_leaves_the_context(attention):
    annotations, query = make_annotations((4, 4, 4)), make_queries()
    order = torch.tensor([2, 0, 3, 1])
    before = read(attention, query, annotations)
    after = read(attention, query, annotations._replace(values=annotations.values[:, order]))
    assert_close(after.weights, before.weights[:, order])
    assert_close(after.context, before.context)


@pytest.mark.parametrize("name", EVERY)
def test_several_queries_of_one_source_read_as_if_each_were_alone(name):
    attention, annotations, beam = make(name), make_annotations(), 3
    queries = make_queries(beam * len(LENGTHS))
    coverage = make_coverage(attention, len(queries))
    together = read(attention, queries, annotations, coverage)
    for row, number in itertools.product(range(len(LENGTHS)), range(beam)):
        index = row * beam + number
        own = Annotations(*(part[row : row + 1] for part in annotations))
        alone = read(attention, queries[index : index + 1], own, None if coverage is None else coverage[[index]])
        assert_close(together.context[index], alone.context[0])
        if alone.weights is not None:
            assert_close(together.weights[index], alone.weights[0])


def test_mean_pooling_weighs_each_real_word_alike_whatever_is_asked():
    annotations = make_annotations()
    context, weights, _ = read(MeanPooling(), make_queries(), annotations)
    for row, length in enumerate(LENGTHS):
        assert_close(weights[row, :length], torch.full((length,), 1 / length, dtype=torch.float64))
        assert_close(context[row], annotations.values[row, :length].mean(0))
    assert torch.equal(read(MeanPooling(), 10 * make_queries(), annotations).context, context)


def test_a_fixed_context_is_the_summary_and_looks_nowhere():
    annotations = make_annotations()
    context, weights, _ = read(FixedContext(), make_queries(), annotations)
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
    weights = masked_softmax(padded, torch.tensor([[True, True, True, False]]))
    torch.testing.assert_close(weights, torch.tensor([[*wanted, 0.0]], dtype=dtype))
    weights.square().sum().backward()
    assert padded.grad.isfinite().all()


@pytest.mark.parametrize("score", [1e30, -1e30, math.inf, -math.inf, math.nan])
def test_scores_on_padding_count_for_nothing(score):
    weights = masked_softmax(torch.tensor([[0.0, 0.0, score]]), torch.tensor([[True, True, False]]))
    assert weights.tolist() == [[0.5, 0.5, 0.0]]


def test_additive_gradients_are_those_of_finite_differences():
    attention, annotations, query = make("additive, coverage"), make_annotations((3, 2)), make_queries(4)
    coverage = make_coverage(attention, 4, 3)

    def context(query, values, coverage, *_parameters):
        return read(attention, query, annotations._replace(values=values), coverage).context

    assert torch.autograd.gradcheck(context, (query, annotations.values, coverage, *attention.parameters()))


def make_hard(expected: float = 0.0) -> HardAttention:
    hard, soft = HardAttention(**SIZES, hidden=HIDDEN, expected=expected).double(), make("additive")
    hard.load_state_dict(soft.state_dict())
    return hard


def test_hard_attention_has_the_weights_of_additive_attention_and_reads_the_likeliest_place_when_it_is_used():
    annotations, query = make_annotations(), make_queries(2 * len(LENGTHS))  # two questions about each source
    soft, hard = (read(each, query, annotations) for each in (make("additive"), make_hard().eval()))
    assert_close(hard.weights, soft.weights)
    assert torch.equal(hard.place, soft.weights.argmax(1))
    for row, place in enumerate(hard.place.tolist()):
        assert torch.equal(hard.context[row], annotations.values[row // 2, place])


def test_in_training_hard_attention_draws_places_as_often_as_its_weights_say():
    attention, annotations = make_hard().train(), make_annotations((4,))
    query = make_queries(1).expand(4_000, -1)
    torch.manual_seed(3)
    found = read(attention, query, annotations)
    shares = torch.bincount(found.place, minlength=4) / 4_000
    assert_close(shares.double(), found.weights[0].detach(), tolerance=0.03)
    assert (found.place < 4).all()


def test_no_gradient_of_what_is_read_passes_the_choice():
    attention, annotations, query = make_hard().train(), make_annotations(), make_queries()
    torch.manual_seed(3)
    context, weights, place = read(attention, query, annotations)
    (of_query,) = torch.autograd.grad(context.sum(), query, retain_graph=True, allow_unused=True)
    assert of_query is None
    log_probs = weights.gather(1, place.unsqueeze(1)).log()
    assert torch.autograd.grad(log_probs.sum(), query)[0].abs().sum() > 0


def test_a_share_of_the_looks_of_hard_attention_reads_as_soft_attention_does():
    query, annotations = make_queries(), make_annotations()
    wanted, hard = read(make("additive"), query, annotations).context, make_hard(expected=0.3).train()
    torch.manual_seed(3)
    looks = [hard(query, annotations, hard.project(annotations), None) for _ in range(200)]
    everywhere = torch.stack([look.place == EVERYWHERE for look in looks])
    assert everywhere.double().mean(dim=0).tolist() == pytest.approx([0.3] * len(query), abs=0.12)
    for look, own in zip(looks[:20], everywhere[:20], strict=True):
        assert_close(look.context[own], wanted[own])
    assert bool((read(hard.eval(), query, annotations).place != EVERYWHERE).all())
