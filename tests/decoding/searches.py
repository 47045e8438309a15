"""A search of one call, and what it should find: every sequence, each scored from the beginning again."""

import itertools
import math

import torch

from softsearch.decoding.hypotheses import BOS, EOS
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Search

FORBIDDEN = (0, 1, BOS)


WORDS = (4, 5, 6)


def search(
    network, source, max_lengths, *, beam, length_penalty=1.0, coverage_penalty=0.0, num_best=1, mask=None, **rules
):
    return beam_search(
        network,
        source,
        search=Search(beam, length_penalty, 2.0, coverage_penalty=coverage_penalty),
        source_mask=torch.ones(len(max_lengths), 3, dtype=torch.bool) if mask is None else mask,
        max_lengths=list(max_lengths),
        num_best=num_best,
        rules=Rules(**rules),
    )


def row_of(source, row):
    return tuple(part[row : row + 1] for part in source)


def next_log_probs(network, source, tokens) -> torch.Tensor:
    """Return the log-probabilities after `tokens`, of one sentence, from the beginning again."""
    state = network.start(source)
    for token in (BOS, *tokens):
        logits, state, _ = network.step(torch.tensor([token]), state, source)
    logits[:, list(FORBIDDEN)] = -math.inf
    return logits[0].log_softmax(0)


def log_prob_of(network, source, tokens) -> float:
    total = 0.0
    for place, token in enumerate((*tokens, EOS)):
        total += float(next_log_probs(network, source, tokens[:place])[token])
    return total


def every_sequence(network, source, max_length, length_penalty) -> list[tuple[float, float, list[int]]]:
    """Return (score, log-probability, tokens) of all sequences, best first."""
    found = []
    for length in range(max_length + 1):
        for tokens in itertools.product(WORDS, repeat=length):
            log_prob = log_prob_of(network, source, tokens)
            found.append((log_prob / (length + 1) ** length_penalty, log_prob, list(tokens)))
    return sorted(found, reverse=True)
