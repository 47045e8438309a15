from __future__ import annotations

import random

from softsearch.data.pairs.doctor.repeats import Overlap, Seen
from softsearch.data.pairs.pair import Pair


def test_first_occurrences_are_those_of_a_dictionary():
    stream = random.Random(1)
    texts = [stream.randrange(400) - 200 for _ in range(1_000)]
    seen, known, number = Seen(), {}, 0
    while number < len(texts):
        chunk = texts[number : number + stream.randrange(1, 40)]
        numbers = range(number + 1, number + len(chunk) + 1)
        expected = [
            0 if known.setdefault(text, own) == own else known[text] for text, own in zip(chunk, numbers, strict=True)
        ]
        assert seen.add(chunk, numbers) == expected
        number += len(chunk)


def test_the_whole_range_of_hashes_fits():
    seen = Seen()
    assert seen.add([2**63 - 1, -(2**63), 0], [1, 2, 3]) == [0, 0, 0]
    assert seen.add([-(2**63)], [2**32 - 1]) == [2]


def test_held_out_pairs_and_sources_that_are_trained_on_are_counted_once_each():
    train = [Pair("a", "A", 1), Pair("b", "B", 2), Pair("a", "A", 3), Pair("c", "other", 4), Pair("b", "again", 5)]
    held_out = [Pair("x", "X", 1), Pair("a", "A", 2), Pair("b", "B", 3), Pair("c", "C", 4)]
    overlap = Overlap(held_out, name="test.tsv")
    assert list(overlap.watch(train, name="train.tsv")) == train
    pairs, sources = overlap.findings()
    assert (pairs.kind, pairs.count, pairs.share, pairs.level) == ("overlap", 2, 0.5, "serious")
    assert [(place.where, place.note) for place in pairs.places] == [
        ("test.tsv:2", "train.tsv:1"),
        ("test.tsv:3", "train.tsv:2"),
    ]
    assert (sources.kind, sources.count, sources.places[0].note) == ("overlap_source", 1, "train.tsv:4")
