"""Scores of captions, of the same captions of other images, and of where a network looks that is known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from softsearch.data.captions.captioned import Box, CaptionedImage, Thing
from softsearch.data.captions.store import CaptionStore
from softsearch.metrics.captions import bleu_statistics, exact_statistics
from softsearch.runs.caption_scoring import JudgedWords, distinct, judged, pointing, scores, words_compared
from softsearch.tasks.caption_writer import Caption
from tests.tasks.captioners import SIZE, WORDS, pixels

LEFT, RIGHT, ALL = Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.0, 1.0, 1.0), Box(0.0, 0.0, 1.0, 1.0)


def captions(*texts: str) -> list[Caption]:
    return [Caption(text, 0.0, [0.5] * len(text.split())) for text in texts]


# Scores


@pytest.mark.parametrize("number", [2, 3, 4, 9])
def test_blind_scores_are_those_of_captions_none_of_which_stays_with_its_image(number):
    texts = [f"word{place} is said of this" for place in range(number)]
    found = scores(captions(*texts), [[text] for text in texts])
    assert found["metrics"]["exact"]["value"] == 1.0
    assert found["metrics"]["bleu_4"]["value"] == pytest.approx(100)
    assert found["blind"]["exact"]["value"] == 0.0
    assert found["blind"].keys() == found["metrics"].keys()
    assert found["blind"]["bleu_1"]["value"] == pytest.approx(80)  # four words of five are in all


def test_blind_scores_are_those_of_the_same_captions():
    texts = ["a", "a", "a", "b"]
    found = scores(captions(*texts), [["a"], ["a"], ["a"], ["b"]])
    assert found["blind"]["exact"]["value"] == 0.5  # b stands elsewhere, and an a stands in its place


def test_scores_are_those_of_the_metrics_with_an_interval():
    texts, references = ["a red dot", "a box"], [["a red dot", "dot"], ["a blue box"]]
    found = scores(captions(*texts), references)["metrics"]
    assert found["bleu_2"]["value"] == pytest.approx(bleu_statistics(texts, references, order=2).value)
    assert found["exact"]["value"] == exact_statistics(texts, references).value == 0.5
    assert {"bleu_1", "bleu_3", "bleu_4", "chrf", "rouge_l", "cider_d"} < found.keys()
    assert found["exact"]["low"] < 0.5 < found["exact"]["high"]


def test_one_image_alone_has_no_other_captions():
    assert scores(captions("a dot"), [["a dot"]])["blind"] is None


def test_captions_are_told_apart_and_found_again_by_their_words():
    written = captions("A dot.", "a dot", "a box", "")
    assert distinct(written, ["a dot!", "two boxes"]) == {"captions": 3, "seen": 2}
    assert distinct(written, None) == {"captions": 3, "seen": None}


# Which words are right

SAID = ("a red dot left of a blue box", "a blue box right of a red dot")
THINGS = ((Thing(2, LEFT), Thing(7, RIGHT)), (Thing(2, RIGHT), Thing(7, LEFT)))


def test_where_places_are_known_words_are_held_against_the_most_alike_of_the_same_length():
    found = judged("a red box left of a Blue box", SAID, THINGS)
    assert found == JudgedWords([True, True, False, True, True, True, True, True], list(THINGS[0]))
    assert judged("a blue dot right of a red box", SAID, THINGS).things == list(THINGS[1])


@pytest.mark.parametrize("things", [THINGS, (), ((), ())])
def test_elsewhere_a_word_is_right_that_stands_in_a_reference(things):
    assert judged("the RED box, of dots", SAID, things) == JudgedWords([False, True, True, True, False], [])


@pytest.mark.parametrize("things", [(), ((), ())])
def test_where_no_place_is_known_words_may_stand_anywhere(things):
    assert judged("box dot a blue red right of left", SAID, things) == JudgedWords([True] * 8, [])


def test_an_empty_caption_has_no_words_that_are_right():
    assert judged("", SAID, THINGS) == JudgedWords([], [])


def test_right_and_wrong_words_are_compared_by_confidence_places_and_pointing():
    weights = np.zeros((3, 2, 2))
    weights[0, 0, 0] = 1.0  # one place
    weights[1] = 0.25  # four
    weights[2, 0, :] = 0.5  # two
    one = Caption("a dot box", 0.0, [0.9, 0.5, 0.1], weights)
    other = Caption("dot", 0.0, [0.3], weights[2:])
    judgements = [
        JudgedWords([True, True, False], [Thing(1, LEFT), Thing(2, ALL)]),
        JudgedWords([False], [Thing(0, RIGHT)]),
    ]
    found = words_compared([one, other], judgements)
    right = {"count": 2, "confidence": 0.7, "places": 2.5, "pointing": 0.5}
    wrong = {"count": 2, "confidence": 0.2, "places": 2.0, "pointing": 0.75}
    assert found == {"right": pytest.approx(right), "wrong": pytest.approx(wrong)}


def test_what_is_not_known_of_words_is_none():
    found = words_compared(captions("a dot"), [JudgedWords([True, False], [Thing(0, LEFT)])])
    assert found is not None
    assert found["right"] == {"count": 1, "confidence": 0.5, "places": None, "pointing": None}


@pytest.mark.parametrize("right", [True, False])
def test_where_all_words_are_right_or_all_are_wrong_there_is_nothing_to_compare(right):
    assert words_compared(captions("a dot", ""), [JudgedWords([right, right], []), JudgedWords([], [])]) is None


# Where it looks


class Looker:
    """Looks for the word in place i of a caption with weights that are known; `annotations` are the images' levels."""

    def __init__(self, weights: np.ndarray | None) -> None:
        self.weights, self.asked = weights, []

    def annotations(self, images: np.ndarray) -> torch.Tensor:
        return torch.tensor(images[:, 0, 0, 0].astype(float)).view(-1, 1, 1)

    def forced(self, annotations: torch.Tensor, texts: list[str]) -> list[np.ndarray | None]:
        self.asked += zip(annotations.flatten().tolist(), texts, strict=True)
        return [None if self.weights is None else self.weights[: len(text.split())] for text in texts]


