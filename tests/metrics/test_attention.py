"""What attention does in words, against counts by loops."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from softsearch.errors import DataError
from softsearch.metrics.attention import by_tag, effective_words


def test_effective_words_count_words_that_share_alike_and_leave_out_those_who_looked_nowhere() -> None:
    weights = np.array([[0.2, 0.2, 0.2, 0.2], [0.0, 0.9, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.3, 0.3, 0.0, 0.0]])
    np.testing.assert_allclose(effective_words(weights), [4.0, 1.0, 2.0])


def test_effective_words_are_the_exponential_of_the_entropy() -> None:
    (found,) = effective_words(np.array([[0.5, 0.3, 0.1]]))
    shares = [0.5 / 0.9, 0.3 / 0.9, 0.1 / 0.9]
    assert found == pytest.approx(math.exp(-sum(share * math.log(share) for share in shares)))


def corpus():
    generator = np.random.default_rng(4)
    weights, sources, targets = [], [], []
    for _ in range(30):
        num_target, num_source = generator.integers(1, 6, size=2)
        own = generator.random((num_target, num_source))
        own[generator.random(num_target) < 0.2] = 0.0
        weights.append(own)
        sources.append(tuple(generator.choice(["NOUN", "VERB", "ADP"], size=num_source)))
        targets.append(tuple(generator.choice(["NOUN", "VERB", "DET"], size=num_target)))
    return weights, sources, targets


def test_attention_by_part_of_speech_agrees_with_a_loop_over_words() -> None:
    mass, counts, match, chance = defaultdict(float), defaultdict(int), defaultdict(int), defaultdict(float)
    for own, source, target in zip(*corpus(), strict=True):
        for row, tag in zip(own, target, strict=True):
            if row.sum() == 0:
                continue
            counts[tag] += 1
            match[tag] += source[int(row.argmax())] == tag
            chance[tag] += source.count(tag) / len(source)
            for weight, other in zip(row, source, strict=True):
                mass[tag, other] += weight / row.sum()
    found = by_tag(*corpus())
    assert sorted(found.tags) == ["ADP", "DET", "NOUN", "VERB"]
    assert found.tags[-1] == "ADP"  # the target has none
    for i, tag in enumerate(found.tags):
        assert found.counts[i] == counts[tag]
        assert found.match[i] == pytest.approx(match[tag] / max(1, counts[tag]))
        assert found.chance[i] == pytest.approx(chance[tag] / max(1, counts[tag]))
        for j, other in enumerate(found.tags):
            assert found.mass[i, j] == pytest.approx(mass[tag, other] / max(1, counts[tag]))
    assert found.overall()["match"] == pytest.approx(sum(match.values()) / sum(counts.values()))
    assert found.to_dict()["overall"] == found.overall()


def test_without_a_word_that_looked_there_is_nothing_by_part_of_speech() -> None:
    assert by_tag([np.zeros((2, 0)), np.zeros((1, 1))], [(), ("NOUN",)], [("DET", "NOUN"), ("VERB",)]) is None


def test_tags_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="2 target and 1 source tags"):
        by_tag([np.ones((2, 2))], [("NOUN",)], [("DET", "NOUN")])
    with pytest.raises(DataError, match="1 weights and 1 source tags and 0 target tags"):
        by_tag([np.ones((1, 1))], [("NOUN",)], [])
