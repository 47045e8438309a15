"""Tables of words that are shipped as text."""

import pytest

from softsearch.data.grammar import lexicon
from softsearch.data.word_tables import word_tables


def test_tables_are_read_row_by_row_without_what_is_said_about_them(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "some_words"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "one.txt").write_text("# a | legend\n\n= fruit\napple | red, green |\n# or\npear||green\n\n= nothing\n")
    (folder / "two.txt").write_text("= drinks\nmilk | weiß\n", encoding="utf-8")
    assert word_tables("some_words", "one.txt", "two.txt") == {
        "fruit": [["apple", "red, green", ""], ["pear", "", "green"]],
        "nothing": [],
        "drinks": [["milk", "weiß"]],
    }


@pytest.mark.parametrize("language", ["de", "en", "fr"])
def test_every_row_of_function_words_has_all_its_columns_in_every_language(language):
    for table in ("conjunctions", "questions", "pronouns", "modals", "relations", "months", "units"):
        assert len(lexicon.read_column(table, language)) > 2
    assert len(lexicon.read_column("months", language)) == 12
    assert lexicon.read_columns("questions", language, "part")["time"][1] == "ADV"
