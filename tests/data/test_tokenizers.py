import itertools
import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsearch.data.tokenizers import (
    BOS,
    EOS,
    PAD,
    UNK,
    CharacterTokenizer,
    SentencePieceTokenizer,
    WordTokenizer,
    load_tokenizer,
    train_characters,
    train_sentencepiece,
    train_words,
)
from softsearch.data.tokenizers.sampling import SubwordSampler
from softsearch.errors import DataError, RunError

NOUNS = ["Haus", "Hund", "Garten", "Straße", "Bücher", "house", "dog", "garden", "street", "books"]
VERBS = ["sieht", "kauft", "sucht", "sees", "buys", "looks", "spielt", "plays"]


def corpus(num: int) -> list[str]:
    stream = random.Random(1)
    return [f"{stream.choice(NOUNS)} {stream.choice(VERBS)} {stream.choice(NOUNS)} ." for _ in range(num)]


def subwords(texts, *, size=60, lowercase=False, seed=1, threads=1) -> SentencePieceTokenizer:
    return train_sentencepiece(texts, size=size, lowercase=lowercase, seed=seed, threads=threads)


def listed(texts, *, size=100, lowercase=False, split_punctuation=False) -> WordTokenizer:
    return train_words(texts, size=size, lowercase=lowercase, split_punctuation=split_punctuation)


def spelled(texts, *, size=100, lowercase=False) -> CharacterTokenizer:
    return train_characters(texts, size=size, lowercase=lowercase)


@pytest.fixture(scope="module")
def pieces() -> SentencePieceTokenizer:
    return subwords(corpus(300))


@pytest.fixture(scope="module")
def words() -> WordTokenizer:
    return listed(corpus(300))


@pytest.fixture(scope="module")
def characters() -> CharacterTokenizer:
    return spelled(corpus(300))


@pytest.fixture(scope="module")
def split_words() -> WordTokenizer:
    return listed(corpus(300), split_punctuation=True)


@pytest.fixture(params=["pieces", "words", "split_words", "characters"])
def tokenizer(request):
    return request.getfixturevalue(request.param)


def test_decoding_undoes_encoding(tokenizer):
    for text in corpus(20):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert min(ids) > EOS
        assert max(ids) < tokenizer.size


def test_a_batch_is_encoded_as_its_texts_one_by_one(tokenizer):
    texts = [*corpus(5), "", "völlig unbekannt"]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]


@pytest.mark.parametrize("text", ["", " ", "\t\u3000\n"])
def test_white_space_has_no_tokens(tokenizer, text):
    assert tokenizer.encode(text) == []
    assert tokenizer.decode([]) == ""
    assert tokenizer.word_ids([]) == []


def test_control_ids_are_not_part_of_the_text(tokenizer):
    ids = tokenizer.encode("Hund sieht Haus .")
    assert tokenizer.decode([BOS, *ids, EOS, PAD, PAD]) == "Hund sieht Haus ."
    inner = tokenizer.word_ids(ids)
    assert tokenizer.word_ids([BOS, *ids, EOS, PAD]) == [-1, *inner, -1, -1]


def test_what_looks_like_a_control_token_is_text(tokenizer):
    assert {PAD, BOS, EOS}.isdisjoint(tokenizer.encode("<pad> <s> </s> <unk>"))


def test_an_unknown_word_is_unknown_and_printed_so(words):
    ids = words.encode("Hund sieht Xylophon .")
    assert ids[2] == UNK
    assert words.decode(ids) == "Hund sieht ⁇ ."
    assert words.pieces(ids) == ["Hund", "sieht", "⁇", "."]
    assert words.word_ids(ids) == [0, 1, 2, 3]


def test_an_unknown_character_is_unknown_and_printed_so(pieces):
    ids = pieces.encode("Hund 東 Haus")
    assert ids.count(UNK) == 1
    assert pieces.decode(ids) == "Hund ⁇ Haus"
    assert "⁇" in pieces.pieces(ids)


def test_pieces_join_to_the_text(pieces):
    ids = pieces.encode("Haushund sieht Gartenhaus .")
    assert "".join(pieces.pieces(ids)) == "▁Haushund▁sieht▁Gartenhaus▁."


def test_every_piece_knows_its_word(pieces):
    text = "Haushund sieht Gartenhaus ."
    ids = pieces.encode(text)
    joined = [""] * 4
    for piece, word in zip(pieces.pieces(ids), pieces.word_ids(ids), strict=True):
        joined[word] += piece.strip("▁")
    assert joined == text.split()


