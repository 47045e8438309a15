from __future__ import annotations

import hashlib
import math
import os

import pytest

from softsearch.files import folder_written_atomically, json_of, sha256, write_text_atomically


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def full_disk(*_):
    raise OSError(28, "No space left on device")


def test_a_checksum_is_that_of_the_whole_file(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_what_json_cannot_say_is_null():
    told = json_of({"bits": math.nan, "sizes": [(1.5, math.inf)], "name": "ä"})
    assert told == '{"bits": null, "sizes": [[1.5, null]], "name": "ä"}'


def test_text_is_written_as_it_is_in_a_folder_made_for_it(tmp_path):
    path = tmp_path / "new" / "a.txt"
    write_text_atomically(path, "ä\n\u2028ß\r\n")
    assert path.read_bytes() == "ä\n\u2028ß\r\n".encode()
    assert names(path.parent) == ["a.txt"]


def test_a_full_disk_leaves_the_old_text_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text_atomically(path, "old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_text_atomically(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_appears_only_when_all_of_it_is_written(tmp_path):
    target = tmp_path / "runs" / "step-1"
    with folder_written_atomically(target) as temporary:
        (temporary / "a").write_text("whole")
        assert not target.exists()
    assert (target / "a").read_text() == "whole"
    assert names(target.parent) == ["step-1"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interrupted_folder_leaves_the_old_one_and_no_rubbish(tmp_path, interruption):
    target = tmp_path / "step-1"
    with folder_written_atomically(target) as temporary:
        (temporary / "a").write_text("old")
    with pytest.raises(interruption), folder_written_atomically(target) as temporary:
        (temporary / "a").write_text("half")
        raise interruption
    assert (target / "a").read_text() == "old"
    assert names(tmp_path) == ["step-1"]


def test_a_full_disk_at_the_last_moment_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"), folder_written_atomically(tmp_path / "b") as temporary:
        (temporary / "a").write_text("lost")
    assert names(tmp_path) == []


def test_a_folder_written_twice_holds_only_the_second(tmp_path):
    for name in ("first", "second"):
        with folder_written_atomically(tmp_path / "step-1") as temporary:
            (temporary / name).write_text(name)
    assert names(tmp_path / "step-1") == ["second"]


def test_a_folder_that_cannot_be_made_is_named_as_the_user_knows_it(tmp_path):
    target = tmp_path / ("a" * 250)  # with what a temporary name adds, too long for a disk
    with pytest.raises(OSError, match=r"[^.]a{250}'$"), folder_written_atomically(target):
        pass
