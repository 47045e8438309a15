"""A drawn scene shows what its captions say, where they say it, in every language; the test shows what was held out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from softsearch.data.captions.scene_texts import COLOURS, LANGUAGES, SHAPES, Look, say
from softsearch.data.captions.scenes import is_held_out, scenes
from softsearch.errors import DataError

TWO = [Look("small", "red", "circle"), Look("large", "white", "star")]


def drawn(**changes):
    return list(scenes(**{"language": "en", "number": 60, "size": 48, "seed": 1, "split": "train"} | changes))


@pytest.mark.parametrize(
    ("language", "direction", "text", "names"),
    [
        ("en", "left", "a small red circle left of a large white star", ((1, 2, 3), (7, 8, 9))),
        ("fr", "right", "un petit cercle rouge à droite d'une grande étoile blanche", ((1, 2, 3), (7, 8, 9))),
        ("de", "above", "ein kleiner roter Kreis über einem großen weißen Stern", ((1, 2, 3), (6, 7, 8))),
        ("de", "left", "ein kleiner roter Kreis links von einem großen weißen Stern", ((1, 2, 3), (7, 8, 9))),
        ("fr", "below", "un petit cercle rouge au-dessous d'une grande étoile blanche", ((1, 2, 3), (6, 7, 8))),
    ],
)
def test_a_chain_is_said_in_every_language(language, direction, text, names):
    assert say(TWO, [direction], language=language) == (text, names)


def test_german_neuters_and_french_feminines_have_their_endings():
    look = Look("large", "green", "cross")
    assert say([look], [], language="de").text == "ein großes grünes Kreuz"
    assert say([look], [], language="fr").text == "une grande croix verte"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_things_are_said_alike_and_each_word_is_where_it_is_said_to_be(language):
    every = [Look(*each) for each in itertools.product(("small", "large"), COLOURS, SHAPES)]
    texts = {say([each], [], language=language).text for each in every}
    assert len(texts) == len(every)
    others = {say([each, each], ["left"], language=language).text for each in every}  # German has other endings then
    names = {word for text in texts | others for word in text.split()[-3:]}
    for scene in drawn(language=language):
        for caption, things in zip(scene.captions, scene.things, strict=True):
            words = caption.split()
            assert {words[thing.word] for thing in things} <= names


def test_things_lie_as_their_captions_say():
    seen = set()
    for scene in drawn(number=200):
        for caption, things in zip(scene.captions, scene.things, strict=True):
            words = caption.split()
            for (word, before), (_, after) in itertools.pairwise(things[2::3]):
                relation = words[word + 1]
                seen.add(relation)
                assert {
                    "left": before.right < after.left,
                    "right": before.left > after.right,
                    "above": before.bottom < after.top,
                    "below": before.top > after.bottom,
                }[relation], caption
    assert seen == {"left", "right", "above", "below"}


def test_a_thing_has_its_colour_in_its_box():
    for scene in drawn(number=100, size=96):
        for caption, things in zip(scene.captions, scene.things, strict=True):
            words = caption.split()
            for noun, box in things[2::3]:
                if words[noun] in ("circle", "square"):
                    x, y = round(96 * (box.left + box.right) / 2), round(96 * (box.top + box.bottom) / 2)
                    red, green, blue = scene.pixels[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1))
                    told = {"red": red > 2 * green, "blue": blue > 1.5 * red, "white": min(red, green, blue) > 200}
                    assert told.get(words[noun - 1], True), (caption, red, green, blue)


def test_what_is_held_out_is_shown_in_the_test_and_only_there():
    for split in ("train", "valid", "test"):
        for scene in drawn(split=split):
            words = scene.captions[0].split()
            pairs = [Look("small", words[noun - 1], words[noun]) for noun, _ in scene.things[0][2::3]]
            assert any(map(is_held_out, pairs)) == (split == "test")
    held = [(colour, shape) for colour in COLOURS for shape in SHAPES if is_held_out(Look("small", colour, shape))]
    assert len({colour for colour, _ in held}) == len({shape for _, shape in held}) == len(held) == 6


def test_a_scene_is_a_function_of_seed_split_and_number():
    one, again, other = drawn(number=3), drawn(number=3), drawn(number=3, seed=2)
    assert all(np.array_equal(a.pixels, b.pixels) and a.captions == b.captions for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0].pixels, other[0].pixels)
    assert {len(scene.captions) for scene in drawn()} == {1, 2}
    with pytest.raises(DataError, match="no captions in this language"):
        drawn(language="es")
