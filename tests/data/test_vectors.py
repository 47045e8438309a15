"""Vectors of words are found as they are written or in lower case; what is wrong in their file is named."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from softsearch.data.tokenizers import UNK, CharacterTokenizer, WordTokenizer, train_sentencepiece
from softsearch.data.vectors import read_vectors
from softsearch.errors import DataError

LINES = ["the 1 2 3", "dog 4 5 6", ". . 9 9 9", "<unk> 7 7 7", ", 0 -1e-3 .5", "rome 8 8 8"]
WORDS = WordTokenizer(["the", "The", "dog", "cat", "￭,", "Rome"], lowercase=False, split_punctuation=True)


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("first", [(), ("6 3",)])
@pytest.mark.parametrize("zipped", [False, True])
def test_words_get_their_vectors(tmp_path, first, zipped):
    path = write(tmp_path / "v.txt", *first, *LINES)
    if zipped:
        path.write_bytes(gzip.compress(path.read_bytes()))
    found = read_vectors(path, WORDS, width=3)
    words = [WORDS.pieces([token])[0] for token in found.ids]
    assert words == ["⁇", "the", "The", "dog", "￭,", "Rome"]
    wanted = [[7, 7, 7], [1, 2, 3], [1, 2, 3], [4, 5, 6], [0, -1e-3, 0.5], [8, 8, 8]]
    np.testing.assert_allclose(found.vectors, wanted)
    assert found.to_dict() == {"found": 6, "in_lower_case": 2}
    assert UNK in found.ids


def test_a_word_as_it_is_written_comes_before_its_lower_case(tmp_path):
    for lines in (("the 1 1", "The 2 2"), ("The 2 2", "the 1 1")):
        found = read_vectors(write(tmp_path / "v.txt", *lines), WORDS, width=2)
        assert found.vectors.tolist() == [[1, 1], [2, 2]]
        assert found.lowered == 0


def test_subwords_that_are_words_get_vectors(tmp_path):
    tokenizer = train_sentencepiece(["the dog the cat the dog"] * 20, size=20, lowercase=False, seed=1, threads=1)
    found = read_vectors(write(tmp_path / "v.txt", *LINES), tokenizer, width=3)
    assert "▁dog" in tokenizer.pieces(found.ids.tolist())


def test_empty_lines_are_passed_over(tmp_path):
    found = read_vectors(write(tmp_path / "v.txt", "", *LINES, "", ""), WORDS, width=3)
    assert found.ids.tolist() == read_vectors(write(tmp_path / "w.txt", *LINES), WORDS, width=3).ids.tolist()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["the 1 2 3", "dog 4 5"], "v.txt:2: not a word and its vector"),
        (["the 1 2 3", "dog 4 x 6"], "v.txt:2: not a word and its vector"),
        (["the 1 2 3", "dog 4 nan 6"], "v.txt:2: a vector has numbers that are not finite"),
        (["the 1 2 3 4"], "the vectors have 4 numbers, and the embeddings 3"),
        (["1 50", "the 1 2 3"], "the vectors have 50 numbers, and the embeddings 3"),
        ([], "the file has no vectors"),
        (["5 3"], "none of the vocabulary's tokens has a vector"),
        (["xyz 1 2 3"], "none of the vocabulary's tokens has a vector"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, lines, told):
    with pytest.raises(DataError) as caught:
        read_vectors(write(tmp_path / "v.txt", *lines), WORDS, width=3)
    assert told in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_vectors(tmp_path / "v.txt", CharacterTokenizer(["▁", "a"], lowercase=False), width=3)
