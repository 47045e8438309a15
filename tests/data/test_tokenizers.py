import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsearch.data.tokenizers import (
    BOS,
    EOS,
    PAD,
    UNK,
    SentencePieceTokenizer,
    WordTokenizer,
    load_tokenizer,
    train_sentencepiece,
    train_words,
)
from softsearch.errors import DataError, RunError

NOUNS = ["Haus", "Hund", "Garten", "Straße", "Bücher", "house", "dog", "garden", "street", "books"]
VERBS = ["sieht", "kauft", "sucht", "sees", "buys", "looks", "spielt", "plays"]


def corpus(num: int) -> list[str]:
    stream = random.Random(1)
    return [f"{stream.choice(NOUNS)} {stream.choice(VERBS)} {stream.choice(NOUNS)} ." for _ in range(num)]


def subwords(texts, *, size=60, lowercase=False, seed=1, threads=1) -> SentencePieceTokenizer:
    return train_sentencepiece(texts, size=size, lowercase=lowercase, seed=seed, threads=threads)


@pytest.fixture(scope="module")
def pieces() -> SentencePieceTokenizer:
    return subwords(corpus(300))


@pytest.fixture(scope="module")
def words() -> WordTokenizer:
    return train_words(corpus(300), size=100, lowercase=False)


@pytest.fixture(params=["pieces", "words"])
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


TRAINED = [subwords(corpus(300)), train_words(corpus(300), size=100, lowercase=False)]


@pytest.mark.parametrize("lowercase", [False, True])
def test_lowercase_holds_in_training_and_encoding(lowercase):
    for tokenizer in (subwords(corpus(300), lowercase=lowercase), train_words(corpus(9), size=99, lowercase=lowercase)):
        assert (tokenizer.encode("Hund") == tokenizer.encode("hund")) == lowercase


def test_compatibility_forms_are_one(pieces):
    assert pieces.encode("Ｈｕｎｄ") == pieces.encode("Hund")
    assert pieces.encode("Bu\u0308cher") == pieces.encode("Bücher")


def test_words_are_ranked_by_frequency_then_alphabet():
    tokenizer = train_words(["b c", "a b", "d"], size=7, lowercase=False)
    assert tokenizer.size == 7
    assert tokenizer.pieces([4, 5, 6]) == ["b", "a", "c"]
    assert tokenizer.encode("d") == [UNK]


def test_a_vocabulary_too_large_for_the_data_is_as_large_as_they_allow():
    tokenizer = subwords(["ein Haus", "a house"], size=8000)
    assert 4 < tokenizer.size < 100
    assert tokenizer.decode(tokenizer.encode("ein Haus")) == "ein Haus"
    assert train_words(["ein Haus"], size=8000, lowercase=False).size == 6


def test_a_size_that_fits_is_kept_exactly():
    assert subwords(corpus(300), size=40).size == 40


def test_a_vocabulary_without_room_for_the_characters_says_how_much_it_needs():
    with pytest.raises(DataError) as caught:
        subwords(corpus(50), size=8)
    needed = int(caught.value.allowed.removeprefix("at least "))
    assert subwords(corpus(50), size=needed).size == needed


@pytest.mark.parametrize("size", [-1, 0, 4])
def test_a_vocabulary_without_room_for_a_word_is_refused(size):
    with pytest.raises(DataError, match="no room"):
        train_words(["a"], size=size, lowercase=False)
    with pytest.raises(DataError, match="no room"):
        subwords(["a"], size=size)


@pytest.mark.parametrize("texts", [[], ["", " "]])
def test_an_empty_corpus_is_refused(texts):
    with pytest.raises(DataError, match="no text"):
        train_words(texts, size=100, lowercase=False)
    with pytest.raises(DataError, match="no text"):
        subwords(texts)


def test_a_very_long_sentence_is_learnt_from_too():
    assert subwords(["Haus " * 2_000], size=100).encode("Haus") != [UNK]


@pytest.mark.parametrize("threads", [1, 2])
def test_training_is_deterministic(threads):
    texts = corpus(300)
    assert subwords(texts, threads=threads).to_bytes() == subwords(iter(texts), threads=threads).to_bytes()


def test_of_more_texts_than_the_limit_a_seeded_draw_is_learnt_from(monkeypatch):
    monkeypatch.setattr("softsearch.data.tokenizers._MAX_TRAINING_TEXTS", 20)
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
    (tmp_path / "tokenizer.model").write_bytes(train_words(["Hund"], size=10, lowercase=True).to_bytes())
    assert load_tokenizer(tmp_path / "tokenizer.model").encode("HUND") == [4]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{}", b'{"words": 3, "lowercase": true}', b'{"words": ["a", "a"], "lowercase": true}', b"\0" * 99],
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