@given(st.text())
def test_words_are_counted_as_by_split_whatever_the_text(text):
    for tokenizer in TRAINED:
        word_ids = tokenizer.word_ids(tokenizer.encode(text))
        assert sorted(set(word_ids)) == list(range(len(text.split())))
        assert word_ids == sorted(word_ids)


# From the text: accents that stand alone, zero widths, marks, controls, and the spaces that only `split` knows.
@pytest.mark.parametrize(
    "odd", "\xb4\xa8\u02dc\u200b\u200e\ufeff\u2581\x01\x7f\xad\ufdfa\ud800\0\xa0\u2028\x85\x1c\x0b"
)
def test_odd_characters_move_no_word(odd):
    text = f"Hund{odd}sieht {odd} Haus{odd}"
    for tokenizer in TRAINED:
        assert set(tokenizer.word_ids(tokenizer.encode(text))) == set(range(len(text.split())))


def test_an_acute_accent_typed_for_an_apostrophe_is_one(pieces):
    assert pieces.encode("Hund´s") == pieces.encode("Hund's")


def test_a_mark_without_a_word_makes_no_word(pieces):
    (mark,) = [index for index in range(pieces.size) if pieces.pieces([index]) == ["▁"]]
    ids = pieces.encode("Hund sieht")
    assert pieces.word_ids([mark, *ids, mark, mark]) == [0, *pieces.word_ids(ids), 1, 1]


@given(st.lists(st.integers(PAD, 59)))
def test_the_words_of_any_ids_are_those_of_their_text(ids):
    for tokenizer in TRAINED:
        known = [index for index in ids if index < tokenizer.size]
        num_words = len(tokenizer.decode(known).split())
        assert max(tokenizer.word_ids(known), default=-1) <= max(0, num_words - 1)
        assert set(tokenizer.word_ids(known)) >= set(range(num_words))


TRAINED = [
    subwords(corpus(300)),
    listed(corpus(300)),
    listed([*corpus(300), "(Haus). don't a-b!? ..."], split_punctuation=True),
    spelled(corpus(300)),
]


@pytest.mark.parametrize("lowercase", [False, True])
def test_lowercase_holds_in_training_and_encoding(lowercase):
    for train in (subwords, listed, spelled):
        tokenizer = train(corpus(300), lowercase=lowercase)
        assert (tokenizer.encode("Hund") == tokenizer.encode("hund")) == lowercase


def test_compatibility_forms_are_one(pieces):
    assert pieces.encode("Ｈｕｎｄ") == pieces.encode("Hund")
    assert pieces.encode("Bu\u0308cher") == pieces.encode("Bücher")


def test_words_are_ranked_by_frequency_then_alphabet():
    tokenizer = listed(["b c", "a b", "d"], size=7)
    assert tokenizer.size == 7
    assert tokenizer.pieces([4, 5, 6]) == ["b", "a", "c"]
    assert tokenizer.encode("d") == [UNK]


def test_a_vocabulary_too_large_for_the_data_is_as_large_as_they_allow():
    tokenizer = subwords(["ein Haus", "a house"], size=8000)
    assert 4 < tokenizer.size < 100
    assert tokenizer.decode(tokenizer.encode("ein Haus")) == "ein Haus"
    assert listed(["ein Haus"], size=8000).size == 6
    assert spelled(["ein Haus"], size=8000).size == 4 + len("▁einHaus")


def test_a_size_that_fits_is_kept_exactly():
    assert subwords(corpus(300), size=40).size == 40


def test_a_vocabulary_without_room_for_the_characters_says_how_much_it_needs():
    with pytest.raises(DataError) as caught:
        subwords(corpus(50), size=8)
    needed = int(caught.value.allowed.removeprefix("at least "))
    assert subwords(corpus(50), size=needed).size == needed


@pytest.mark.parametrize("size", [-1, 0, 4])
def test_a_vocabulary_without_room_for_a_word_is_refused(size):
    for train in (listed, subwords, spelled):
        with pytest.raises(DataError, match="no room"):
            train(["a"], size=size)


@pytest.mark.parametrize("texts", [[], ["", " "]])
def test_an_empty_corpus_is_refused(texts):
    for train in (listed, subwords, spelled):
        with pytest.raises(DataError, match="no text"):
            train(texts)


