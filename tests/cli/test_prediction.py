"""What predict writes, what it asks of a translator, and which options it refuses."""

from __future__ import annotations

import dataclasses
import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.decoding.settings import Sampling, Search


def test_each_line_of_each_file_gives_one_line_in_the_same_order(command, fake_runs, tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("ein Hund\n\neine Katze\n")
    second.write_text("zwei\n")
    ended = command("predict", tmp_path, first, second)
    assert (ended.code, ended.out) == (0, "EIN HUND\n\nEINE KATZE\nZWEI\n")


def test_json_lines_hold_score_and_alignment(command, fake_runs, typed, tmp_path):
    typed("schöne Häuser\n\n".encode())
    rows = [json.loads(line) for line in command("predict", tmp_path, "--format", "jsonl").out.splitlines()]
    assert [row["translation"] for row in rows] == ["SCHÖNE HÄUSER", ""]
    assert {"source", "translation", "score", "alignment"} <= set(rows[0])


def test_pharaoh_links_are_written_one_line_per_sentence(command, fake_runs, typed, tmp_path):
    typed(b"ein Hund\n\nzwei\n")
    assert command("predict", tmp_path, "--format", "pharaoh").out == "0-0 1-1\n\n0-0\n"


def test_several_translations_are_numbered_and_scored(command, fake_runs, typed, tmp_path):
    typed(b"Eins\nZwei\n")
    lines = command("predict", tmp_path, "--nbest", 2).out.splitlines()
    assert lines == [
        "0 ||| EINS ||| -0.5000",
        "0 ||| eins ||| -1.0000",
        "1 ||| ZWEI ||| -0.5000",
        "1 ||| zwei ||| -1.0000",
    ]


def test_links_of_several_translations_are_refused(command, fake_runs, tmp_path):
    ended = command("predict", tmp_path, "--nbest", 2, "--format", "pharaoh")
    assert ended.code == 2
    assert "jsonl" in ended.err


@pytest.mark.parametrize("form", ["text", "jsonl", "pharaoh"])
def test_links_are_refused_before_anything_is_written_where_the_model_has_none(
    form, command, fake_runs, monkeypatch, typed, tmp_path
):
    from softsearch import runs

    monkeypatch.setattr(type(runs.load(tmp_path)), "has_links", False)
    typed(b"\nein Hund\n")
    ended = command("predict", tmp_path, "--format", form)
    if form == "pharaoh":
        assert (ended.code, ended.out) == (2, "")
        assert "no attention" in ended.err
        assert "model.attention.kind=additive" in ended.err
    else:
        assert ended.code == 0


def test_a_line_longer_than_any_trained_on_is_noted(command, fake_runs, typed, tmp_path):
    typed(b"kurz\n" + 21 * b"lange " + b"\n")
    ended = command("predict", tmp_path)
    assert ended.err == "line 2 is longer than any sentence that the model was trained on: translated in 2 parts\n"


def test_a_missing_run_is_named(command, fake_runs, typed, tmp_path):
    typed(b"")
    ended = command("predict", tmp_path / "no-run")
    assert ended.code == 2
    assert "no such run folder" in ended.err


def asked_of(fake_runs):
    """Return what the one call asked for."""
    ((_, asked),) = fake_runs
    return asked


def test_options_change_the_search_of_the_recipe(command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    options = {
        "beam": 7,
        "length_penalty": 0.5,
        "coverage_penalty": 0.25,
        "min_length": 2,
        "max_length": 9,
        "max_ratio": 1.5,
        "no_repeat_ngrams": 3,
    }
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert command("predict", tmp_path, *words, "--replace-unknown").code == 0
    search = asked_of(fake_runs)["search"]
    assert dataclasses.asdict(search) == {**options, "replace_unknown": True}


def test_without_options_the_search_is_the_recipes(command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    command("predict", tmp_path)
    asked = asked_of(fake_runs)
    assert asked["search"] == Search(beam=5, length_penalty=1.0, max_ratio=2.0)
    assert asked["sampling"] is None


def test_samples_are_drawn_as_asked_for(command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    words = ["--sample", "--temperature", 0.7, "--top-k", 40, "--top-p", 0.9, "--seed", 3, "--nbest", 9]
    ended = command("predict", tmp_path, *words)
    assert asked_of(fake_runs)["sampling"] == Sampling(0.7, 40, 0.9, seed=3)
    assert (ended.out.count("\n"), ended.err) == (9, "")
    fake_runs.clear()
    typed(b"eins\n")
    command("predict", tmp_path, "--sample")
    assert asked_of(fake_runs)["sampling"] == Sampling(1.0, None, 1.0, seed=1)


def test_more_translations_than_the_beam_are_said_to_widen_it(command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    assert command("predict", tmp_path, "--nbest", 8).err == "--nbest 8 widens the beam from 5 to 8\n"


def test_translations_begin_with_a_prefix_of_all_or_of_each(command, fake_runs, typed, tmp_path):
    typed(b"eins\nzwei\n")
    assert command("predict", tmp_path, "--prefix", "The ").out == "The EINS\nThe ZWEI\n"
    file = tmp_path / "prefixes"
    file.write_text("A \n\nC \n")
    typed(b"eins\nzwei\n")
    ended = command("predict", tmp_path, "--prefixes", file)
    assert ended.out == "A EINS\nZWEI\n"
    assert "more prefixes than lines" in ended.err
    typed(b"eins\nzwei\ndrei\nvier\n")
    ended = command("predict", tmp_path, "--prefixes", file)
    assert ended.code == 2
    assert "too few prefixes: 3, and there are more lines" in ended.err


def test_a_dictionary_stands_in_for_unknown_words(command, fake_runs, typed, tmp_path):
    file = tmp_path / "dictionary"
    file.write_text("Haus\thouse\n\nHund\tdog\nHaus\tbuilding\n")
    typed(b"eins\n")
    assert command("predict", tmp_path, "--dictionary", file).code == 0
    asked = asked_of(fake_runs)
    assert asked["dictionary"] == {"Haus": "house", "Hund": "dog"}
    assert asked["search"].replace_unknown
    file.write_text("Haus\thouse\nHund dog\n")
    ended = command("predict", tmp_path, "--dictionary", file)
    assert ended.code == 2
    assert f"{file}:2: the line is no entry of a dictionary" in ended.err


def test_several_runs_translate_together(command, fake_runs, monkeypatch, typed, tmp_path):
    loaded = []
    load = sys.modules["softsearch.runs"].load
    monkeypatch.setattr("softsearch.runs.load", lambda run: loaded.append(run) or load(run))
    typed(b"eins\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    assert command("predict", tmp_path, "--with", tmp_path / "b", "--with", tmp_path / "c").out == "EINS\n"
    assert loaded == [[tmp_path, tmp_path / "b", tmp_path / "c"]]


@pytest.mark.parametrize("form", ["text", "jsonl", "pharaoh"])
def test_given_translations_are_scored_line_by_line(form, command, fake_runs, tmp_path):
    table, source, target = (tmp_path / name for name in ("pairs.tsv", "a.de", "a.en"))
    table.write_text("Hund\tdog\t0-0\n\nHaus\thouse\n")
    source.write_text("Hund\n\nHaus\n")
    target.write_text("dog\n\nhouse\n")
    of_table = command("predict", tmp_path, "--score", table, "--format", form)
    of_files = command("predict", tmp_path, source, "--score", target, "--format", form)
    assert of_table.code == of_files.code == 0
    assert of_table.out == of_files.out
    if form == "jsonl":
        rows = [json.loads(line) for line in of_table.out.splitlines()]
        assert [row["target"] for row in rows] == ["dog", "", "house"]
        keys = {"source", "target", "log_prob", "num_tokens", "word_log_probs", "alignment"}
        assert all(set(row) == keys for row in rows)
    else:
        assert of_table.out == {"text": "-4.5000\n-0.0000\n-7.5000\n", "pharaoh": "0-0\n0-0\n0-0\n"}[form]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sample", "--beam", 3], "there is no search: --beam"),
        (["--sample", "--coverage-penalty", 1], "--coverage-penalty"),
        (["--temperature", 0.5], "give --sample too"),
        (["--top-k", 5, "--seed", 1], "only on request: --top-k, --seed"),
        (["--sample", "--temperature", -1], "--temperature"),
        (["--sample", "--temperature", 0, "--nbest", 5, "--seed", 3], "nothing is drawn: --seed, --nbest"),
        (["--sample", "--temperature", "nan"], "temperature"),
        (["--sample", "--top-p", 0], "above 0"),
        (["--length-penalty", "nan"], "penalty"),
        (["--min-length", 9, "--max-length", 3], "--max-length is out of range"),
        (["--prefix", "a", "--prefixes", "b"], "leave out --prefix, or --prefixes"),
        (["--no-replace-unknown", "--dictionary", "b"], "--dictionary"),
        (["--score", "a", "--beam", 3, "--sample"], "with --score: --beam, --sample"),
        (["--prefixes", "no-such-file"], "no such file"),
        (["--dictionary", "no-such-file"], "no such file"),
        (["--with", "no-such-run"], "no such run folder"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, told, command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    ended = command("predict", tmp_path, *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


@pytest.mark.parametrize("words", [["--coverage-penalty", 0.2], ["--replace-unknown"]])
def test_what_needs_attention_is_refused_without(words, command, fake_runs, monkeypatch, typed, tmp_path):
    from softsearch import runs

    monkeypatch.setattr(type(runs.load(tmp_path)), "has_links", False)
    typed(b"eins\n")
    ended = command("predict", tmp_path, *words)
    assert (ended.code, ended.out) == (2, "")
    assert "no attention" in ended.err


VALUES = [
    "-1",
    "0",
    "1",
    "2",
    "3",
    "0.5",
    "50",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-320",
    "9" * 30,
    "",
    "x",
    "ß\u2028",
    "½",
]


OPTIONS = [
    "beam",
    "coverage-penalty",
    "dictionary",
    "format",
    "length-penalty",
    "max-length",
    "max-ratio",
    "min-length",
    "nbest",
    "no-repeat-ngrams",
    "prefix",
    "prefixes",
    "score",
    "seed",
    "temperature",
    "top-k",
    "top-p",
    "with",
]


FLAGS = ["--sample", "--replace-unknown", "--no-replace-unknown"]


NONSENSE = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(OPTIONS), st.sampled_from(VALUES)).map(lambda pair: [f"--{pair[0]}", pair[1]]),
        st.sampled_from(FLAGS).map(lambda flag: [flag]),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("examples", [10, pytest.param(400, marks=pytest.mark.slow)])
def test_options_without_sense_are_explained_and_others_translate(examples, command, typed, project):
    run = project / "tests" / "formats" / "format-1"

    @settings(max_examples=examples, derandomize=True)
    @given(options=NONSENSE)
    def check(options):
        typed(b"ein Hund\n\nnicht Bekanntes , das lang ist\n")
        ended = command("predict", run, *(word for words in options for word in words))
        assert ended.code in (0, 2), ended.err
        assert ended.code == 0 or ended.err
        assert "Traceback" not in ended.err
        if ended.code == 0:
            assert ended.out.count("\n") >= 3

    check()


def test_too_few_prefixes_for_files_are_counted_before_anything_is_translated(command, fake_runs, tmp_path):
    (tmp_path / "lines").write_text("eins\nzwei\ndrei\n")
    (tmp_path / "prefixes").write_text("One\n")
    ended = command("predict", tmp_path, tmp_path / "lines", "--prefixes", tmp_path / "prefixes")
    assert (ended.code, ended.out) == (2, "")
    assert "too few prefixes: 1 for 3 lines" in ended.err


@pytest.mark.parametrize("option", ["--replace-unknown", "--dictionary"])
def test_a_replacement_that_had_nothing_to_replace_is_noted(option, command, fake_runs, typed, tmp_path):
    (tmp_path / "words").write_text("Hund\tdog\n")
    words = [option, tmp_path / "words"] if option == "--dictionary" else [option]
    typed(b"ein Hund\n")
    assert f"{option} changed nothing: no unknown word" in command("predict", tmp_path, *words).err
    typed("ein ⁇\n".encode())
    assert command("predict", tmp_path, *words).err == ""


def test_a_range_that_two_options_leave_empty_names_the_option(command, fake_runs, typed, tmp_path):
    typed(b"eins\n")
    ended = command("predict", tmp_path, "--min-length", 20, "--max-length", 3)
    assert (ended.code, ended.err) == (2, "--max-length is out of range\n  value: 3\n  allowed: at least 20\n")


def test_a_sentence_in_place_of_a_file_is_told_how_to_be_translated(command, fake_runs, tmp_path):
    ended = command("predict", tmp_path, "Ein Hund")
    assert ended.code == 2
    assert "echo 'Ein Hund' | softsearch predict RUN" in ended.err
