"""Streams go on where they ended, windows cover the text, and every token is told its place."""

import numpy as np
import pytest

from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import ByteTokenizer, train_verbatim
from softsearch.data.windows import LineData, StreamData, WindowData
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


def test_streams_and_windows_are_told_where_they_begin(text):
    streams = StreamData(text, streams=3, window=4)  # streams of 17 tokens
    assert streams.describe(streams.plan(0)[1]) == [text.place(start + 5) for start in (0, 17, 34)]
    windows = WindowData(text, batch=3, window=4, seed=1)
    (rows, *_) = windows.plan(0)
    assert windows.describe(rows) == [text.place(start + 1) for start in rows.tolist()]


def test_part_of_the_streams_is_a_batch_too(text):
    data = StreamData(text, streams=3, window=4)
    whole, part = data.batch(np.arange(3, 6)), data.batch(np.array([4, 5]))
    assert part.streams.tolist() == [1, 2]
    assert np.array_equal(part.inputs, whole.inputs[1:])


@pytest.mark.parametrize("length", [6, 10, 40])
def test_every_token_is_read_in_some_epoch_and_no_two_epochs_need_be_cut_alike(tmp_path, length):
    lines = ["x" * (length - 1)]  # and its end
    data = WindowData(
        RunningText.write(tmp_path / "t", [TextFile("a", lines)], ByteTokenizer()), batch=2, window=5, seed=1
    )
    starts = [np.concatenate(data.plan(epoch)) for epoch in range(60)]
    assert set(np.concatenate(starts)) == set(range(length - 4))
    assert len({tuple(sorted(own)) for own in starts}) == min(5, length - 4)


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
    assert len(rows) == 1  # streams of one token would teach nothing of what follows what
    assert len(StreamData(text, streams=20, window=1).plan(0)[0]) == 3
    assert WindowData(text, batch=2, window=50, seed=1).batch(np.array([0])).inputs.shape == (1, 3)


def test_no_text_is_told(tmp_path):
    with pytest.raises(DataError, match="there is no text"):
        RunningText.write(tmp_path / "text", [TextFile("empty.txt", ["", " "])], ByteTokenizer())
    assert not (tmp_path / "text").exists()


def by_line(tmp_path, lines: list[str]) -> RunningText:
    return RunningText.write(tmp_path / "lines", [TextFile("a.txt", lines)], ByteTokenizer(), by_line=True)


def read_back(batch, row: int) -> tuple[str, str]:
    inputs, targets = (ids[row][batch.mask[row]].tolist() for ids in (batch.inputs, batch.targets))
    tokenizer = ByteTokenizer()
    return tokenizer.decode(inputs), tokenizer.decode(targets)


def test_each_line_is_a_row_from_its_beginning_to_its_end(tmp_path):
    lines = ["abc", "", "defgh", "i"]
    data = LineData(by_line(tmp_path, lines), batch_tokens=12, window=50, seed=1)
    found = {}
    for rows in data.plan(0):
        batch = data.batch(rows)
        assert batch.begins
        assert batch.num_items == int(batch.mask.sum()) == data.lengths(rows).sum()
        assert batch.inputs.numel() <= 12
        assert len(batch.real(batch.inputs.unsqueeze(2))) == batch.num_items
        found |= {data.describe(rows[row : row + 1])[0]: read_back(batch, row) for row in range(len(rows))}
    assert found == {f"a.txt:{n}": (f"\n{line}", f"{line}\n") for n, line in enumerate(lines, start=1)}


def test_a_line_longer_than_the_window_is_learnt_in_pieces(tmp_path):
    data = LineData(by_line(tmp_path, ["abcdefgh", "xy"]), batch_tokens=8, window=4, seed=1)
    pieces = {read_back(data.batch(np.array([row])), 0) for row in range(4)}
    assert pieces == {("\nabc", "abcd"), ("defg", "efgh"), ("h", "\n"), ("\nxy", "xy\n")}


def test_an_epoch_of_lines_has_each_once_similar_ones_together_in_another_order(tmp_path):
    random = np.random.default_rng(0)
    text = by_line(tmp_path, ["x" * length for length in random.integers(0, 60, 300)])
    data = LineData(text, batch_tokens=500, window=100, seed=1)
    plan = data.plan(0)
    assert sorted(np.concatenate(plan).tolist()) == list(range(300))
    assert all(data.lengths(rows).max() * len(rows) <= 500 for rows in plan)
    padded = sum(int(data.lengths(rows).max()) * len(rows) for rows in plan)
    assert padded < 1.15 * len(text)
    assert [rows.tolist() for rows in plan] == [rows.tolist() for rows in data.plan(0)]
    assert [rows.tolist() for rows in plan] != [rows.tolist() for rows in data.plan(1)]
    lengths = [int(data.lengths(rows).max()) for rows in data.in_order()]
    assert lengths == sorted(lengths)
