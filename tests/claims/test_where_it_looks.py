"""C5 counts what lies on the things that are named, for right words and for wrong ones, and blind."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from softsearch.claims import c05_where_it_looks as claim
from softsearch.data.captions.captioned import Box, Thing
from softsearch.metrics.repeats import Figures
from softsearch.tasks.caption_writer import Caption

LEFT, RIGHT = Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.0, 1.0, 1.0)
SAID = "a small red ring left of a large blue star"


def store(*boxes):
    words = ((1, 2, 3), (7, 8, 9))
    things = [[Thing(word, box) for own, box in zip(words, pair, strict=True) for word in own] for pair in boxes]
    return SimpleNamespace(captions=[[SAID]] * len(boxes), things=[[own] for own in things], images=[0] * len(boxes))


def weights(*on_left):
    return np.array([[[share, 1 - share]] for share in on_left])


def test_words_about_a_thing_are_compared_with_the_reference_and_looked_for_in_its_place():
    maps = weights(0.5, 0.9, 0.8, 0.7, 0.5, 0.5, 0.5, 0.6, 0.2, 0.1)
    caption = Caption("a small green ring left of a large blue cross", 0.0, [1.0] * 10, maps)
    found = claim.looked(caption, store((LEFT, RIGHT)), 0)
    assert [each.right for each in found] == [True, False, True, True, True, False]
    assert [each.share for each in found] == pytest.approx([0.9, 0.8, 0.7, 0.4, 0.8, 0.9])


def test_blind_is_the_attention_in_one_scene_on_the_things_of_another():
    maps = weights(0.5, 0.9, 0.9, 0.9, *[0.5] * 3, 0.2, 0.2, 0.2)
    writer = SimpleNamespace(annotations=lambda images: None, forced=lambda _, texts: [maps] * len(texts))
    named, blind, chance = claim._named(writer, store((LEFT, RIGHT), (RIGHT, LEFT)))
    assert named == pytest.approx([0.9] * 3 + [0.8] * 3 + [0.1] * 3 + [0.2] * 3)
    assert blind == pytest.approx([0.9] * 3 + [0.8] * 3)  # of the second scene, on the boxes of the first
    assert chance == pytest.approx([0.5] * 12)


def test_it_holds_where_words_look_at_their_things_and_wrong_ones_elsewhere_and_fails_otherwise():
    def verdict(named, blind, right, wrong):
        names = ("named", "named_blind", "of a right word", "of a wrong word")
        values = dict(zip(names, (named, blind, right, wrong), strict=True))
        figures = {
            f"attention_on_the_thing_{name.replace(' ', '_')}": Figures.of([each] * 3) for name, each in values.items()
        }
        return claim.verdict(figures)

    assert verdict(0.6, 0.15, 0.6, 0.4) == "holds"
    assert verdict(0.6, 0.25, 0.6, 0.4) == "fails"
    assert verdict(0.6, 0.15, 0.6, 0.58) == "fails"
