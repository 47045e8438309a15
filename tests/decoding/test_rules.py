"""Penalties, lengths, repetitions and prefixes, against the whole space."""

import itertools
import math

import pytest
import torch

from softsearch.data import tokenizers
from softsearch.decoding import hypotheses
from softsearch.decoding.hypotheses import BOS, EOS
from softsearch.decoding.rules import NOT_FORCED, pad_prefixes
from tests.decoding.searches import FORBIDDEN, WORDS, every_sequence, log_prob_of, row_of, search


def test_the_tokens_that_mean_no_word_are_those_of_the_tokenizers():
    names = ("PAD", "UNK", "BOS", "EOS")
    assert [getattr(hypotheses, name) for name in names] == [getattr(tokenizers, name) for name in names]


def coverage_of(network, source, tokens, real) -> float:
    """Return the sum over real source positions of log min(what each was looked at, 1), one step after the other."""
    state, covered = network.start(source), [0.0] * len(real)
    for token in (BOS, *tokens):
        _, state, weights = network.step(torch.tensor([token]), state, source)
        covered = [before + float(now) for before, now in zip(covered, weights[0], strict=True)]
    return sum(math.log(max(1e-10, min(each, 1.0))) for each, is_real in zip(covered, real, strict=True) if is_real)


class Looking:
    """A random network whose weights are a distribution over three source positions."""

    def __init__(self, inner):
        self.inner, self.source, self.start = inner, inner.source, inner.start
        self.look = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3))

    def step(self, tokens, state, source):
        logits, after, _ = self.inner.step(tokens, state, source)
        return logits, after, (3 * after[0] @ self.look).softmax(1)


@pytest.mark.parametrize("penalty", [0.3, 2.0])
def test_with_a_coverage_penalty_a_wide_beam_ranks_the_whole_space_as_the_equation_does(networks, penalty):
    network, limits = Looking(networks.random()), (3, 2)
    source, mask = network.source(2), torch.tensor([[True, True, True], [True, True, False]])
    found = search(network, source, limits, beam=40, num_best=40, coverage_penalty=penalty, mask=mask)
    for row, limit in enumerate(limits):
        own = row_of(source, row)
        wanted = sorted(
            (
                (score + penalty * coverage_of(network, own, tokens, mask[row].tolist()), tokens)
                for score, _, tokens in every_sequence(network, own, limit, 1.0)
            ),
            reverse=True,
        )
        assert [each.score for each in found[row]] == pytest.approx([score for score, _ in wanted], abs=1e-6)
        assert [each.tokens for each in found[row]] == [tokens for _, tokens in wanted]
    plain = search(network, source, limits, beam=40, num_best=40, mask=mask)
    assert [each.tokens for each in plain[0]] != [each.tokens for each in found[0]]


def test_a_position_never_looked_at_costs_a_finite_amount(networks):
    network = networks.random()  # its first weight is 0 for the first sentence
    ((found,),) = search(network, network.source(1), [3], beam=2, coverage_penalty=1.0)
    assert math.isfinite(found.score)


def test_a_coverage_penalty_without_attention_changes_nothing(networks):
    script, source = networks.script([{EOS: 0.1, 4: 0.9}]), (torch.zeros(1),)
    assert search(script, source, [3], beam=2, coverage_penalty=1.0) == search(script, source, [3], beam=2)


def ranked_within(network, source, limit, is_allowed):
    """Return the tokens of all sequences that are allowed, best first."""
    return [tokens for _, _, tokens in every_sequence(network, source, limit, 1.0) if is_allowed(tokens)]


def test_the_shortest_length_is_kept_and_what_is_left_is_ranked_as_before(networks):
    network = networks.random()
    source = network.source(2)
    for row, found in enumerate(search(network, source, (3, 3), beam=40, num_best=40, min_length=2)):
        wanted = ranked_within(network, row_of(source, row), 3, lambda tokens: len(tokens) >= 2)
        assert [each.tokens for each in found] == wanted
        assert found[0].log_prob == pytest.approx(log_prob_of(network, row_of(source, row), wanted[0]))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_sequence_of_tokens_is_written_twice_and_what_is_left_is_ranked_as_before(networks, size):
    def is_allowed(tokens):
        grams = [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]
        return len(set(grams)) == len(grams)

    network = networks.random()
    source = network.source(2)
    for row, found in enumerate(search(network, source, (4, 3), beam=121, num_best=121, no_repeat_ngrams=size)):
        wanted = ranked_within(network, row_of(source, row), (4, 3)[row], is_allowed)
        assert [each.tokens for each in found][: len(wanted)] == wanted


