"""Streams go on where they ended, windows cover the text, and every token is told its place."""

import numpy as np
import pytest

from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import ByteTokenizer, train_verbatim
from softsearch.data.windows import StreamData, WindowData
from softsearch.errors import DataError

FILES = [TextFile("one.txt", ["ab", "", "cde"]), TextFile("two.txt", ["f" * 40, "g"])]


@pytest.fixture
def text(tmp_path) -> RunningText:
    tokenizer = train_verbatim((line for file in FILES for line in file.lines), size=100)
    return RunningText.write(tmp_path / "text", FILES, tokenizer)


def test_a_text_is_its_lines_with_a_line_end_before_the_first(text, tmp_path):
    end = int(text.ids[0])
    assert (text.ids == end).sum() == 6
    assert len(text) == len("ab\n\ncde\n" + "f" * 40 + "\ng\n")
    assert (text.words, text.bytes, text.lines, text.unknown) == (4, len(text), 5, 0)
    again = RunningText(tmp_path / "text")
    assert np.array_equal(again.ids, text.ids)


def test_each_token_is_told_its_file_and_line(text):
    places = [text.place(token) for token in range(1, len(text) + 1)]
    assert places[:3] == ["one.txt:1"] * 3
    assert places[3:8] == ["one.txt:2", "one.txt:3", "one.txt:3", "one.txt:3", "one.txt:3"]
    assert places[8] == "two.txt:1"
    assert places[-1] == "two.txt:2"


def test_streams_side_by_side_are_the_text_and_go_on_where_they_ended(text):
    data = StreamData(text, streams=3, window=4)
    length = len(text) // 3
    read = [[], [], []]
    for number, rows in enumerate(data.plan(0)):
        batch = data.batch(rows)
        assert batch.begins == (number == 0)
        assert batch.streams.tolist() == [0, 1, 2]
        assert (data.lengths(rows) == batch.inputs.shape[1]).all()
        for stream, (inputs, targets) in enumerate(zip(batch.inputs, batch.targets, strict=True)):
            assert inputs[1:].tolist() == targets[:-1].tolist()
            read[stream] += targets.tolist()
    assert sum(map(len, read)) == len(data) == 3 * length
    assert [token for own in read for token in own] == text.ids[1 : 3 * length + 1].tolist()


def test_part_of_the_streams_is_a_batch_too(text):
    data = StreamData(text, streams=3, window=4)
    whole, part = data.batch(np.arange(3, 6)), data.batch(np.array([4, 5]))
    assert part.streams.tolist() == [1, 2]
    assert np.array_equal(part.inputs, whole.inputs[1:])


def test_windows_cover_the_text_once_an_epoch_at_another_cut_each(text):
    data = WindowData(text, batch=2, window=5, seed=1)
    cuts = set()
    for epoch in range(20):
        starts = np.concatenate(data.plan(epoch))
        cuts.add(int(starts.min()))
        assert len(set(starts.tolist())) == len(starts) == (len(text) - int(starts.min())) // 5
        assert sorted(starts.tolist()) == list(range(starts.min(), len(text) - 4, 5))
    assert len(cuts) > 1
    assert [rows.tolist() for rows in data.plan(3)] == [rows.tolist() for rows in data.plan(3)]


def test_a_text_shorter_than_the_window_or_the_streams_can_be_read(tmp_path):
    text = RunningText.write(tmp_path / "text", [TextFile("a", ["ab"])], ByteTokenizer())
    (rows,) = StreamData(text, streams=20, window=50).plan(0)
    assert len(rows) == 3
    assert WindowData(text, batch=2, window=50, seed=1).batch(np.array([0])).inputs.shape == (1, 3)


def test_no_text_is_told(tmp_path):
    with pytest.raises(DataError, match="there is no text"):
        RunningText.write(tmp_path / "text", [TextFile("empty.txt", ["", " "])], ByteTokenizer())
    assert not (tmp_path / "text").exists()
