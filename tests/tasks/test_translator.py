"""What goes in comes out translated: in order, whole, and with attention that says where each word came from."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from softsearch.data.grammar import generate
from softsearch.data.tokenizers import EOS, train_sentencepiece
from softsearch.tasks.translator import END, Translation, Translator

SENTENCES = ["a b c", "d", "c b a f e d", "", "e e", "   ", "Haus ."]


def parts_of(translation: Translation) -> list[list[str]]:
    """Return the source's pieces, part by part."""
    parts: list[list[str]] = [[]]
    for piece in translation.source_pieces:
        if piece == END:
            parts.append([])
        else:
            parts[-1].append(piece)
    assert parts.pop() == []
    return parts


def test_translations_come_in_the_order_of_the_sentences(make_copier):
    translations = make_copier().translate(SENTENCES)
    assert [each.source for each in translations] == SENTENCES
    assert [each.text for each in translations] == [text.strip() for text in SENTENCES]


@pytest.mark.parametrize("text", ["", " ", "\t \u2003"])
def test_an_empty_line_gives_an_empty_translation(make_copier, text):
    assert make_copier().translate([text], nbest=3) == [Translation(text, "", 0.0)]


def test_a_single_text_is_one_sentence_and_not_its_letters(make_copier):
    assert [each.text for each in make_copier().translate("a b c")] == ["a b c"]


def test_no_sentences_give_no_translations(make_copier):
    assert make_copier().translate([]) == []


def test_alternatives_are_as_many_as_asked_for_and_ever_worse(translator, pairs):
    for best in translator.translate([pair.source for pair in pairs[:8]], nbest=4):
        ranked = [best, *best.alternatives]
        assert len(ranked) == 4
        assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)
        assert len({each.text for each in ranked}) == 4


def test_more_alternatives_than_beams_widen_the_beam(make_copier):
    (best,) = make_copier(beam=1).translate("a b", nbest=3)
    assert best.text == "a b"
    assert len(best.alternatives) == 2


def test_the_beam_can_be_set_for_one_call(translator, pairs):
    sources = [pair.source for pair in pairs]
    scores = {beam: sum(each.score for each in translator.translate(sources, beam=beam)) for beam in (1, 8)}
    assert scores[1] != scores[8]


@pytest.mark.parametrize("wrong", [{"beam": 0}, {"nbest": 0}, {"beam": -1}])
def test_a_beam_of_nothing_is_refused(make_copier, wrong):
    with pytest.raises(ValueError, match="at least 1"):
        make_copier().translate("a", **wrong)


def test_the_score_is_the_log_probability_for_each_token_and_the_end(make_copier):
    log_prob = -np.log1p((make_copier().tokenizer.size - 1 - 3) / np.exp(9.0))  # PAD, UNK and BOS are never written
    for penalty, length in ((1.0, 1), (0.0, 3)):
        (translation,) = make_copier(length_penalty=penalty).translate("a b")
        assert translation.score == pytest.approx(length * log_prob, rel=1e-2)


def test_a_sentence_is_translated_alike_alone_and_in_any_company(translator, pairs):
    sources = [pair.source for pair in pairs]
    together = translator.translate([*sources, " ".join(sources[:4])])
    for source, among_others in zip(sources, together, strict=False):
        (alone,) = translator.translate(source)
        assert alone.text == among_others.text
        assert alone.score == pytest.approx(among_others.score, abs=1e-5)
        np.testing.assert_allclose(alone.weights, among_others.weights, atol=1e-5)


def test_unlikely_early_ends_do_not_cut_a_sure_translation_short(make_copier):
    class Hasty(type(make_copier().model)):
        """Copies too, but likes best of all wrong words to stop."""

        def step(self, tokens, state, source):
            logits, state, weights = super().step(tokens, state, source)
            return logits.index_fill(1, torch.tensor([EOS]), 4.0).maximum(logits), state, weights

    plain = make_copier(beam=5)
    hasty = Translator(
        Hasty(plain.tokenizer.size), plain.tokenizer, beam=5, length_penalty=1.0, max_ratio=2.0, max_tokens=8
    )
    assert [each.text for each in hasty.translate(["a b c d e f a b", "a b c d e f"])] == [
        "a b c d e f a b",
        "a b c d e f",
    ]


def test_streaming_reads_no_more_lines_than_it_translates(make_copier):
    read = []

    def lines():
        for number in range(1_000_000):
            read.append(number)
            yield "a b"

    stream = make_copier().stream(lines(), chunk=3)
    assert read == []
    assert next(stream).text == "a b"
    assert len(read) == 3
    for _ in range(3):
        next(stream)
    assert len(read) == 6