def test_a_hypothesis_that_cannot_go_on_ends_so_that_every_sentence_has_an_output(networks):
    network = networks.random(ends=-5.0)
    for (found,) in search(network, network.source(3), [9] * 3, beam=2, no_repeat_ngrams=1, min_length=7):
        assert sorted(found.tokens) == sorted(WORDS)


def costs_after_prefix(network, source, tokens, num_forced):
    """Return the log-probabilities of tokens and EOS; forced ones are paid over the whole vocabulary."""
    state, before, costs = network.start(source), BOS, []
    for place, token in enumerate((*tokens, EOS)):
        logits, state, _ = network.step(torch.tensor([before]), state, source)
        if place >= num_forced:
            logits[:, list(FORBIDDEN)] = -math.inf
        costs.append(float(logits[0].log_softmax(0)[token]))
        before = token
    return costs


@pytest.mark.parametrize("beam", [1, 3, 40])
def test_a_prefix_is_written_at_its_true_cost_and_the_search_goes_on_from_it(networks, beam):
    network, prefixes = networks.random(), [[5, 6], [], [4]]
    source, padded = network.source(3), pad_prefixes([[5, 6], [], [4]], torch.device("cpu"))
    assert padded.tolist() == [[5, 6], [NOT_FORCED, NOT_FORCED], [4, NOT_FORCED]]
    results = search(network, source, (4, 3, 3), beam=beam, num_best=beam, prefixes=padded)
    for row, (found, prefix) in enumerate(zip(results, prefixes, strict=True)):
        own = row_of(source, row)
        for each in found:
            assert each.tokens[: len(prefix)] == prefix
            assert each.token_log_probs == pytest.approx(costs_after_prefix(network, own, each.tokens, len(prefix)))
        if beam == 40:
            endings = [
                [*prefix, *rest]
                for length in range((4, 3, 3)[row] + 1 - len(prefix))
                for rest in itertools.product(WORDS, repeat=length)
            ]
            costs = [costs_after_prefix(network, own, tokens, len(prefix)) for tokens in endings]
            wanted = sorted(((sum(cost) / len(cost), tokens) for cost, tokens in zip(costs, endings, strict=True)))
            assert [each.tokens for each in found] == [tokens for _, tokens in reversed(wanted)]


def test_a_prefix_may_hold_what_is_otherwise_forbidden(networks):
    network = networks.random()
    ((found,),) = search(network, network.source(1), [4], beam=3, prefixes=torch.tensor([[1, 5, 5, 5]]), min_length=2)
    assert found.tokens == [1, 5, 5, 5]
    assert found.log_prob > -100


@pytest.mark.parametrize("rules", [{"min_length": 3}, {"no_repeat_ngrams": 2}, {"coverage_penalty": 0.5}, "prefixes"])
def test_under_every_rule_a_sentence_is_found_alone_as_in_its_batch(networks, rules):
    network, limits = Looking(networks.random(ends=-1.0)), [6, 4, 9, 4, 5]
    source, prefixes = network.source(5), [[4, 5], [], [6], [6, 6, 6], []]
    options = [
        {"prefixes": pad_prefixes(prefixes[row : row + size], torch.device("cpu"))} if rules == "prefixes" else rules
        for row, size in ((0, 5), *((row, 1) for row in range(5)))
    ]
    together = search(network, source, limits, beam=3, num_best=3, **options[0])
    for row, found in enumerate(together):
        (alone,) = search(network, row_of(source, row), limits[row : row + 1], beam=3, num_best=3, **options[row + 1])
        assert [each.tokens for each in alone] == [each.tokens for each in found]
        assert [each.score for each in alone] == pytest.approx([each.score for each in found])


def test_a_long_prefix_stays_with_its_sentence_when_others_have_ended(networks):
    network, prefixes = networks.random(), [[], [6, 5, 4, 6, 4], [5, 5, 5, 5, 6]]
    padded = pad_prefixes(prefixes, torch.device("cpu"))
    results = search(network, network.source(3), (1, 6, 6), beam=2, prefixes=padded)
    assert len(results[0][0].tokens) <= 1
    for (found,), prefix in zip(results[1:], prefixes[1:], strict=True):
        assert found.tokens[:5] == prefix
