"""Samples follow the distribution they should, and are a function of their seeds alone."""

import math

import numpy as np
import pytest
import torch

from softsearch.decoding.hypotheses import EOS
from softsearch.decoding.rules import Rules, pad_prefixes
from softsearch.decoding.sampling import draw, sample, without_repetition
from softsearch.decoding.settings import Generation, Sampling
from softsearch.errors import SoftsearchError

CPU = torch.device("cpu")


def samples(network, source, limits, *, seeds, temperature=1.0, top_k=None, top_p=1.0, **rules):
    return sample(
        network,
        source,
        sampling=Sampling(temperature, top_k, top_p, seed=0),
        seeds=seeds,
        length_penalty=1.0,
        max_lengths=limits,
        rules=Rules(**rules),
        device=CPU,
    )


def shares_of(log_probs, temperature, top_k, top_p, min_p):
    """Return the probability of each token to be drawn, by the papers, one token after the other."""
    tempered = [math.exp(each / temperature) for each in log_probs]
    tempered = [each / sum(tempered) for each in tempered]
    ranked = sorted(range(len(tempered)), key=lambda token: -tempered[token])[:top_k]
    total, nucleus, mass = sum(tempered[token] for token in ranked), [], 0.0
    for token in ranked:
        if mass >= top_p * total:
            break
        nucleus.append(token)
        mass += tempered[token]
    kept = [token for token in nucleus if tempered[token] >= min_p * max(tempered)]
    mass = sum(tempered[token] for token in kept)
    return [tempered[token] / mass if token in kept else 0.0 for token in range(len(tempered))]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("top_k", [None, 1, 3, 99])