def test_a_row_of_weights_sums_to_one_and_a_column_is_a_source_piece(translator, pairs):
    for translation in translator.translate([pair.source for pair in pairs]):
        assert translation.weights.shape == (len(translation.target_pieces), len(translation.source_pieces))
        assert translation.source_pieces[-1] == END
        np.testing.assert_allclose(translation.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (translation.weights >= 0).all()


def test_links_lie_within_both_sentences_one_for_each_written_word(translator, pairs):
    for translation in translator.translate([pair.source for pair in pairs]):
        num_source, num_target = len(translation.source.split()), len(translation.text.split())
        assert all(0 <= source < num_source for source, _ in translation.alignment)
        assert sorted(target for _, target in translation.alignment) == list(range(num_target))


def test_links_go_where_the_model_looked(make_copier):
    (translation,) = make_copier().translate("c b a")
    assert translation.alignment == [(0, 0), (1, 1), (2, 2)]
    assert translation.pharaoh() == "0-0 1-1 2-2"


def test_links_are_ordered_by_number_in_pharaoh():
    assert Translation("", "", 0.0, alignment=[(10, 0), (2, 1)]).pharaoh() == "2-1 10-0"


def test_a_line_of_ten_thousand_words_is_translated_in_parts_without_losing_one(make_copier, tokenizer):
    words = np.random.default_rng(5).choice(["a", "b", "c", "d", "e", "a,", "b."], 10_000).tolist()
    (translation,) = make_copier(beam=1).translate(" ".join(words))
    parts = parts_of(translation)
    assert [piece for part in parts for piece in part] == tokenizer.pieces(tokenizer.encode(" ".join(words))) == words
    assert max(map(len, parts)) == 8
    assert translation.num_parts == len(parts) >= 1250
    assert translation.text.split() == words
    assert translation.alignment == [(word, word) for word in range(10_000)]


def test_a_long_line_is_cut_at_the_last_full_stop_before_a_comma_before_any_word(make_copier):
    cuts = {
        "a a a a a b. a a, a a a": ["a a a a a b.", "a a, a a a"],
        "a a a a a a, a a a a a": ["a a a a a a,", "a a a a a"],
        "a b. c c c c c c c c c": ["a b. c c c c c c", "c c c"],
        "a a a a a a a b. c": ["a a a a a a a b.", "c"],
    }
    for text, parts in cuts.items():
        (translation,) = make_copier().translate(text)
        assert [" ".join(part) for part in parts_of(translation)] == parts


def test_a_line_of_just_the_longest_length_stays_in_one_piece(make_copier):
    just, longer = make_copier().translate(["a b. c d e f a b", "a b. c d e f a b c"])
    assert (just.num_parts, longer.num_parts) == (1, 2)


def test_a_line_in_parts_has_the_links_of_its_parts_and_no_weights(translator):
    known = generate(source="de", target="en", num_pairs=9, split="train", seed=1)
    first, second = sorted((pair.source for pair in known), key=lambda text: len(text.split()))[-1:-3:-1]
    limit = len(translator.tokenizer.encode(first))
    short = Translator(
        translator.model, translator.tokenizer, beam=2, length_penalty=1.0, max_ratio=2.0, max_tokens=limit
    )
    whole, left, right = short.translate([f"{first} {second}", first, second])
    assert (left.num_parts, right.num_parts, whole.num_parts) == (1, 1, 2)
    assert whole.weights is None
    assert whole.text == f"{left.text} {right.text}"
    num_source, num_target = len(first.split()), len(left.text.split())
    after = [(num_source + source, num_target + target) for source, target in right.alignment]
    assert whole.alignment == left.alignment + after


def test_a_word_longer_than_a_part_is_still_one_word(make_copier):
    tokenizer = train_sentencepiece(["abcdefgh ab cd"] * 9, size=20, lowercase=False, seed=1, threads=1)
    text = "abcdefghhgfedcba ab cd"
    translator = make_copier()
    whole = Translator(
        type(translator.model)(tokenizer.size), tokenizer, beam=1, length_penalty=1.0, max_ratio=2.0, max_tokens=8
    )
    (translation,) = whole.translate(text)
    assert translation.num_parts > 1
    assert {source for source, _ in translation.alignment} == {0, 1, 2}


def test_a_part_without_a_translation_leaves_no_gap(make_copier, tokenizer):
    translator = make_copier()
    translator.model.encode = lambda source, mask: (source.masked_fill(source == tokenizer.encode("f")[0], 3), mask)
    (translation,) = translator.translate("a a a a a a a b. f f f f f f f b. c")
    assert translation.text == "a a a a a a a b. c"


def test_a_model_that_never_ends_is_ended(make_copier):
    translator = make_copier(stops=False, max_ratio=1.5)
    for translation in translator.translate(["a", "a b c d", "a b c d e f a b c d"], nbest=2):
        parts = parts_of(translation)
        assert len(translation.target_pieces) <= sum(int(1.5 * len(part)) + 10 for part in parts)
        assert translation.text


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
    assert drawn == translation.source_pieces
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), translation.weights, atol=1e-6)


def test_without_attention_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no attention to draw"):
        Translation("a", "b", -1.0).plot()


def test_line_breaks_stay_inside_one_translation(make_copier):
    (translation,) = make_copier().translate("a\nb\u2028c")
    assert translation.text == "a b c"
