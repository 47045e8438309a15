from __future__ import annotations

import pytest

from softsearch.data.pairs.dictionary import dictionary_text, read_dictionary
from softsearch.errors import DataError


def test_a_dictionary_is_read_back_as_it_was_written(tmp_path):
    entries = {"Haus": "house", "grün": "very green"}
    (tmp_path / "a").write_text(dictionary_text(entries), encoding="utf-8")
    assert read_dictionary(tmp_path / "a") == entries


def test_the_first_translation_of_a_word_counts_and_blank_lines_do_not(tmp_path):
    (tmp_path / "a").write_text("Haus\thouse\n\nGrün\tvery green\n Haus \tbuilding\n")
    assert read_dictionary(tmp_path / "a") == {"Haus": "house", "Grün": "very green"}


@pytest.mark.parametrize("line", ["Haus", "Haus\t", "\thouse", "a\tb\tc"])
def test_a_line_that_is_no_entry_is_named(line, tmp_path):
    (tmp_path / "a").write_text(f"Hund\tdog\n{line}\n")
    with pytest.raises(DataError, match=r"a:2: the line is no entry"):
        read_dictionary(tmp_path / "a")
