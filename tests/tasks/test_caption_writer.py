"""A captioner writes the same alone and among others; each word has its probability, and where it was looked for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from PIL import Image

from softsearch.data.tokenizers import EOS, CharacterTokenizer
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.tasks.caption_writer import CaptionWriter
from tests.tasks.captioners import IMAGES, KINDS, PLACES, SEARCH, WORDS, network, pixels

CLOSE = 1e-4
CHARACTERS = CharacterTokenizer(list("▁abc"), lowercase=False)
PICTURES = [pixels(number) for number in range(6)]


def writer(kind: str, *, tokenizer=WORDS, **changes) -> CaptionWriter:
    model = network(kind, vocabulary=tokenizer.size, dropout=0.5)
    return CaptionWriter(model.eval(), tokenizer, images=IMAGES, search=dataclasses.replace(SEARCH, **changes))


def searched(own: CaptionWriter, image: np.ndarray):
    """Return the best hypothesis about an image, in tokens."""
    mask = torch.ones(1, PLACES).bool()
    source = own.model.encode(own.annotations(image[None]), mask)
    rules, lengths = Rules(min_length=own.search.min_length, no_repeat_ngrams=2), [own.search.max_length]
    ((best,),) = beam_search(
        own.model, source, search=own.search, source_mask=mask, max_lengths=lengths, rules=rules, num_best=1
    )
    return best


@pytest.mark.parametrize("kind", KINDS)
def test_captions_of_many_images_are_those_of_each_alone(kind, monkeypatch):
    own = writer(kind)
    together = own.caption(PICTURES)
    alone = [own.caption([image])[0] for image in PICTURES]
    assert len({caption.text for caption in together}) > 2
    monkeypatch.setattr("softsearch.tasks.caption_writer.IMAGES_AT_ONCE", 4)
    for others in (alone, own.caption(PICTURES)):
        for one, other in zip(together, others, strict=True):
            assert one.text == other.text
            assert one.score == pytest.approx(other.score, abs=CLOSE)
            assert one.confidence == pytest.approx(other.confidence, abs=CLOSE)
            if kind != "none":
                assert np.allclose(one.weights, other.weights, atol=CLOSE)


@pytest.mark.parametrize("tokenizer", [WORDS, CHARACTERS], ids=["words", "characters"])
@pytest.mark.parametrize("kind", ["soft", "transformer"])
def test_a_words_weights_are_the_mean_and_its_confidence_the_product_over_its_tokens(kind, tokenizer):
    own = writer(kind, tokenizer=tokenizer, min_length=6, max_length=9)
    several = 0
    for image in PICTURES:
        (found,), best = own.caption([image]), searched(own, image)
        words = tokenizer.word_ids(best.tokens)
        assert found.text == tokenizer.decode(best.tokens)
        assert found.score == pytest.approx(best.score, abs=CLOSE)
        assert len(found.confidence) == len(found.weights) == len(found.text.split()) == max(words) + 1
        several += len(words) > len(found.confidence)
        for word, (confidence, weights) in enumerate(zip(found.confidence, found.weights, strict=True)):
            places = [place for place, its in enumerate(words) if its == word]
            product = math.prod(math.exp(best.token_log_probs[place]) for place in places)
            assert confidence == pytest.approx(product, abs=CLOSE)
            mean = sum(best.weights[place].numpy() for place in places) / len(places)
            assert weights.shape == (2, 2)
            assert np.allclose(weights, mean.reshape(2, 2), atol=CLOSE)  # row after row
            assert weights.sum() == pytest.approx(1, abs=CLOSE)
    assert (several > 3) == (tokenizer is CHARACTERS)


def test_without_attention_nothing_is_said_of_places():
    own = writer("none")
    assert {caption.weights is None for caption in own.caption(PICTURES)} == {True}
    assert own.forced(own.annotations(np.stack(PICTURES[:2])), ["a dot", "red"]) == [None, None]
    assert own.caption(PICTURES[:1])[0].to_dict()["weights"] is None


@pytest.mark.parametrize("kind", ["soft", "transformer"])
@pytest.mark.parametrize(("nbest", "beam"), [(3, 3), (2, 4), (4, 2)])
def test_alternatives_are_other_captions_the_best_of_them_first(kind, nbest, beam):
    own = writer(kind)
    search = dataclasses.replace(own.search, beam=beam)
    for found in own.caption(PICTURES, nbest=nbest, search=search):
        ranked = [found, *found.alternatives]
        assert len({each.text for each in ranked}) == nbest
        scores = [each.score for each in ranked]
        assert scores == sorted(scores, reverse=True)
        assert all(each.weights.shape == (len(each.text.split()), 2, 2) for each in ranked)
        assert [each["caption"] for each in found.to_dict()["alternatives"]] == [each.text for each in ranked[1:]]
    assert own.caption(PICTURES[:1])[0].alternatives == []
    with pytest.raises(ValueError, match="nbest is at least 1, not 0"):
        own.caption(PICTURES[:1], nbest=0)


def test_a_wide_beam_takes_fewer_images_at_a_time(monkeypatch):
    own, sizes = writer("soft"), []
    annotations = own.annotations
    monkeypatch.setattr("softsearch.tasks.caption_writer._ROWS_AT_ONCE", 6)
    monkeypatch.setattr(own, "annotations", lambda images: sizes.append(len(images)) or annotations(images))
    for beam, nbest in ((3, 1), (1, 2), (9, 1)):
        own.caption(PICTURES[:4], search=dataclasses.replace(SEARCH, beam=beam), nbest=nbest)
    assert sizes == [2, 2, 3, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("kind", ["soft", "transformer"])
@pytest.mark.parametrize(("least", "most"), [(0, 1), (4, 4), (3, 6)])
def test_captions_are_as_long_as_they_may_be(kind, least, most):
    own = writer(kind, min_length=least, max_length=most)
    lengths = [len(caption.text.split()) for caption in own.caption(PICTURES)]
    assert least <= min(lengths)
    assert max(lengths) <= most


def test_an_empty_caption_has_no_words():
    own = writer("soft", min_length=0)
    with torch.no_grad():
        own.model.output.bias[EOS] = 50.0
    (found,) = own.caption(PICTURES[:1])
    assert (found.text, found.confidence, found.weights.shape) == ("", [], (0, 2, 2))


@pytest.mark.parametrize("kind", ["soft", "hard", "transformer"])
def test_made_to_write_its_own_caption_a_network_looks_where_it_looked(kind):
    own = writer(kind)
    found = own.caption(PICTURES)
    again = own.forced(own.annotations(np.stack(PICTURES)), [caption.text for caption in found])
    for caption, weights in zip(found, again, strict=True):
        assert np.allclose(caption.weights, weights, atol=CLOSE)


@pytest.mark.parametrize("kind", ["soft", "transformer"])
def test_each_forced_caption_has_weights_for_its_own_words_alone(kind):
    own = writer(kind, tokenizer=CHARACTERS)
    annotations, texts = own.annotations(np.stack(PICTURES[:3])), ["a", "abc cab b", "zebra"]
    together = own.forced(annotations, texts)
    assert [len(weights) for weights in together] == [1, 3, 1]
    for row, weights in enumerate(together):
        (alone,) = own.forced(annotations[row : row + 1], texts[row : row + 1])
        assert np.allclose(weights, alone, atol=CLOSE)
        assert np.allclose(weights.sum(axis=(1, 2)), 1, atol=CLOSE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [True, False])
def test_a_model_comes_back_as_it_was_and_writes_without_dropout(kind, training):
    own = writer(kind)
    expected = own.caption(PICTURES)
    own.model.train(training)
    assert own.caption(PICTURES) == expected
    own.forced(own.annotations(np.stack(PICTURES[:1])), ["a dot"])
    assert {module.training for module in own.model.modules()} == {training}


def test_files_and_pixels_say_the_same_whatever_their_size(tmp_path):
    own, image = writer("soft"), pixels(1)
    Image.fromarray(image).save(tmp_path / "a.png")
    found = own.caption([tmp_path / "a.png", str(tmp_path / "a.png"), image])
    assert [caption.score for caption in found] == pytest.approx([found[0].score] * 3, abs=CLOSE)
    wide = np.pad(image.repeat(5, axis=0).repeat(5, axis=1), ((0, 0), (9, 9), (0, 0)))  # the middle is read
    assert own.caption([wide]) == own.caption([own.images.pixels(wide)])
    assert np.abs(own.images.pixels(wide).astype(int) - image).max() < 60
    assert own.caption([]) == []
    with pytest.raises(ValueError, match="height, width, channels"):
        own.caption([image[:, :, 0]])


def test_annotations_are_what_the_network_makes_of_images_as_they_are_standardised():
    own = writer("soft")
    found = own.annotations(np.stack(PICTURES[:2]))
    mean, deviation = np.array(IMAGES.mean), np.array(IMAGES.deviation)
    images = (np.stack(PICTURES[:2]) / 255 - mean) / deviation
    with torch.no_grad():
        maps = own.model.encoder.maps(torch.tensor(images, dtype=torch.float32).permute(0, 3, 1, 2))
    assert found.shape == (2, PLACES, maps.shape[1])
    torch.testing.assert_close(found[:, 2], maps[:, :, 1, 0], rtol=0, atol=CLOSE)


def test_a_caption_is_given_as_plain_values_and_drawn():
    (found,) = writer("soft").caption([pixels(2)])
    plain = found.to_dict()
    assert (plain["caption"], len(plain["weights"])) == (found.text, len(found.text.split()))
    assert plain["confidence"] == [round(each, 4) for each in found.confidence]
    assert np.allclose(plain["weights"], found.weights, atol=1e-4)
    figure = found.plot(pixels(2), title="what it says")
    shown = " ".join(text.get_text() for axes in figure.axes for text in (axes.title, *axes.texts))
    assert all(word in shown for word in found.text.split())
