import numpy as np
import pytest

from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import WordTokenizer, train_words
from softsearch.errors import DataError

PAIRS = [
    Pair("ein Haus", "a house", 1),
    Pair("das sehr kleine Haus am See", "the very small house by the lake", 3),
    Pair("ja", "yes , indeed", 4),
]


@pytest.fixture
def tokenizer():
    return train_words(
        (text for pair in PAIRS for text in (pair.source, pair.target)),
        size=100,
        lowercase=False,
        split_punctuation=False,
    )


def write(folder, tokenizer, pairs=PAIRS, *, max_tokens=100, report=None, keep_texts=False) -> TokenStore:
    corpora = [(pairs, report or PairReport())]
    return TokenStore.write(folder, corpora, tokenizer, max_tokens=max_tokens, keep_texts=keep_texts)


def test_the_store_equals_what_was_encoded(tmp_path, tokenizer):
    write(tmp_path / "train", tokenizer)
    store = TokenStore(tmp_path / "train")
    assert len(store) == 3
    for row, pair in enumerate(PAIRS):
        assert store.source[row].tolist() == tokenizer.encode(pair.source)
        assert store.target[row].tolist() == tokenizer.encode(pair.target)
        assert store.line(row) == pair.line
    assert store.source.lengths.tolist() == [2, 6, 1]
    assert store.target.lengths.tolist() == [2, 7, 3]


def test_rows_are_right_across_chunks(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr("softsearch.data.pairs.store._CHUNK", 2)
    store = write(tmp_path / "train", tokenizer, PAIRS * 5)
    assert [store.source[row].tolist() for row in range(15)] == [tokenizer.encode(pair.source) for pair in PAIRS] * 5


def test_the_arrays_are_memory_mapped(tmp_path, tokenizer):
    store = write(tmp_path / "train", tokenizer)
    assert isinstance(store.source.flat.base, np.memmap)
    assert isinstance(store.target.flat.base, np.memmap)


def test_the_files_are_plain_npy(tmp_path, tokenizer):
    store = write(tmp_path / "train", tokenizer)
    assert np.array_equal(np.load(tmp_path / "train" / "source_ids.npy"), store.source.flat)


def test_pairs_are_encoded_as_they_come(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr("softsearch.data.pairs.store._CHUNK", 10)
    drawn, drawn_at_encoding = 0, []

    def pairs():
        nonlocal drawn
        for _ in range(25):
            drawn += 1
            yield PAIRS[0]

    def encode_batch(texts):
        drawn_at_encoding.append(drawn)
        return [[4] for _ in texts]

    monkeypatch.setattr(tokenizer, "encode_batch", encode_batch)
    write(tmp_path / "train", tokenizer, pairs())
    assert drawn_at_encoding == [10, 10, 20, 20, 25, 25]


@pytest.mark.parametrize(("size", "dtype"), [(1 << 16, np.uint16), ((1 << 16) + 1, np.int32)])
def test_ids_are_as_narrow_as_the_vocabulary_allows(tmp_path, size, dtype):
    words = [f"w{number}" for number in range(4, size)]
    tokenizer, last = WordTokenizer(words, lowercase=False, split_punctuation=False), words[-1]
    store = write(tmp_path / "train", tokenizer, [Pair(last, last, 1)])
    assert store.source.flat.dtype == dtype
    assert store.source[0].tolist() == [size - 1]


def test_a_pair_with_a_side_too_long_is_left_out_and_counted(tmp_path, tokenizer):
    report = PairReport(read=3, kept=3)
    store = write(tmp_path / "train", tokenizer, max_tokens=2, report=report)
    assert [store.line(row) for row in range(len(store))] == [1]
    assert (report.too_long, report.kept) == (2, 1)


def test_a_side_of_exactly_the_limit_is_kept(tmp_path, tokenizer):
    assert len(write(tmp_path / "train", tokenizer, max_tokens=7)) == 3
    assert len(write(tmp_path / "train", tokenizer, max_tokens=6)) == 2


def test_corpora_lie_one_after_the_other_each_with_its_own_counts(tmp_path, tokenizer):
    reports = [PairReport(read=3, kept=3), PairReport(read=1, kept=1)]
    corpora = [(PAIRS, reports[0]), (PAIRS[:1], reports[1])]
    store = TokenStore.write(tmp_path / "train", corpora, tokenizer, max_tokens=3, keep_texts=False)
    assert [store.line(row) for row in range(len(store))] == [1, 4, 1]
    assert [(report.kept, report.too_long) for report in reports] == [(2, 1), (1, 0)]


def test_texts_are_kept_where_they_are_wanted(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr("softsearch.data.pairs.store._CHUNK", 2)
    pairs = [*PAIRS, Pair("Bücher \ud800 東", "books", 9)]
    store = write(tmp_path / "train", tokenizer, pairs, keep_texts=True, max_tokens=5)
    assert store.has_texts
    assert store.texts(np.array([2, 0])) == (["Bücher \ud800 東", "ein Haus"], ["books", "a house"])
    assert not write(tmp_path / "without", tokenizer).has_texts


def test_a_damaged_text_is_refused(tmp_path, tokenizer):
    write(tmp_path / "train", tokenizer, keep_texts=True)
    (tmp_path / "train" / "target_texts.npy").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        TokenStore(tmp_path / "train")


def test_nothing_left_is_refused_and_leaves_nothing(tmp_path, tokenizer):
    with pytest.raises(DataError, match="3 have a side of more than 0 tokens"):
        write(tmp_path / "train", tokenizer, max_tokens=0)
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_reading_leaves_nothing(tmp_path, tokenizer):
    def broken():
        yield PAIRS[0]
        raise DataError("line 2 is broken")

    with pytest.raises(DataError, match="line 2"):
        write(tmp_path / "train", tokenizer, broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(file.read_bytes()[:-1])])
@pytest.mark.parametrize("name", ["source_ids", "source_offsets", "target_ids", "target_offsets", "lines"])
def test_a_damaged_store_is_refused(tmp_path, tokenizer, damage, name):
    write(tmp_path / "train", tokenizer)
    damage(tmp_path / "train" / f"{name}.npy")
    with pytest.raises(DataError, match="cannot be read") as caught:
        TokenStore(tmp_path / "train")
    assert caught.value.path == tmp_path / "train"


def test_files_of_two_stores_do_not_mix(tmp_path, tokenizer):
    write(tmp_path / "train", tokenizer)
    write(tmp_path / "other", tokenizer, PAIRS[:2])
    (tmp_path / "other" / "target_ids.npy").replace(tmp_path / "train" / "target_ids.npy")
    with pytest.raises(DataError, match="do not fit together"):
        TokenStore(tmp_path / "train")
