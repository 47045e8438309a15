"""Scores of captions are those of the implementations that made them known, for captions of every awkward kind."""

from __future__ import annotations

import pytest

from softsearch.errors import DataError
from softsearch.metrics.captions import (
    bleu_statistics,
    chrf_statistics,
    cider_statistics,
    exact_statistics,
    num_distinct,
    rouge_statistics,
    words_of,
)

CAPTIONS = {
    "A brown dog runs across the grass.": (
        "A dog is running on green grass.",
        "The brown dog runs through a field.",
        "A dog, brown and white, runs across the grass!",
    ),
    "two boys play with a red ball": ("Two boys are playing football.", "Boys play with a ball in the park"),
    "a man in a red shirt": ("A man in a red shirt.",),
    "a man a man a man a man in the water on a surfboard in the water": (
        "A surfer rides a wave.",
        "a man on a surfboard in the water",
        "Someone surfing",
    ),
    "": ("A boat on the lake.", "Boat"),
    "a woman holding an umbrella": ("Three cats sleep on a sofa.", "cats don't care"),
}
WRITTEN, REFERENCES = list(CAPTIONS), list(CAPTIONS.values())

# What pycocoevalcap 1.2 makes of the same words, times 100: of all, and of each image.
BLEU = (66.66666666507936, 60.03002251724057, 52.70398600462877, 45.63669152795431)
ROUGE = 54.25886403569765, (73.34669338677354, 65.87473002159828, 100.0, 68.44319775596072, 0.0, 17.88856305)
CIDER = 266.3146517583822, (271.3728086622871, 287.95840852052123, 1000.0, 38.556693367484655, 0.0, 0.0)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_bleu_is_that_of_the_captioning_challenge(order):
    assert bleu_statistics(WRITTEN, REFERENCES, order=order).value == pytest.approx(BLEU[order - 1], abs=1e-5)


@pytest.mark.parametrize(("statistics", "expected"), [(rouge_statistics, ROUGE), (cider_statistics, CIDER)])
def test_rouge_and_cider_are_those_of_the_captioning_challenge(statistics, expected):
    found = statistics(WRITTEN, REFERENCES)
    assert found.value == pytest.approx(expected[0], abs=1e-9)
    assert found.counts[:, 0].tolist() == pytest.approx(expected[1], abs=1e-6)
    score = found.estimate(resamples=200)
    assert score.low < score.value < score.high


def test_chrf_takes_the_best_reference_of_each():
    best = chrf_statistics(["a red ball"], [["nothing like it", "A red ball."]])
    assert best.value == pytest.approx(100)
    assert chrf_statistics(["a red ball"], [["nothing like it"]]).value < 50


def test_the_closest_reference_says_how_long_a_caption_should_be():
    short, long = "a dog", "a dog runs over the wide green grass"
    assert bleu_statistics([short], [[long, short]], order=1).value == pytest.approx(100)
    assert bleu_statistics([short], [[long]], order=1).value < 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Dog's ball, well-worn.", ["the", "dog's", "ball", "well-worn"]),
        ("2 Hunde über_dem -- Fluß!", ["2", "hunde", "über", "dem", "fluß"]),
        ("...", []),
    ],
)
def test_words_are_what_is_left_without_case_and_punctuation(text, words):
    assert words_of(text) == words


def test_captions_of_other_case_and_punctuation_are_the_same():
    assert num_distinct(["A dog.", "a dog", "a cat", ""]) == 3


@pytest.mark.parametrize("statistics", [rouge_statistics, cider_statistics, chrf_statistics, exact_statistics])
def test_captions_and_images_that_cannot_be_paired_are_told(statistics):
    with pytest.raises(DataError, match="1 captions and 2 images"):
        statistics(["a"], [["a"], ["b"]])
    with pytest.raises(DataError, match="no sentence to score"):
        statistics([], [])


def test_a_caption_is_exact_where_it_has_the_words_of_one_of_its_own_references_in_their_order():
    references = [["A red dot.", "a dot"], ["two dots"], ["a red dot"], [""], ["a red dot", "red"]]
    found = exact_statistics(["a RED dot!", "a dot", "a dot red", "", "red"], references)
    assert found.counts.tolist() == [[1, 1], [0, 1], [0, 1], [1, 1], [1, 1]]
    assert found.value == pytest.approx(3 / 5)
