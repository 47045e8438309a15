"""Beam search against the whole space, against slow searches of one sentence, and its promises."""

import math
from typing import NamedTuple

import pytest
import torch

from softsearch.decoding.hypotheses import BOS, EOS
from softsearch.models.attend_before import EncoderDecoder
from softsearch.models.parts import Decoder
from softsearch.nn.attention import AdditiveAttention
from softsearch.nn.recurrent import Layers
from tests.decoding.searches import FORBIDDEN, WORDS, every_sequence, log_prob_of, next_log_probs, row_of, search


def slow_beam(network, source, max_length, beam, length_penalty) -> list[tuple[float, list[int]]]:
    """Return (score, tokens) of what a beam search over lists finds, best first."""
    live, finished = [(0.0, ())], []
    for length in range(1, max_length + 2):
        grown = []
        for log_prob, tokens in live:
            nexts = next_log_probs(network, source, tokens)
            words = (EOS,) if length > max_length else (EOS, *WORDS)
            grown += [(log_prob + float(nexts[word]), tokens, word) for word in words]
        grown = sorted(grown, reverse=True)[:beam]
        finished += [
            (log_prob / length**length_penalty, list(tokens)) for log_prob, tokens, word in grown if word == EOS
        ]
        live = [(log_prob, (*tokens, word)) for log_prob, tokens, word in grown if word != EOS]
        best_alive = max((log_prob for log_prob, _ in live), default=float("-inf")) / length**length_penalty
        if len(finished) >= beam and sorted(finished, reverse=True)[beam - 1][0] >= best_alive:
            break
    return sorted(finished, reverse=True)


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0])
def test_a_beam_as_wide_as_the_space_ranks_the_whole_space(networks, length_penalty):
    network, limits = networks.random(), (1, 3, 2)
    source = network.source(3)
    everything = search(network, source, limits, beam=40, num_best=40, length_penalty=length_penalty)
    for row, (found, limit) in enumerate(zip(everything, limits, strict=True)):
        wanted = every_sequence(network, row_of(source, row), limit, length_penalty)
        assert [hypothesis.tokens for hypothesis in found] == [tokens for _, _, tokens in wanted]
        assert [hypothesis.log_prob for hypothesis in found] == pytest.approx([log_prob for _, log_prob, _ in wanted])
        assert [hypothesis.score for hypothesis in found] == pytest.approx([score for score, _, _ in wanted])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("beam", [2, 3, 5])
def test_a_narrow_beam_keeps_what_a_slow_search_of_each_sentence_keeps(networks, seed, beam):
    network, limits = networks.random(seed, ends=-1.0), (6, 2, 8, 5)
    source = network.source(4)
    found = search(network, source, limits, beam=beam, num_best=beam, length_penalty=0.7)
    for row, limit in enumerate(limits):
        wanted = slow_beam(network, row_of(source, row), limit, beam, 0.7)[:beam]
        assert [hypothesis.tokens for hypothesis in found[row]] == [tokens for _, tokens in wanted]
        assert [hypothesis.score for hypothesis in found[row]] == pytest.approx([score for score, _ in wanted])


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_one_is_greedy(networks, seed):
    network = networks.random(seed, ends=-2.0)
    source = network.source(3)
    for row, (found,) in enumerate(search(network, source, [7] * 3, beam=1)):
        tokens: list[int] = []
        while len(tokens) < 7:
            best = int(next_log_probs(network, row_of(source, row), tokens).argmax())
            if best == EOS:
                break
            tokens.append(best)
        assert found.tokens == tokens
        assert found.log_prob == pytest.approx(log_prob_of(network, row_of(source, row), tokens))


def test_the_n_best_are_distinct_and_the_best_come_first(networks):
    network = networks.random(ends=-1.0)
    for found in search(network, network.source(5), [6] * 5, beam=8, num_best=6):
        assert len(found) == 6
        assert len({tuple(hypothesis.tokens) for hypothesis in found}) == 6
        scores = [hypothesis.score for hypothesis in found]
        assert scores == sorted(scores, reverse=True)


def test_asking_for_more_than_the_beam_widens_it(networks):
    network = networks.random(ends=-1.0)
    source = network.source(2)
    wide, narrow = (search(network, source, [5, 5], beam=beam, num_best=4) for beam in (4, 1))
    assert [[each.tokens for each in found] for found in wide] == [[each.tokens for each in found] for found in narrow]


