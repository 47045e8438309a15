"""Word links from attention, and Och & Ney's alignment error rate."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.errors import DataError
from softsearch.metrics.alignment import alignment_error_rate, links, to_pharaoh, word_weights


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


def test_error_rate_agrees_with_a_count_by_hand() -> None:
    predicted = [{(0, 0), (1, 1), (2, 1)}, {(0, 1)}]
    sure = [{(0, 0), (1, 1)}, {(0, 0)}]
    possible = [{(0, 0), (1, 1), (2, 1)}, {(0, 0), (0, 1)}]
    # |A| = 4, |S| = 3; sure links hit: 2; possible links hit: 3 + 1
    assert alignment_error_rate(predicted, sure, possible).value == pytest.approx(1 - (2 + 4) / (4 + 3))
    # with the sure links alone 2 + 2 are hit
    assert alignment_error_rate(predicted, sure).value == pytest.approx(1 - (2 + 2) / (4 + 3))


def test_sure_links_need_not_be_repeated_among_the_possible() -> None:
    predicted, sure, extra = [{(0, 0), (1, 1)}], [{(0, 0)}], [{(1, 1)}]
    assert alignment_error_rate(predicted, sure, extra).value == 0.0


def test_no_predicted_link_is_an_error_rate_of_one() -> None:
    score = alignment_error_rate([set(), set()], [{(0, 0)}, {(0, 0), (1, 1)}])
    assert (score.value, score.low, score.high) == (1.0, 1.0, 1.0)


def test_error_rate_interval_is_that_of_scoring_resampled_sentences_anew() -> None:
    generator = np.random.default_rng(3)
    sure = [{(word, word) for word in range(generator.integers(0, 5))} for _ in range(30)]
    predicted = [{(int(generator.integers(0, 3)), target) for _, target in gold} for gold in sure]
    score = alignment_error_rate(predicted, sure, seed=9, resamples=11)
    generator = np.random.default_rng(9)
    naive = []
    for _ in range(11):
        drawn = generator.integers(30, size=30)
        naive.append(alignment_error_rate([predicted[i] for i in drawn], [sure[i] for i in drawn], resamples=1).value)
    assert [score.low, score.high] == np.percentile(naive, [2.5, 97.5]).tolist()
    assert score.signature == "aer|gold:sure|sentences:30"


def test_a_resample_without_any_link_does_not_break_the_interval() -> None:
    score = alignment_error_rate([{(0, 0)}, set()], [{(0, 0)}, set()])
    assert (score.value, score.low, score.high) == (0.0, 0.0, 0.0)


def test_different_counts_are_refused_with_both() -> None:
    with pytest.raises(DataError, match="1 predicted alignments and 2 sure alignments"):
        alignment_error_rate([set()], [set(), set()])


@pytest.mark.parametrize("alignments", [[], [set()]])
def test_nothing_to_align_is_no_score(alignments: list[set[tuple[int, int]]]) -> None:
    with pytest.raises(DataError, match="there is no"):
        alignment_error_rate(alignments, alignments)


def test_links_are_written_source_first_and_in_order() -> None:
    assert to_pharaoh({(10, 2), (0, 0), (2, 1)}) == "0-0 2-1 10-2"
    assert to_pharaoh(set()) == ""
