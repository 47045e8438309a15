from __future__ import annotations

import types

import numpy as np
import pytest

PNG = b"\x89PNG\r\n"


def test_a_sentence_becomes_one_picture(command, fake_runs, tmp_path):
    picture = tmp_path / "pictures" / "map.png"
    ended = command("look", tmp_path, "--attention", "ein Hund", "--out", picture)
    assert ended.code == 0
    assert picture.read_bytes().startswith(PNG)
    assert "EIN HUND" in ended.out
    assert str(picture) in ended.out


def test_the_lines_of_a_file_become_pictures_numbered_as_the_lines(command, fake_runs, tmp_path):
    lines = tmp_path / "lines.txt"
    lines.write_text("ein Hund\n\neine Katze\n")
    assert command("look", tmp_path, "--file", lines, "--out", tmp_path / "map.png").code == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["map-1.png", "map-3.png"]


def test_a_model_without_attention_is_told_so(command, fake_runs, monkeypatch, tmp_path):
    monkeypatch.setattr("softsearch.runs.load", lambda run: _Blind(target_pieces=["a"]))
    ended = command("look", tmp_path, "--attention", "ein Hund")
    assert ended.code == 2
    assert "no attention" in ended.err


@pytest.mark.parametrize("weights", [None, np.zeros((0, 2))])
def test_an_empty_translation_is_noted_and_not_drawn(weights, command, fake_runs, monkeypatch, tmp_path):
    monkeypatch.setattr("softsearch.runs.load", lambda run: _Blind(weights=weights))
    ended = command("look", tmp_path, "--attention", "ein Hund", "--out", tmp_path / "map.png")
    assert ended.code == 2
    assert "is empty" in ended.err
    assert not (tmp_path / "map.png").exists()


def test_a_sentence_translated_in_parts_is_too_long_to_draw(command, fake_runs, tmp_path):
    lines = tmp_path / "lines.txt"
    lines.write_text("ein Hund\n" + 21 * "lange " + "\n")
    ended = command("look", tmp_path, "--file", lines, "--out", tmp_path / "map.png")
    assert ended.code == 0
    assert "too long to draw, of more than the 20 tokens" in ended.err
    assert "no attention" not in ended.err
    assert [path.name for path in tmp_path.glob("*.png")] == ["map-1.png"]


class _Blind:
    max_tokens = 20

    def __init__(self, weights=None, target_pieces=()):
        self.seen = {"weights": weights, "target_pieces": target_pieces, "num_parts": 1}

    def translate(self, sentences):
        return [types.SimpleNamespace(source=one, **self.seen) for one in sentences]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--attention"),
        (["--attention", "a", "--file", "b"], "--attention and --file are both given"),
        (["--attention", "  "], "no sentence"),
        (["--file", "no-such-file"], "no such file"),
    ],
)
def test_a_sentence_or_a_file_is_needed_and_not_both(words, told, command, fake_runs, tmp_path):
    ended = command("look", tmp_path, *words)
    assert ended.code == 2
    assert told in ended.err


def test_a_picture_that_is_no_png_is_refused(command, fake_runs, tmp_path):
    ended = command("look", tmp_path, "--attention", "ein Hund", "--out", tmp_path / "map.txt")
    assert ended.code == 2
    assert ".png" in ended.err