def test_a_sentence_is_found_alone_as_in_its_batch(networks):
    network, limits = networks.random(ends=-1.0), [6, 1, 9, 4, 2]
    source = network.source(5)
    for row, found in enumerate(search(network, source, limits, beam=3, num_best=3)):
        (alone,) = search(network, row_of(source, row), limits[row : row + 1], beam=3, num_best=3)
        assert [hypothesis.tokens for hypothesis in alone] == [hypothesis.tokens for hypothesis in found]
        assert [hypothesis.score for hypothesis in alone] == pytest.approx([hypothesis.score for hypothesis in found])


def test_results_come_in_the_order_of_the_input(networks):
    network, limits, order = networks.random(ends=-1.0), torch.tensor([6, 1, 9, 4, 2]), torch.tensor([3, 0, 4, 2, 1])
    source = network.source(5)
    straight = search(network, source, limits.tolist(), beam=3)
    shuffled = search(network, tuple(part[order] for part in source), limits[order].tolist(), beam=3)
    assert [each[0].tokens for each in shuffled] == [straight[row][0].tokens for row in order]


@pytest.mark.parametrize("beam", [1, 4])
def test_each_row_of_weights_belongs_to_the_token_it_wrote(networks, beam):
    network = networks.random(ends=-1.0)
    results = search(network, network.source(4), [6, 2, 8, 5], beam=beam, num_best=beam)
    assert max(len(hypothesis.tokens) for found in results for hypothesis in found) > 2
    for row, found in enumerate(results):
        for hypothesis in found:
            before = [BOS, *hypothesis.tokens][:-1]
            assert hypothesis.weights.tolist() == [[row, token, place] for place, token in enumerate(before)]


@pytest.mark.parametrize("beam", [1, 3])
def test_where_the_end_is_unlikely_the_longest_is_closed_at_its_true_cost(networks, beam):
    network, limits = networks.random(ends=-30.0), (3, 1)
    source = network.source(2)
    for row, (found,) in enumerate(search(network, source, limits, beam=beam)):
        assert len(found.tokens) == limits[row]
        assert found.log_prob == pytest.approx(log_prob_of(network, row_of(source, row), found.tokens))
        assert found.log_prob < -20


@pytest.mark.parametrize("beam", [1, 3])
def test_where_the_end_is_impossible_each_sentence_still_has_an_output(networks, beam):
    possible, never = networks.random(ends=-60.0), networks.random(ends=-math.inf)
    source = possible.source(3)
    wanted = search(possible, source, [3, 1, 4], beam=beam)
    found = search(never, source, [3, 1, 4], beam=beam)
    assert [len(each) for each in found] == [1, 1, 1]
    assert [len(each[0].tokens) for each in found] == [3, 1, 4]
    if beam == 1:
        assert [each[0].tokens for each in found] == [each[0].tokens for each in wanted]
    assert all(each[0].weights.shape == (len(each[0].tokens), 3) for each in found)


def test_one_token_at_most_means_one_token_at_most(networks):
    network = networks.random(ends=-1.0)
    source = network.source(6)
    for row, (found,) in enumerate(search(network, source, [1] * 6, beam=5)):
        assert found.tokens == every_sequence(network, row_of(source, row), 1, 1.0)[0][2]


def test_forbidden_tokens_are_never_written(networks):
    network = networks.random()
    network.write[:, [0, 1, BOS]] *= 10
    words = {
        token
        for found in search(network, network.source(8), [5] * 8, beam=4, num_best=4)
        for hypothesis in found
        for token in hypothesis.tokens
    }
    assert words <= set(WORDS)
    alone = search(network, network.source(8), [5] * 8, beam=4, forbidden=(*FORBIDDEN, 4, 5))
    assert {token for (found,) in alone for token in found.tokens} <= {6}


def test_length_penalty_chooses_between_the_likeliest_and_the_likeliest_on_average(networks):
    network = networks.script([{EOS: 0.5, 4: 0.5}, {EOS: 0.9, 4: 0.1}])
    source = (torch.zeros(1),)
    ((by_sum,),) = search(network, source, [5], beam=4, length_penalty=0.0)
    ((by_mean,),) = search(network, source, [5], beam=4, length_penalty=1.0)
    assert by_sum.tokens == []
    assert by_sum.score == by_sum.log_prob == pytest.approx(math.log(0.5))
    assert by_mean.tokens == [4]
    assert by_mean.log_prob == pytest.approx(math.log(0.45))
    assert by_mean.score == pytest.approx(math.log(0.45) / 2)


