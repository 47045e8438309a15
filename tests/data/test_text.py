import gzip
from pathlib import Path

import pytest

from softsearch.data.text import at_least_one, decode_line, nearest_beside, numbered_lines, read_lines
from softsearch.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write(content: bytes, name: str = "corpus.de"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def error_of(path) -> DataError:
    with pytest.raises(DataError) as caught:
        list(read_lines(path))
    return caught.value


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85", "\r", "\xa0", "\t"])
def test_only_a_line_feed_ends_a_line(write, inside):
    assert list(read_lines(write(f"ein{inside}Satz\nnoch einer\n".encode()))) == [f"ein{inside}Satz", "noch einer"]


def test_one_carriage_return_before_the_line_feed_is_dropped(write):
    assert list(read_lines(write(b"eins\r\nzwei\r\r\ndrei\r\n"))) == ["eins", "zwei\r", "drei"]


def test_a_byte_order_mark_is_dropped_at_the_start_only(write):
    assert list(read_lines(write(b"\xef\xbb\xbfeins\n\xef\xbb\xbfzwei\n"))) == ["eins", "\ufeffzwei"]


def test_the_last_line_may_lack_its_end(write):
    assert list(read_lines(write(b"eins\nzwei"))) == ["eins", "zwei"]
    assert list(read_lines(write(b"eins\nzwei\n"))) == ["eins", "zwei"]
    assert list(read_lines(write(b"eins\nzwei\n\n"))) == ["eins", "zwei", ""]


def test_an_empty_file_has_no_lines(write):
    assert list(read_lines(write(b""))) == []


def test_blank_lines_stay_in_their_place(write):
    assert list(read_lines(write(b"\n \neins\n"))) == ["", " ", "eins"]


@pytest.mark.parametrize("name", ["corpus.de.gz", "corpus.de"])
def test_gzip_is_recognised_by_content(write, name):
    assert list(read_lines(write(gzip.compress("schön\nSatz\u2028zwei\n".encode()), name))) == [
        "schön",
        "Satz\u2028zwei",
    ]


def test_plain_text_named_gz_is_read(write):
    assert list(read_lines(write(b"eins\n", "corpus.gz"))) == ["eins"]


def test_several_gzip_members_are_read_as_one(write):
    assert list(read_lines(write(gzip.compress(b"eins\nzw") + gzip.compress(b"ei\n")))) == ["eins", "zwei"]


def test_invalid_utf8_is_named_with_its_line_and_byte(write):
    error = error_of(write("eins\nzwei\nfür\n".encode("latin-1")))
    assert error.line == 3
    assert "byte 2" in error.problem
    assert "iconv" in error.fix


def test_a_nul_is_named_with_its_line(write):
    error = error_of(write(b"eins\nzw\0ei\n"))
    assert error.line == 2
    assert "NUL" in error.problem


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf16_and_utf32_are_recognised(write, encoding):
    assert "UTF-16" in error_of(write("eins\nzwei\n".encode(encoding))).problem


def test_utf16_without_its_mark_is_refused(write):
    assert "UTF-16" in error_of(write("eins\n".encode("utf-16-be"))).problem


def test_a_truncated_gzip_file_is_refused_after_its_whole_lines(write):
    content = gzip.compress("".join(f"Satz {number * 7919 % 10007}\n" for number in range(20_000)).encode())
    lines = read_lines(write(content[: len(content) // 2], "train.de.gz"))
    read = []
    with pytest.raises(DataError, match=r"damaged or cut off") as caught:
        read.extend(lines)
    assert caught.value.line == len(read) + 1


def test_a_corrupt_gzip_file_is_refused(write):
    content = bytearray(gzip.compress(b"eins\n" * 1000))
    content[len(content) // 2] ^= 0xFF
    assert "gzip" in error_of(write(bytes(content))).problem
    assert "gzip" in error_of(write(b"\x1f\x8b")).problem


def test_a_missing_file_names_the_nearest_one(write, tmp_path):
    write(b"", "train.de")
    error = error_of(tmp_path / "trian.de")
    assert error.path == tmp_path / "trian.de"
    assert error.nearest == str(tmp_path / "train.de")


def test_a_missing_folder_is_named(tmp_path):
    assert str(tmp_path / "nowhere") in error_of(tmp_path / "nowhere" / "train.de").fix


def test_a_folder_is_not_a_text_file(tmp_path):
    assert "folder" in error_of(tmp_path).problem


def test_reading_streams(write):
    lines = read_lines(write(b"eins\nzwei\n\xff\n"))
    assert [next(lines), next(lines)] == ["eins", "zwei"]


def test_a_line_of_any_stream_is_decoded_and_its_mistake_named_by_the_streams_name():
    assert decode_line(b"\xef\xbb\xbfsch\xc3\xb6n\r\n", path=Path("<stdin>"), number=1) == "schön"
    assert decode_line(b"ohne Ende", path=Path("<stdin>"), number=2) == "ohne Ende"
    for raw in (b"f\xfcr", b"\0", "eins".encode("utf-16")):
        with pytest.raises(DataError, match="<stdin>:1"):
            decode_line(raw, path=Path("<stdin>"), number=1)


def test_lines_that_are_not_blank_keep_their_numbers(tmp_path):
    (tmp_path / "a.txt").write_text("a\n\n \t\nb\n")
    assert list(numbered_lines(tmp_path / "a.txt")) == [(1, "a"), (4, "b")]


def test_nothing_found_is_told_at_the_end(tmp_path):
    assert list(at_least_one([1, 2], "nothing", tmp_path)) == [1, 2]
    with pytest.raises(DataError, match="nothing"):
        list(at_least_one([], "nothing", tmp_path))


def test_the_nearest_name_is_one_of_the_same_folder(tmp_path):
    (tmp_path / "train.de").touch()
    assert nearest_beside(tmp_path / "trian.de") == "train.de"
    assert nearest_beside(tmp_path / "nowhere" / "train.de") is None