@pytest.fixture
def known(tmp_path: Path) -> CaptionStore:
    said = [(("a dot", "dot"), ((Thing(1, LEFT),), (Thing(0, LEFT),))), (("a box",), ()), (SAID[:1], THINGS[:1])]
    images = [
        CaptionedImage(np.full((SIZE, SIZE, 3), number, np.uint8), *own[:1], f"{number}.png", own[1])
        for number, own in enumerate(said)
    ]
    return CaptionStore.write(tmp_path / "known", images, WORDS, size=SIZE, channels=3, skip=False)


def test_pointing_is_the_share_on_named_things_while_their_captions_are_written(known, monkeypatch):
    weights = np.zeros((8, 2, 2))
    weights[:, 0, 0], weights[:, 1, 1] = np.arange(8) / 10, 1 - np.arange(8) / 10  # left: 0, 0.1, 0.2, …
    looker = Looker(weights)
    found = pointing(looker, known)
    assert found is not None
    shares = [0.1, 0.0, 0.2, 0.3]  # of the last, a box on the right: 1 - 0.7
    assert found["value"] == pytest.approx(np.mean(shares))
    assert (found["chance"], found["words"]) == (0.5, 4)
    assert looker.asked == [(0.0, "a dot"), (0.0, "dot"), (2.0, SAID[0])]
    monkeypatch.setattr("softsearch.runs.caption_scoring.IMAGES_AT_ONCE", 2)
    again = pointing(Looker(weights), known)
    assert again is not None
    assert [again[name] for name in ("value", "chance", "words")] == [found["value"], 0.5, 4]


def test_pointing_is_not_known_without_attention_or_without_places(known, tmp_path):
    assert pointing(Looker(None), known) is None
    images = [CaptionedImage(pixels(0), ("a dot",), "0.png")]
    blank = CaptionStore.write(tmp_path / "blank", images, WORDS, size=SIZE, channels=3, skip=False)
    assert pointing(Looker(np.ones((8, 2, 2))), blank) is None
