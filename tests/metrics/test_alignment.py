"""Word links from attention, and Och & Ney's alignment error rate."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.errors import DataError
from softsearch.metrics.alignment import (
    alignment_statistics,
    crossing,
    links,
    to_pharaoh,
    word_weights,
)


def error_rate(*links):
    return alignment_statistics(*links)["aer"]


def test_words_sum_over_source_pieces_and_average_over_target_pieces() -> None:
    weights = np.array([[0.1, 0.2, 0.6, 0.1], [0.3, 0.4, 0.2, 0.1], [0.0, 0.0, 0.9, 0.1], [0.0, 0.0, 0.0, 1.0]])
    words = word_weights(weights, source_word_ids=[0, 0, 1], target_word_ids=[0, 0, 1])  # the last ones are end marks
    np.testing.assert_allclose(words, [[0.5, 0.4], [0.0, 0.9]])


def test_a_word_without_pieces_has_no_weight_and_no_link() -> None:
    words = word_weights(np.array([[0.2, 0.8]]), source_word_ids=[0, 2], target_word_ids=[1])
    np.testing.assert_allclose(words, [[0.0, 0.0, 0.0], [0.2, 0.0, 0.8]])
    assert links(words) == {(2, 1)}


def test_more_word_ids_than_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="2 x 3 pieces"):
        word_weights(np.ones((2, 2)), source_word_ids=[0, 1, 2], target_word_ids=[0, 1])


def test_a_target_word_links_to_where_it_looks_most() -> None:
    assert links(np.array([[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]])) == {(1, 0), (0, 1), (1, 2)}


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_sentence_has_no_links(shape: tuple[int, int]) -> None:
    words = word_weights(np.zeros(shape), source_word_ids=range(shape[1]), target_word_ids=range(shape[0]))
    assert links(words) == set()


def test_scores_of_links_agree_with_a_count_by_hand() -> None:
    predicted, sure, possible = [{(0, 0)}, {(1, 1), (2, 2)}], [{(0, 0)}, {(0, 1)}], [set(), {(1, 1)}]
    scores = {name: each.value for name, each in alignment_statistics(predicted, sure, possible).items()}
    assert scores == pytest.approx({"aer": 1 - (1 + 2) / (3 + 2), "link_precision": 2 / 3, "link_recall": 1 / 2})
    assert error_rate(predicted, sure).value == pytest.approx(1 - (1 + 1) / (3 + 2))  # with the sure links alone


def test_without_predicted_links_nothing_predicted_is_wrong_and_without_gold_links_nothing_is_missed() -> None:
    assert alignment_statistics([set()], [{(0, 0)}])["link_precision"].value == 1.0
    assert alignment_statistics([{(0, 0)}], [set()])["link_recall"].value == 1.0


def test_links_cross_where_the_order_of_their_words_is_reversed() -> None:
    generator = np.random.default_rng(2)
    for _ in range(50):
        some = {(int(i), int(j)) for i, j in generator.integers(0, 5, size=(generator.integers(0, 7), 2))}
        slow = {(i, j) for i, j in some for k, m in some if (i < k and j > m) or (i > k and j < m)}
        assert crossing(some) == slow


def test_no_predicted_link_is_an_error_rate_of_one() -> None:
    score = error_rate([set(), set()], [{(0, 0)}, {(0, 0), (1, 1)}]).estimate()
    assert (score.value, score.low, score.high) == (1.0, 1.0, 1.0)


def test_error_rate_interval_is_that_of_scoring_resampled_sentences_anew() -> None:
    generator = np.random.default_rng(3)
    sure = [{(word, word) for word in range(generator.integers(0, 5))} for _ in range(30)]
    predicted = [{(int(generator.integers(0, 3)), target) for _, target in gold} for gold in sure]
    score = error_rate(predicted, sure).estimate(seed=9, resamples=11)
    generator = np.random.default_rng(9)
    naive = []
    for _ in range(11):
        drawn = generator.integers(30, size=30)
        naive.append(error_rate([predicted[i] for i in drawn], [sure[i] for i in drawn]).value)
    assert [score.low, score.high] == np.percentile(naive, [2.5, 97.5]).tolist()
    assert score.signature == "aer|gold:sure|sentences:30"


def test_a_resample_without_any_link_does_not_break_the_interval() -> None:
    score = error_rate([{(0, 0)}, set()], [{(0, 0)}, set()]).estimate()
    assert (score.value, score.low, score.high) == (0.0, 0.0, 0.0)


def test_different_counts_are_refused_with_both() -> None:
    with pytest.raises(DataError, match="1 predicted alignments and 2 sure alignments"):
        error_rate([set()], [set(), set()])


@pytest.mark.parametrize("alignments", [[], [set()]])
def test_nothing_to_align_is_no_score(alignments: list[set[tuple[int, int]]]) -> None:
    with pytest.raises(DataError, match="there is no"):
        error_rate(alignments, alignments)


def test_links_are_written_source_first_and_in_order() -> None:
    assert to_pharaoh({(10, 2), (0, 0), (2, 1)}) == "0-0 2-1 10-2"
    assert to_pharaoh(set()) == ""
