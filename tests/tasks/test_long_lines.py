"""Lines longer than any trained on: where they are cut, and that nothing of them is lost."""

from __future__ import annotations

import numpy as np

from softsearch.data.grammar import generate
from softsearch.data.tokenizers import train_sentencepiece
from softsearch.tasks.translated import END, Translation


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


def test_a_line_in_parts_has_the_links_of_its_parts_and_no_weights(translator, make_copier):
    known = generate(source="de", target="en", num_pairs=9, split="train", seed=1)
    first, second = sorted((pair.source for pair in known), key=lambda text: len(text.split()))[-1:-3:-1]
    limit = len(translator.tokenizer.encode(first))
    short = make_copier(model=translator.model, tokenizer=translator.tokenizer, max_tokens=limit)
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
    (translation,) = make_copier(tokenizer=tokenizer, beam=1).translate(text)
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


def test_of_a_line_in_parts_only_the_first_begins_with_the_prefix(make_copier):
    class Fixed(type(make_copier().model)):
        """Copies, whatever it was made to write first."""

    translator = make_copier(model=Fixed(make_copier().tokenizer.size))
    (translation,) = translator.translate("a a a a a a a b. c c c c", prefixes="d d")
    assert translation.num_parts == 2
    assert translation.text == "d d a a a a a b. c c c c"
    assert len(translation.confidence) == 12
    assert translation.alignment == [(word, word) for word in range(12)]