@pytest.mark.parametrize("top_p", [0.1, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("min_p", [0.0, 0.4, 0.9])
def test_tokens_are_drawn_as_often_as_the_papers_say(temperature, top_k, top_p, min_p):
    log_probs = torch.tensor([0.05, 0.3, 0.0, 0.25, 0.15, 0.25]).log()
    num = 4000
    numbers = (torch.arange(num) + 0.5).double() / num  # evenly spread instead of random: no luck needed
    drawn = draw(log_probs.expand(num, -1), numbers, Sampling(temperature, top_k, top_p, seed=0, min_p=min_p))
    wanted = shares_of(log_probs.tolist(), temperature, top_k, top_p, min_p)
    assert (drawn.bincount(minlength=6) / num).tolist() == pytest.approx(wanted, abs=1.1 / num)


@pytest.mark.parametrize("number", [0.0, 1 - 2**-53])
def test_the_outermost_numbers_fall_on_tokens_that_are_possible(number):
    log_probs = torch.tensor([[0.1] * 10 + [0.0]]).log()
    for top_p in (0.3, 1.0):
        sampling = Sampling(1.0, None, top_p, seed=0)
        assert int(draw(log_probs, torch.tensor([number], dtype=torch.float64), sampling)) < 10


def test_a_sample_depends_on_its_seed_alone_and_not_on_its_company(networks):
    network, limits, seeds = networks.random(ends=-1.0), [6, 2, 9, 4], [[1, 2], [3, 4], [5, 6], [7, 8]]
    source = network.source(4)
    together = samples(network, source, limits, seeds=seeds)
    for row, found in enumerate(together):
        own = tuple(part[row : row + 1] for part in source)
        for number, each in enumerate(found):
            ((alone,),) = samples(network, own, [limits[row]], seeds=[[seeds[row][number]]])
            assert alone.tokens == each.tokens
            assert alone.token_log_probs == pytest.approx(each.token_log_probs)
            assert torch.equal(alone.weights, each.weights)
    assert len({tuple(each.tokens) for found in together for each in found}) > 3


def test_each_token_is_drawn_with_a_number_of_its_own(networks):
    network, seeds = networks.script([{4: 0.5, 5: 0.5}] * 8 + [{EOS: 1.0}]), list(range(5))
    for seed, found in zip(seeds, samples(network, (torch.zeros(1),), [8], seeds=[seeds])[0], strict=True):
        numbers = np.random.default_rng(seed).random(9)
        assert found.tokens == [4 if number < 0.5 else 5 for number in numbers[:8]]


def test_a_sample_reports_the_models_own_log_probability(networks):
    network = networks.script([{4: 0.6, 5: 0.4}, {EOS: 0.5, 4: 0.5}])
    found = samples(network, (torch.zeros(1),), [1], seeds=[list(range(20))], temperature=0.7, top_p=0.5)
    for each in found[0]:
        assert each.tokens == [4]
        assert each.log_prob == pytest.approx(math.log(0.6 * 0.5))
        assert each.score == pytest.approx(each.log_prob / 2)


def test_a_cold_sample_is_the_greedy_translation(networks):
    network = networks.random(ends=-1.0)
    cold, only = (
        samples(network, network.source(3), [5] * 3, seeds=[[1], [2], [3]], **options)
        for options in ({"temperature": 0.0}, {"top_k": 1})
    )
    assert [each[0].tokens for each in cold] == [each[0].tokens for each in only]
    assert len({tuple(each[0].tokens) for each in cold}) > 1


def test_samples_keep_the_rules(networks):
    network, prefixes = networks.random(), [[5, 6], []]
    seeds = [list(range(30)), list(range(30, 60))]
    rules = {"min_length": 3, "no_repeat_ngrams": 2, "prefixes": pad_prefixes(prefixes, CPU)}
    for found, prefix in zip(samples(network, network.source(2), [5, 4], seeds=seeds, **rules), prefixes, strict=True):
        assert len(found) == 30
        for each in found:
            grams = list(zip(each.tokens, each.tokens[1:], strict=False))
            assert len(set(grams)) == len(grams)
            assert 3 <= len(each.tokens) <= 5
            assert each.tokens[: len(prefix)] == prefix
            assert set(each.tokens) <= {4, 5, 6}


def test_no_sentences_give_no_samples(networks):
    network = networks.random()
    assert samples(network, network.source(0), [], seeds=[]) == []


@pytest.mark.parametrize("temperature", [0.0, 1e-320, 1e-3])
def test_at_no_temperature_the_likeliest_token_is_drawn_and_the_first_of_equal_ones(temperature):
    log_probs = torch.tensor([[0.0, 0.2, 0.5, 0.3], [0.5, 0.0, 0.0, 0.5]]).log()
    drawn = draw(log_probs, torch.tensor([0.9, 0.1]), Sampling(temperature=temperature, top_p=0.9, min_p=0.1))
    assert drawn.tolist() == [2, 0]


def penalised(log_probs, read, penalty, window, line_end):
    """Return the scores of Keskar et al. (2019), token by token, as our departure has them."""
    possible = [each for each in log_probs if math.isfinite(each)]
    mean = sum(possible) / len(possible)
    there = set(read if window is None else read[-window:]) - {line_end}
    scores = [each - mean for each in log_probs]
    return [
        score if token not in there else score / penalty if score > 0 else score * penalty
        for token, score in enumerate(scores)
    ]


@pytest.mark.parametrize("penalty", [1.2, 5.0])
@pytest.mark.parametrize("window", [None, 1, 3, 50])
def test_scores_of_tokens_that_were_there_are_divided_as_the_paper_says(penalty, window):
    log_probs = torch.randn(3, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).log_softmax(1)
    log_probs[:, 2] = float("-inf")
    read = torch.tensor([[3, 1, 5, 5, 0], [0, 1, 2, 3, 4], [7, 7, 7, 7, 6]])
    asked = Generation(repetition_penalty=penalty, repetition_window=window)
    found = without_repetition(log_probs, read, asked, line_end=5)
    for row, own, tokens in zip(found.tolist(), log_probs.tolist(), read.tolist(), strict=True):
        assert row == pytest.approx(penalised(own, tokens, penalty, window, 5))
        unpenalised = penalised(own, tokens, 1.0, None, 5)
        changed = [token for token in range(8) if token != 2 and row[token] != pytest.approx(unpenalised[token])]
        assert set(changed) == set(tokens if window is None else tokens[-window:]) - {5, 2}
        assert all(row[token] < unpenalised[token] for token in changed)


def test_without_a_penalty_or_a_rule_nothing_is_changed():
    log_probs = torch.randn(2, 5).log_softmax(1)
    assert without_repetition(log_probs, torch.tensor([[1, 2], [3, 3]]), Generation(), line_end=0) is log_probs


def test_no_word_twice_leaves_line_ends_possible():
    log_probs = torch.zeros(1, 4)
    found = without_repetition(log_probs, torch.tensor([[3, 1]]), Generation(no_repeat_ngrams=1), line_end=3)
    assert found.isfinite().tolist() == [[True, False, True, True]]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_sequence_that_was_there_is_completed_unless_nothing_else_is_left(size):
    log_probs = torch.tensor([[1 / 3, 1 / 3, 1 / 3, 0.0]]).log()
    read, asked = [0, 1, 0, 2, 0, 1, 1], Generation(no_repeat_ngrams=size)
    found = without_repetition(log_probs, torch.tensor([read]), asked, line_end=3)[0, :3]
    grams = {tuple(read[start : start + size]) for start in range(len(read) - size + 1)}
    cut = [(*read[len(read) - size + 1 :], token) in grams for token in range(3)]
    assert found.isneginf().tolist() == ([False] * 3 if all(cut) else cut)
    assert any(cut) == (size < 3)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"temperature": -0.1}, "temperature is negative: the least likely tokens would come first"),
        ({"temperature": math.inf}, "temperature is out of range"),
        ({"temperature": math.nan}, "temperature is out of range"),
        ({"top_k": 0}, "top_k is out of range"),
        ({"top_p": 0.0}, "top_p is out of range"),
        ({"min_p": 1.0}, "min_p is out of range"),
        ({"repetition_penalty": 0.9}, "repetition_penalty is out of range"),
        ({"repetition_penalty": math.nan}, "repetition_penalty is out of range"),
        ({"repetition_window": 0}, "repetition_window is out of range"),
        ({"no_repeat_ngrams": -1}, "no_repeat_ngrams is out of range"),
    ],
)
def test_values_out_of_range_are_refused(fields, told):
    with pytest.raises(SoftsearchError, match=told):
        Generation(**fields)
