from __future__ import annotations

import gzip

import pytest

from softsearch.cli.sizing import LADDER, held_out, sizes_for
from softsearch.cli.survey import read_corpus
from softsearch.recipes.reading import load_recipe


def test_two_files_become_a_recipe_that_loads_and_names_them(command, corpus, tmp_path):
    out = tmp_path / "recipes" / "own.yaml"
    out.parent.mkdir()
    ended = command("new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 0
    recipe = load_recipe(out)
    assert (recipe.data.source, recipe.data.target) == ("de", "en")
    assert recipe.data.train.source.endswith("train.de")
    assert 1 <= recipe.data.valid < 39
    assert f"softsearch train {out}" in ended.out


def test_the_header_says_what_was_seen(command, corpus, tmp_path):
    command(
        "new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", tmp_path / "own.yaml"
    )
    header = (tmp_path / "own.yaml").read_text(encoding="utf-8").split("\nseed:")[0]
    for part in ("39 pairs", "195 words", "1 pairs have a blank side", "1 pairs (2.6 %) repeat"):
        assert part in header


def test_the_recipe_finds_its_files_from_any_folder(command, corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("new", "translation", "--source-file", "train.de", "--target-file", "train.en")
    monkeypatch.chdir("/")
    ended = command("check", tmp_path / "de-en.yaml")
    assert ended.code == 0, ended.err
    assert "39 pairs" in ended.out


def test_a_table_of_pairs_needs_its_languages(command, tmp_path):
    pairs = tmp_path / 'my "pairs": #1.tsv'
    pairs.write_text("ein Hund\ta dog\nzwei\ttwo\n")
    out = tmp_path / "own.yaml"
    ended = command("new", "translation", "--pairs", pairs, "--source", "de", "--out", out)
    assert ended.code == 2
    assert "--target" in ended.err
    assert (
        command("new", "translation", "--pairs", pairs, "--source", "de", "--target", "en: x", "--out", out).code == 0
    )
    recipe = load_recipe(out)
    assert (recipe.data.train.pairs, recipe.data.target) == (pairs.name, "en: x")


def test_languages_are_guessed_through_gz_and_txt(command, corpus, tmp_path):
    packed = tmp_path / "train.de.txt.gz"
    packed.write_bytes(gzip.compress(corpus[0].read_bytes()))
    out = tmp_path / "own.yaml"
    assert command("new", "translation", "--source-file", packed, "--target-file", corpus[1], "--out", out).code == 0
    assert load_recipe(out).data.source == "de"


def test_a_recipe_that_is_there_is_kept_unless_forced(command, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    out.write_text("mine")
    words = ["new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out]
    ended = command(*words)
    assert ended.code == 2
    assert "--force" in ended.err
    assert out.read_text() == "mine"
    assert command(*words, "--force").code == 0
    assert load_recipe(out).seed == 1


@pytest.mark.parametrize(
    "words", [[], ["--source-file", "a.de"], ["--pairs", "a.tsv", "--source-file", "a.de", "--target-file", "a.en"]]
)
def test_a_corpus_is_two_files_or_one_table(words, command):
    ended = command("new", "translation", *words)
    assert ended.code == 2
    assert "--pairs" in ended.err


def test_files_of_different_length_are_refused_and_nothing_is_written(command, corpus, tmp_path):
    corpus[1].write_text("one line\n")
    out = tmp_path / "own.yaml"
    ended = command("new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 2
    assert "40" in ended.err
    assert not out.exists()


def test_more_pairs_get_a_larger_model_and_less_dropout():
    rungs = [sizes_for(pairs) for pairs in (100, 10_000, 100_000, 1_000_000, 10_000_000)]
    assert rungs == list(LADDER)
    assert [rung.vocabulary for rung in rungs] == sorted(rung.vocabulary for rung in rungs)
    assert [rung.dropout for rung in rungs] == sorted((rung.dropout for rung in rungs), reverse=True)
    assert [held_out(pairs) for pairs in (2, 100, 10**6)] == [1, 5, 1000]


@pytest.mark.parametrize("sizes", LADDER, ids=lambda sizes: str(sizes.vocabulary))
def test_every_rung_of_the_ladder_gives_a_valid_recipe(sizes, corpus, tmp_path, monkeypatch):
    from softsearch.cli import sizing

    monkeypatch.setattr(sizing, "LADDER", (sizes,))
    monkeypatch.setattr(sizing, "sizes_for", lambda pairs: sizes)
    out = tmp_path / "own.yaml"
    text = sizing.recipe_text(read_corpus(list(corpus)), files=list(corpus), source="de", target="en", out=out)
    out.write_text(text, encoding="utf-8")
    assert load_recipe(out).tokenizer.size == sizes.vocabulary


def test_a_file_of_pairs_needs_both_languages_and_says_so_at_once(command, tmp_path):
    ended = command("new", "translation", "--pairs", tmp_path / "pairs.tsv", "--source", "de")
    assert ended.code == 2
    assert "--source LANGUAGE --target LANGUAGE" in ended.err
