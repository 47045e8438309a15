from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from softsearch.cli.forecasting import forecast
from softsearch.cli.sizing import LADDER, held_out, sizes_for, token_limit
from softsearch.cli.survey import Side, Survey, part_of, survey
from softsearch.cli.writing import recipe_text
from softsearch.recipes.reading import load_recipe


@pytest.fixture
def new(command):
    """Run `softsearch new translation` without timing anything."""
    return lambda *words: command("new", "translation", "--no-measure", *words)


def side(words: int, **fields: int) -> Side:
    usual = {"mean": 10.0, "median": 10, "p99": 30, "longest": 50, "p99_characters": 180}
    return Side(words=words, **{**usual, "different_characters": 60, "different_words": 10_000, **fields})


def survey_of(pairs: int, **fields: int) -> Survey:
    both = side(10 * pairs, **fields)
    return Survey([], pairs, 0, [], {}, 0, both, both, [])


def test_two_files_become_a_recipe_that_loads_and_names_them(new, corpus, tmp_path):
    out = tmp_path / "recipes" / "own.yaml"
    out.parent.mkdir()
    ended = new("--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 0
    recipe = load_recipe(out)
    assert (recipe.data.source, recipe.data.target) == ("de", "en")
    assert recipe.data.train.source.endswith("train.de")
    assert 1 <= recipe.data.valid < 39
    assert f"softsearch train {out}" in ended.out


def test_the_header_says_what_was_seen(new, corpus, tmp_path):
    new("--source-file", corpus[0], "--target-file", corpus[1], "--out", tmp_path / "own.yaml")
    header = (tmp_path / "own.yaml").read_text(encoding="utf-8").split("\nseed:")[0]
    for part in ("39 pairs", "195 words", "1 pair with a blank side", "1 pair (2.6 %): the pair repeats"):
        assert part in header


def test_the_recipe_finds_its_files_from_any_folder(command, new, corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    new("--source-file", "train.de", "--target-file", "train.en")
    monkeypatch.chdir("/")
    ended = command("check", tmp_path / "de-en.yaml")
    assert ended.code == 0, ended.err
    assert "pairs in" in ended.out


def test_a_table_of_pairs_needs_its_languages(new, tmp_path):
    pairs = tmp_path / 'my "pairs": #1.tsv'
    pairs.write_text("ein Hund\ta dog\nzwei\ttwo\n")
    out = tmp_path / "own.yaml"
    ended = new("--pairs", pairs, "--source", "de", "--out", out)
    assert ended.code == 2
    assert "--target" in ended.err
    assert new("--pairs", pairs, "--source", "de", "--target", "en: x", "--out", out).code == 0
    recipe = load_recipe(out)
    assert (recipe.data.train.pairs, recipe.data.target) == (pairs.name, "en: x")


def test_languages_are_guessed_through_gz_and_txt(new, corpus, tmp_path):
    packed = tmp_path / "train.de.txt.gz"
    packed.write_bytes(gzip.compress(corpus[0].read_bytes()))
    out = tmp_path / "own.yaml"
    assert new("--source-file", packed, "--target-file", corpus[1], "--out", out).code == 0
    assert load_recipe(out).data.source == "de"


def test_a_recipe_that_is_there_is_kept_unless_forced(new, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    out.write_text("mine")
    words = ["--source-file", corpus[0], "--target-file", corpus[1], "--out", out]
    ended = new(*words)
    assert ended.code == 2
    assert "--force" in ended.err
    assert out.read_text() == "mine"
    assert new(*words, "--force").code == 0
    assert load_recipe(out).seed == 1


@pytest.mark.parametrize(
    "words",
    [[], ["--source-file", "a.de"], ["--source-file", "a.de", "--source-file", "b.de", "--target-file", "a.en"]],
)
def test_a_corpus_is_two_files_or_one_table(words, new):
    ended = new(*words)
    assert ended.code == 2
    assert "--pairs" in ended.err


def test_files_of_different_length_are_refused_and_nothing_is_written(new, corpus, tmp_path):
    corpus[1].write_text("one line\n")
    out = tmp_path / "own.yaml"
    ended = new("--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 2
    assert "40" in ended.err
    assert not out.exists()


def test_more_pairs_get_a_larger_model_less_dropout_and_fewer_epochs():
    rungs = [sizes_for(survey_of(pairs)) for pairs in (2_000, 20_000, 200_000, 1_000_000, 10_000_000)]
    assert rungs == list(LADDER)
    assert [rung.vocabulary for rung in rungs] == sorted(rung.vocabulary for rung in rungs)
    for falling in ("dropout", "label_smoothing", "epochs"):
        values = [getattr(rung, falling) for rung in rungs]
        assert values == sorted(values, reverse=True)
    assert [held_out(pairs) for pairs in (2, 100, 10**6)] == [1, 5, 1000]


def test_few_pairs_are_seen_more_often():
    assert [sizes_for(survey_of(pairs)).epochs for pairs in (100, 1_000, 5_000)] == [200, 120, 24]


def test_a_script_of_many_characters_gets_a_vocabulary_that_has_room_for_them():
    assert sizes_for(survey_of(10_000, different_characters=2_400)).vocabulary == 10_000


def test_a_closed_vocabulary_becomes_whole_words():
    sizes = sizes_for(survey_of(10_000, different_words=800))
    assert (sizes.tokenizer, sizes.vocabulary) == ("words", 2_000)
    assert sizes_for(survey_of(1_000, different_words=800)).tokenizer == "sentencepiece"


def test_the_longest_side_has_room_for_long_sentences_of_words_or_characters():
    assert token_limit(survey_of(1_000)) == 90
    assert token_limit(survey_of(1_000, p99=1, p99_characters=120)) == 120
    assert [token_limit(survey_of(1_000, p99=words)) for words in (3, 500)] == [180, 300]


@pytest.mark.parametrize("sizes", LADDER, ids=lambda sizes: str(sizes.vocabulary))
@pytest.mark.parametrize("tokenizer", ["sentencepiece", "words"])
def test_every_rung_of_the_ladder_gives_a_valid_recipe(sizes, tokenizer, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    out.write_text(
        recipe_text(
            survey([part_of(corpus)]),
            replace(sizes, tokenizer=tokenizer),
            corpora=[corpus],
            source="de",
            target="en",
            out=out,
            forecast=["a line"],
            budget="3 minutes",
        ),
        encoding="utf-8",
    )
    recipe = load_recipe(out)
    assert (recipe.tokenizer.kind, recipe.tokenizer.size) == (tokenizer, sizes.vocabulary)
    assert (recipe.model.dropout, recipe.task.label_smoothing) == (sizes.dropout, sizes.label_smoothing)
    assert (recipe.training.max_epochs, str(recipe.training.budget)) == (sizes.epochs, "3 minutes")


def test_several_corpora_become_a_list(new, corpus, tmp_path):
    (tmp_path / "more.jsonl").write_text('{"source": "neu", "target": "new"}\n' * 3)
    out = tmp_path / "own.yaml"
    ended = new(
        "--source-file", corpus[0], "--target-file", corpus[1], "--pairs", tmp_path / "more.jsonl", "--out", out
    )
    assert ended.code == 0, ended.err
    first, second = load_recipe(out).data.train
    assert (first.source, second.pairs, second.weight) == ("train.de", "more.jsonl", 1.0)


def test_json_lines_tell_their_languages(new, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.jsonl").write_text('{"translation": {"de": "neu", "en": "new"}}\n' * 3)
    assert new("--pairs", "pairs.jsonl").code == 0
    assert load_recipe("de-en.yaml").data.target == "en"


def test_what_was_found_is_told_and_can_be_filtered_by_deleting_a_character(new, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    ended = new("--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert "serious: 1 pair (2.6 %): the pair repeats an earlier one" in ended.err
    text = out.read_text(encoding="utf-8")
    assert not load_recipe(out).data.filter.duplicates
    assert "# filter: {duplicates: true}" in text
    out.write_text(text.replace("# filter: {duplicates", "filter: {duplicates"), encoding="utf-8")
    assert load_recipe(out).data.filter.duplicates


def test_the_time_is_foretold_from_measured_steps(command, fake_runs, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    ended = command("new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 0, ended.err
    ((asked, arguments),) = fake_runs
    assert (asked, arguments["recipe"].training.budget) == ("dry_run", None)
    for text in (ended.out, out.read_text(encoding="utf-8")):
        assert "250 ms a step; 80 steps make 200 epochs, in 20 s; an epoch takes 0 s" in text
        assert "1,234,567 parameters; memory: 256 MiB" in text
    assert str(load_recipe(out).training.budget) == "1 minute"


def test_data_that_cannot_be_prepared_leave_no_recipe(command, tmp_path):
    (tmp_path / "pairs.tsv").write_text("neu\tnew\n" * 9)
    words = ["--pairs", tmp_path / "pairs.tsv", "--source", "de", "--target", "en", "--out", tmp_path / "own.yaml"]
    ended = command("new", "translation", *words)
    assert ended.code == 2
    assert "too few different pairs" in ended.err
    assert [file.name for file in tmp_path.iterdir()] == ["pairs.tsv"]


def test_without_measuring_no_step_is_taken_and_no_time_is_set(new, fake_runs, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    assert new("--source-file", corpus[0], "--target-file", corpus[1], "--out", out).code == 0
    assert fake_runs == []
    assert load_recipe(out).training.budget is None


def test_a_large_corpus_is_measured_by_its_first_pairs(fake_runs, tmp_path, monkeypatch):
    monkeypatch.setattr("softsearch.cli.forecasting._SAMPLE", 10)
    (tmp_path / "pairs.tsv").write_text("".join(f"neu {number}\tnew {number}\n" for number in range(100)))
    (tmp_path / "own.yaml").write_text(
        "data: {kind: files, source: de, target: en, train: {pairs: pairs.tsv}, valid: 5}\ntraining: {max_epochs: 2}\n"
    )
    told = forecast(load_recipe(tmp_path / "own.yaml"), survey([part_of([tmp_path / "pairs.tsv"])]))
    assert "800 steps make 2 epochs, in 3 min 20 s; an epoch takes 1 min 40 s" in told.lines[0]
    assert told.budget == "5 minutes"
    ((_, arguments),) = fake_runs
    assert arguments["recipe"].data.train.pairs == "train.tsv"


def test_more_than_a_day_is_cut_to_a_day_and_said(fake_runs, tmp_path, monkeypatch):
    monkeypatch.setattr("softsearch.cli.forecasting._MOST_HOURS", 0.004)
    (tmp_path / "pairs.tsv").write_text("neu\tnew\n" * 9)
    (tmp_path / "own.yaml").write_text(
        "data: {kind: files, source: de, target: en, train: {pairs: pairs.tsv}, valid: 5}\ntraining: {max_epochs: 2}\n"
    )
    told = forecast(load_recipe(tmp_path / "own.yaml"), survey([part_of([tmp_path / "pairs.tsv"])]))
    assert told.lines[-1] == "within the budget of 0.004 hours it sees 1.4 epochs"
    assert told.budget == "14.4 seconds"


@pytest.mark.slow
def test_a_real_step_is_measured(command, corpus, tmp_path):
    out = tmp_path / "own.yaml"
    ended = command("new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 0, ended.err
    assert "measured here:" in out.read_text(encoding="utf-8")
    assert load_recipe(out).training.budget is not None


def test_one_file_for_both_sides_is_refused(new, corpus):
    ended = new("--source-file", corpus[0], "--target-file", corpus[0].parent / "." / corpus[0].name, "--target", "en")
    assert ended.code == 2
    assert "the same file" in ended.err


def test_a_folder_that_is_not_there_is_not_made(new, corpus, tmp_path):
    ended = new("--source-file", corpus[0], "--target-file", corpus[1], "--out", tmp_path / "no" / "own.yaml")
    assert ended.code == 2
    assert "does not exist" in ended.err
    assert not (tmp_path / "no").exists()


def test_a_folder_that_cannot_be_written_is_told_in_the_name_of_the_recipe(command, corpus, tmp_path, monkeypatch):
    def shut(*, dir):
        raise PermissionError(13, "Permission denied", str(dir / "tmpxyz"))

    monkeypatch.setattr("tempfile.TemporaryFile", shut)
    out = tmp_path / "own.yaml"
    ended = command("new", "translation", "--source-file", corpus[0], "--target-file", corpus[1], "--out", out)
    assert ended.code == 2
    assert ended.err == f"{out}: cannot be written: Permission denied\n  fix: choose another folder with --out\n"
