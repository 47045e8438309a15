"""Sentences come in with their classes from whatever holds them; what cannot be read is named with its place."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from softsearch.data.sentences.reading import (
    drawn_sentences,
    read_by_class,
    read_labelled_lines,
    read_sentence_table,
)
from softsearch.errors import DataError


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_begins_with_its_class(tmp_path):
    path = written(tmp_path / "a.label", "NUM:date When was\tit ?\n\n  DESC:def  What is a » b « ?  \n")
    found = list(read_labelled_lines(path, coarse=False))
    assert [tuple(each) for each in found] == [
        ("When was\tit ?", "NUM:date", "a.label:1"),
        ("What is a » b « ?", "DESC:def", "a.label:3"),
    ]
    assert [each.label for each in read_labelled_lines(path, coarse=True)] == ["NUM", "DESC"]


def test_each_class_has_a_file(tmp_path):
    good = written(tmp_path / "good.txt", "fine\n\nvery fine\n")
    bad = tmp_path / "bad.gz"
    bad.write_bytes(gzip.compress(b"poor\n"))
    found = [(each.text, each.label) for each in read_by_class({"+": good, "-": bad})]
    assert found == [("fine", "+"), ("very fine", "+"), ("poor", "-")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'label,other,text\nspam,1,"win, ""now"""\nham,2,"two\nlines"\n'),
        ("t.tsv", 'label\ttext\nspam\twin, "now"\nham\ttwo lines\n'),
        ("t.jsonl", '{"label": "spam", "text": "win, \\"now\\""}\n\n{"text": "two\\nlines", "label": "ham"}\n'),
    ],
)
def test_tables_have_a_column_for_each(tmp_path, name, content):
    path = written(tmp_path / name, content)
    found = [(each.text, each.label) for each in read_sentence_table(path, text="text", label="label")]
    assert found == [('win, "now"', "spam"), ("two lines", "ham")]


def test_the_grammar_tells_when_something_happens():
    found = list(itertools.islice(drawn_sentences(language="en", number=300, split="valid", seed=1), 300))
    assert {each.label for each in found} == {"past", "present", "future", "order"}
    assert all(
        " will " in each.text or "won't" in each.text or "Will " in each.text
        for each in found
        if each.label == "future"
    )
    again = list(drawn_sentences(language="en", number=300, split="valid", seed=1))
    assert found == again
    assert {each.text for each in found}.isdisjoint(
        each.text for each in drawn_sentences(language="en", number=300, split="train", seed=1)
    )


@pytest.mark.parametrize(
    ("content", "read", "told"),
    [
        ("NUM\n", lambda path: read_labelled_lines(path, coarse=False), "no sentence behind the class"),
        ("\n \n", lambda path: read_labelled_lines(path, coarse=False), "has no sentence"),
        ("\n", lambda path: read_by_class({"a": path}), "has no sentence"),
        (
            "text,lable\na,b\n",
            lambda path: read_sentence_table(path, text="text", label="label"),
            "did you mean: lable?",
        ),
        (
            "text,label\na,\n",
            lambda path: read_sentence_table(path, text="text", label="label"),
            "'label' is empty here",
        ),
        ("text;label\na;b\n", lambda path: read_sentence_table(path, text="text", label="label"), "by commas"),
        ("text,label\n", lambda path: read_sentence_table(path, text="text", label="label"), "has no sentence"),
        ('text,label\n"a,b\n', lambda path: read_sentence_table(path, text="text", label="label"), "no CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, content, read, told):
    path = written(tmp_path / "wrong.txt", content)
    with pytest.raises(DataError) as caught:
        list(read(path))
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_line_that_is_no_json_is_named(tmp_path):
    path = written(tmp_path / "t.jsonl", '{"text": "a", "label": "b"}\n[1]\n')
    with pytest.raises(DataError, match="each line must be an object") as caught:
        list(read_sentence_table(path, text="text", label="label"))
    assert caught.value.line == 2