def test_a_very_long_sentence_is_learnt_from_too():
    assert subwords(["Haus " * 2_000], size=100).encode("Haus") != [UNK]


@pytest.mark.parametrize("threads", [1, 2])
def test_training_is_deterministic(threads):
    texts = corpus(300)
    assert subwords(texts, threads=threads).to_bytes() == subwords(iter(texts), threads=threads).to_bytes()


@pytest.mark.parametrize("limit", ["_MAX_TRAINING_TEXTS", "_MAX_TRAINING_CHARACTERS"])
def test_of_more_texts_than_the_limit_a_seeded_draw_is_learnt_from(monkeypatch, limit):
    monkeypatch.setattr(f"softsearch.data.tokenizers.subwords.{limit}", 20 if limit.endswith("TEXTS") else 500)
    texts = corpus(2000)
    drawn = [subwords(texts, size=500, seed=seed).to_bytes() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_training_is_silent(capfd):
    subwords(corpus(300))
    with pytest.raises(DataError):
        subwords(corpus(50), size=8)
    assert capfd.readouterr() == ("", "")


def test_saved_and_loaded_it_is_the_same(tokenizer, tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(tokenizer.to_bytes())
    loaded = load_tokenizer(tmp_path / "tokenizer.model")
    assert type(loaded) is type(tokenizer)
    assert loaded.size == tokenizer.size
    assert loaded.to_bytes() == tokenizer.to_bytes()
    texts = [*corpus(20), "HUND Xylophon 東"]
    assert loaded.encode_batch(texts) == tokenizer.encode_batch(texts)


def test_lowercase_survives_saving(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(listed(["Hund"], lowercase=True).to_bytes())
    assert load_tokenizer(tmp_path / "tokenizer.model").encode("HUND") == [4]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"{]",
        b'{"kind": "characters", "characters": ["a"], "lowercase": true}',
        b'{"words": 3, "lowercase": true}',
        b'{"words": ["a", "a"], "lowercase": true}',
        b"\0" * 99,
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "tokenizer.model"
    path.write_bytes(content)
    with pytest.raises(RunError, match="damaged") as caught:
        load_tokenizer(path)
    assert caught.value.path == path


def test_a_truncated_file_is_refused(tokenizer, tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(tokenizer.to_bytes())
    content = (tmp_path / "tokenizer.model").read_bytes()
    for length in (1, 30, len(content) // 2, len(content) - 1):
        (tmp_path / "tokenizer.model").write_bytes(content[:length])
        with pytest.raises(RunError, match="damaged"):
            load_tokenizer(tmp_path / "tokenizer.model")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RunError, match="cannot be read"):
        load_tokenizer(tmp_path / "tokenizer.model")


def test_words_of_a_first_version_keep_their_punctuation(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(b'{"kind": "words", "lowercase": false, "words": ["dog.", "dog"]}')
    loaded = load_tokenizer(tmp_path / "tokenizer.model")
    assert loaded.encode("dog. dog") == [4, 5]


PUNCTUATED = ['(The dog), said: "don\'t!"', "3.5 - well-known... ¿Qué?", "« l'homme »", "dog. dog , dog", "!?", "a_b"]


@pytest.mark.parametrize("text", PUNCTUATED)
def test_split_punctuation_is_joined_again_as_it_was(text):
    tokenizer = listed(PUNCTUATED, split_punctuation=True)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    words = [""] * len(text.split())
    for piece, word in zip(tokenizer.pieces(ids), tokenizer.word_ids(ids), strict=True):
        words[word] += piece.replace("￭", "")
    assert words == text.split()


def test_a_word_is_the_same_with_and_without_its_full_stop():
    tokenizer = listed(["the dog.", "a cat"], split_punctuation=True)
    assert tokenizer.pieces(tokenizer.encode("the cat.")) == ["the", "cat", "￭."]
    assert tokenizer.decode(tokenizer.encode("xyz. cat.")) == "⁇. cat."


def test_an_unknown_mark_makes_its_whole_word_unknown_so_that_words_are_counted():
    tokenizer = listed(["the dog."], split_punctuation=True)
    ids = tokenizer.encode("the dog! dog.")
    assert tokenizer.pieces(ids) == ["the", "⁇", "dog", "￭."]
    assert tokenizer.word_ids(ids) == [0, 1, 2, 2]


def test_accents_and_vowel_signs_stay_with_their_letters():
    tokenizer = listed(["Bu\u0308cher हिन्दी।"], split_punctuation=True)
    assert [len(tokenizer.encode(word)) for word in ("Bu\u0308cher", "हिन्दी।")] == [1, 2]


def test_a_join_mark_in_the_text_joins_nothing():
    tokenizer = listed(["a ￭ b￭c"], split_punctuation=True)
    assert tokenizer.decode(tokenizer.encode("a ￭ b￭c")) == "a ■ b■c"


@given(st.text())
def test_any_text_comes_back_from_split_words(text):
    if text.split() and "￭" not in text:
        tokenizer = listed([text], size=10_000, split_punctuation=True)
        assert tokenizer.decode(tokenizer.encode(text)) == " ".join(text.split())


def test_characters_are_ranked_by_frequency_then_unicode_and_the_space_comes_first():
    tokenizer = spelled(["ba", "b a"], size=7)
    assert tokenizer.pieces(range(4, 7)) == ["▁", "a", "b"]
    assert spelled(["bbc"], size=6).pieces([4, 5]) == ["▁", "b"]


def test_a_character_that_was_not_seen_is_unknown_and_the_others_are_not(characters):
    ids = characters.encode("Hx̌nd 東  Haus")
    assert characters.decode(ids).startswith("H⁇")
    assert characters.decode(ids).endswith("nd ⁇ Haus")
    assert sorted(set(characters.word_ids(ids))) == [0, 1, 2]


def test_composed_and_decomposed_characters_are_the_same(characters):
    assert characters.encode("Bu\u0308cher") == characters.encode("Bücher")


def test_parts_of_a_text_can_be_joined_as_ids(characters):
    ids = characters.encode("Hund sieht") + characters.encode("Haus")
    assert characters.decode(ids) == "Hund sieht Haus"
    assert max(characters.word_ids(ids)) == 2


def test_sampled_segmentations_vary_and_spell_the_same_text(pieces):
    texts = [*corpus(50), "Hund 東京 Haus", ""]
    ids = pieces.sampling(0.2)(texts, 1)
    best = pieces.encode_batch(texts)
    assert [pieces.decode(each) for each in ids] == [pieces.decode(each) for each in best]
    assert sum(a != b for a, b in zip(ids, best, strict=True)) > 20
    for text, each in zip(texts, ids, strict=True):
        assert set(pieces.word_ids(each)) == set(range(len(text.split())))


def test_a_sampled_segmentation_is_a_function_of_texts_and_seed(pieces):
    texts = corpus(50)
    first = pieces.sampling(0.2)(texts, 1)
    sample = pieces.sampling(0.2)
    sample(texts[:7], 5)
    assert sample(texts, 1) == first
    assert sample(texts, 2) != first


def test_another_process_draws_the_same():
    """Drawn once and kept here: a generator that each process salts anew would draw otherwise."""
    subwords = {"▁": (4, -1.0), "a": (5, -1.1), "b": (6, -1.2), "▁a": (7, -1.3), "ab": (8, -1.4)}
    sampler, stream = SubwordSampler(subwords, alpha=0.5), random.Random(1)
    assert [sampler.draw("▁ab", stream) for _ in range(6)] == [[4, 8], [4, 5, 6], [4, 8], [7, 6], [4, 5, 6], [4, 8]]


def test_segmentations_are_drawn_in_proportion_to_their_probability(pieces):
    """Kudo (2018): P(x)^alpha over all segmentations x, here counted one by one."""
    text, alpha = "Hund", 0.5
    known = {pieces.pieces([index])[0]: index for index in range(4, pieces.size)}
    score = {piece: pieces._processor.get_score(index) for piece, index in known.items()}
    marked = "▁" + text
    cuts = itertools.chain.from_iterable(itertools.combinations(range(1, 5), number) for number in range(5))
    segmentations = [tuple(marked[a:b] for a, b in itertools.pairwise((0, *cut, 5))) for cut in cuts]
    possible = [each for each in segmentations if all(piece in score for piece in each)]
    weights = [math.exp(alpha * sum(score[piece] for piece in each)) for each in possible]
    counts = Counter(tuple(pieces.pieces(ids)) for ids in pieces.sampling(alpha)([text] * 4000, 1))
    assert set(counts) <= set(possible)
    for each, weight in zip(possible, weights, strict=True):
        expected = weight / sum(weights)
        assert abs(counts[each] / 4000 - expected) < 5 * math.sqrt(expected / 4000) + 1e-3
