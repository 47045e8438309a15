"""What a translation is written and drawn as."""

from __future__ import annotations

import json

import numpy as np
import pytest

from softsearch.tasks.translated import Translation


def test_links_are_ordered_by_number_in_pharaoh():
    assert Translation("", "", 0.0, alignment=[(10, 0), (2, 1)]).pharaoh() == "2-1 10-0"


def test_everything_about_a_translation_can_be_written_as_json(translator, pairs):
    (translation,) = translator.translate(pairs[0].source, nbest=2)
    read = json.loads(json.dumps(translation.to_dict()))
    assert read["source"] == pairs[0].source
    assert read["translation"] == translation.text
    assert read["alignment"] == [list(link) for link in translation.alignment]
    assert read["alternatives"][0]["translation"] == translation.alternatives[0].text
    np.testing.assert_allclose(read["weights"], translation.weights, atol=1e-4)
    assert json.loads(json.dumps(Translation("", "", 0.0).to_dict()))["weights"] is None


def test_a_translation_draws_its_attention(translator, pairs):
    (translation,) = translator.translate(pairs[0].source)
    axes = translation.plot().axes[0]
    drawn = [label.get_text() for label in axes.get_xticklabels()]
    assert [each.replace("▪", "￭") for each in drawn] == translation.source_pieces
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), translation.weights, atol=1e-6)


def test_without_attention_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no attention to draw"):
        Translation("a", "b", -1.0).plot()