def test_a_wider_beam_finds_what_greed_misses(networks):
    class Trap(type(networks.script([{}]))):
        def step(self, tokens, state, source):
            logits, state, weights = super().step(tokens, state, source)
            return logits.masked_fill((tokens == 5).unsqueeze(1) & (torch.arange(7) != EOS), -math.inf), state, weights

    network = Trap([{4: 0.6, 5: 0.4}, {4: 0.34, 6: 0.33, EOS: 0.33}])
    ((greedy,),) = search(network, (torch.zeros(1),), [2], beam=1, length_penalty=0.0)
    ((beam,),) = search(network, (torch.zeros(1),), [2], beam=2, length_penalty=0.0)
    assert greedy.tokens == [4, 4]
    assert beam.tokens == [5]


def test_without_attention_a_hypothesis_has_no_weights(networks):
    ((found,),) = search(networks.script([{EOS: 0.1, 4: 0.9}]), (torch.zeros(1),), [3], beam=2)
    assert found.weights is None


def test_no_sentences_give_no_results(networks):
    network = networks.random()
    assert search(network, network.source(0), [], beam=3) == []


def test_state_and_source_may_be_trees(networks):
    class Memory(NamedTuple):
        nothing: None
        inner: tuple

    class Nested(networks.random):
        def start(self, source):
            return Memory(None, super().start(source[0]))

        def step(self, tokens, state, source):
            logits, inner, weights = super().step(tokens, state.inner, source[0])
            return logits, Memory(None, inner), weights

    plain, nested = networks.random(ends=-1.0), Nested(ends=-1.0)
    source = plain.source(3)
    wanted, found = search(plain, source, [5, 1, 3], beam=3), search(nested, (source, None), [5, 1, 3], beam=3)
    assert [each[0].tokens for each in found] == [each[0].tokens for each in wanted]


def test_what_the_network_returned_is_not_written_to(networks):
    class Constant(networks.random):
        logits = torch.arange(7.0, dtype=torch.float64)

        def step(self, tokens, state, source):
            return (self.logits.expand(len(tokens), -1), *super().step(tokens, state, source)[1:])

    network = Constant()
    search(network, network.source(1), [2], beam=1)
    assert network.logits.tolist() == list(range(7))


def test_a_translators_hypotheses_cost_what_reading_them_costs():
    torch.manual_seed(0)
    decoder = Decoder(
        vocabulary=9,
        embedding=6,
        layers=Layers("lstm", hidden=5, depth=1, residual=False),
        attention=AdditiveAttention(query=5, annotation=8, hidden=7, coverage=False),
        bridge="learned",
        readout=6,
        dropout=0.5,
        tie_embeddings=True,
    )
    model = EncoderDecoder(decoder, encoder=Layers("lstm", hidden=4, depth=1, residual=False), direction="both")
    model.double().eval()
    torch.nn.init.normal_(model.output.weight)
    lengths = torch.tensor([5, 2, 3])
    mask = torch.arange(5) < lengths.unsqueeze(1)
    source = torch.randint(4, 9, (3, 5)) * mask
    with torch.inference_mode():
        results = search(model, model.encode(source, mask), [6, 4, 5], beam=4, num_best=4)
        for row, found in enumerate(results):
            for tokens, log_prob, _, weights, costs in found:
                target = torch.tensor([[BOS, *tokens]])
                logits = model.output(model(source[row : row + 1], mask[row : row + 1], target, target > 0))
                logits[:, list(FORBIDDEN)] = -math.inf
                wanted = logits.log_softmax(1)[torch.arange(len(tokens) + 1), torch.tensor([*tokens, EOS])]
                assert log_prob == pytest.approx(float(wanted.sum()), abs=1e-9)
                assert costs == pytest.approx(wanted.tolist(), abs=1e-9)
                assert weights.shape == (len(tokens), 5)
                assert not weights[:, lengths[row] :].any()


def test_the_costs_of_the_tokens_sum_to_that_of_the_hypothesis(networks):
    network = networks.random(ends=-1.0)
    for found in search(network, network.source(4), [6, 1, 3, 5], beam=4, num_best=4):
        for each in found:
            assert len(each.token_log_probs) == len(each.tokens) + 1
            assert sum(each.token_log_probs) == pytest.approx(each.log_prob)
