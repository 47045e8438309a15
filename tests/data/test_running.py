"""A text is written as it is read: it need not fit into memory."""

import tracemalloc
from collections.abc import Iterator

import numpy as np

from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import UNK, ByteTokenizer, train_verbatim, train_words


def lines(number: int) -> Iterator[str]:
    for place in range(number):
        yield f"{place % 10}" * 99


def test_a_text_of_millions_of_tokens_is_written_in_little_memory(tmp_path):
    tokenizer, number = train_verbatim(lines(10), size=100), 20_000
    RunningText.write(tmp_path / "first", [TextFile("a", lines(10))], tokenizer)
    tracemalloc.start()
    text = RunningText.write(tmp_path / "text", [TextFile("a", lines(number))], tokenizer)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(text) == 100 * number
    assert most < 10_000_000 < 8 * len(text)
    assert isinstance(text.ids.base, np.memmap)
    assert text.ids[-4:].tolist() == [*tokenizer.encode("999"), tokenizer.line_end]


def test_what_is_written_in_parts_is_what_is_written_at_once(tmp_path):
    tokenizer = ByteTokenizer()
    files = [TextFile("a", ["x" * 150_000, "", "y" * 300_000]), TextFile("b", ["z"] * 9)]
    text = RunningText.write(tmp_path / "text", files, tokenizer)
    end = tokenizer.line_end
    wanted = [end] + [token for file in files for line in file.lines for token in [*tokenizer.encode(line), end]]
    assert text.ids.tolist() == wanted
    assert text.line_lengths.tolist() == [150_001, 1, 300_001, *[2] * 9]
    assert (text.ids[text.line_starts - 1] == end).all()
    assert (text.place(450_003), text.place(450_004)) == ("a:3", "b:1")


def test_words_bytes_and_unknown_tokens_are_counted(tmp_path):
    tokenizer = train_words(["a b"], size=10, lowercase=False, split_punctuation=False)
    text = RunningText.write(tmp_path / "text", [TextFile("a", ["a b ä", "c a"])], tokenizer)
    assert (text.words, text.bytes, text.unknown, text.lines) == (5, 11, 2, 2)
    assert (text.ids == UNK).sum() == 2


def test_whether_each_line_is_a_text_is_kept(tmp_path):
    for by_line in (False, True):
        RunningText.write(tmp_path / "text", [TextFile("a", ["x"])], ByteTokenizer(), by_line=by_line)
        assert RunningText(tmp_path / "text").by_line is by_line
