"""From the data of a recipe to pairs: what is held out is never trained on, and always the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from softsearch.build.corpus import Corpus, build_corpus, first_pairs
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.errors import DataError
from softsearch.recipes import schema


def files(folder: Path, **fields: Any) -> schema.Files:
    fields = {
        "kind": "files",
        "folder": str(folder),
        "source": "de",
        "target": "en",
        "train": {"pairs": "train.tsv"},
        **fields,
    }
    return schema.Files.model_validate(fields)


def texts(pairs: list[Pair]) -> list[tuple[str, str]]:
    return [(pair.source, pair.target) for pair in pairs]


def trained_on(corpus: Corpus) -> list[tuple[str, str]]:
    return texts(list(corpus.training_pairs()))


def read_counted(corpus: Corpus) -> tuple[list[Pair], PairReport]:
    (portion,), report = corpus.train, PairReport()
    return list(portion.read(report)), report


@pytest.fixture
def table(tmp_path) -> Path:
    """Return a folder with train.tsv: forty pairs, the first ten of them three times."""
    rows = [f"quelle {number}\tsource {number}\n" for number in range(40)]
    (tmp_path / "train.tsv").write_text("".join([*rows, *rows[:10], *rows[:10]]))
    return tmp_path


def test_pairs_split_off_are_as_many_as_asked_for_and_are_not_trained_on(table):
    corpus = build_corpus(files(table, valid=12), seed=1)
    assert len(corpus.valid) == len(set(texts(corpus.valid))) == 12
    assert not set(texts(corpus.valid)) & set(trained_on(corpus))
    assert len(set(trained_on(corpus))) == 40 - 12


def test_a_pair_that_occurs_several_times_stays_on_one_side(table):
    corpus = build_corpus(files(table, valid=39), seed=1)
    (left,) = set(trained_on(corpus))
    assert left not in texts(corpus.valid)
    count = Counter(trained_on(corpus))[left]
    assert count == (3 if int(left[0].split()[1]) < 10 else 1)


def test_the_split_is_a_function_of_the_seed(table):
    split = {seed: texts(build_corpus(files(table, valid=12), seed=seed).valid) for seed in (1, 2)}
    assert texts(build_corpus(files(table, valid=12), seed=1).valid) == split[1]
    assert set(split[1]) != set(split[2])


def test_training_pairs_can_be_read_again_and_again(table):
    corpus = build_corpus(files(table, valid=5), seed=1)
    assert trained_on(corpus) == trained_on(corpus)


def test_what_is_split_off_is_not_counted_as_kept(table):
    pairs, report = read_counted(build_corpus(files(table, valid=12), seed=1))
    assert len(pairs) == report.kept
    assert report.read == 60


@pytest.mark.parametrize("number", [40, 41, 500])
def test_more_validation_pairs_than_there_are_to_spare_are_refused(table, number):
    with pytest.raises(DataError, match="too few different pairs") as caught:
        build_corpus(files(table, valid=number), seed=1)
    assert caught.value.allowed == "fewer than 40"
    assert caught.value.path == table / "train.tsv"


def test_pairs_can_lie_in_two_files_each(table):
    for name, number in (("train", 3), ("valid", 2), ("test", 1)):
        (table / f"{name}.de").write_text("".join(f"{name} quelle {row}\n" for row in range(number)))
        (table / f"{name}.en").write_text("".join(f"{name} source {row}\n" for row in range(number)))
    two = {name: {"source": f"{name}.de", "target": f"{name}.en"} for name in ("train", "valid", "test")}
    corpus = build_corpus(files(table, **two), seed=1)
    assert trained_on(corpus) == [(f"train quelle {row}", f"train source {row}") for row in range(3)]
    assert len(corpus.valid) == 2
    assert texts(corpus.test) == [("test quelle 0", "test source 0")]
    assert {name: report.kept for name, report in corpus.reports.items()} == {"valid": 2, "test": 1}
    assert corpus.name == "train.de"


def test_a_table_of_gold_links_brings_them_along(table):
    (table / "valid.tsv").write_text("a b\tc\t1-0\n")
    corpus = build_corpus(files(table, valid={"pairs": "valid.tsv"}), seed=1)
    assert corpus.valid == [Pair("a b", "c", 1, frozenset({(1, 0)}))]
    assert corpus.test is None
    assert list(corpus.reports) == ["valid"]


@pytest.fixture
def several(table) -> Path:
    """Return a folder that has three more corpora, in other forms."""
    (table / "web.de").write_text("".join(f"netz {row}\n" for row in range(20)))
    (table / "web.en").write_text("".join(f"web {row}\n" for row in range(20)))
    rows = [{"translation": {"de": f"hub {row}", "en": f"hub {row}"}} for row in range(5)]
    (table / "hub.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (table / "aligned.txt").write_text("quelle 1 ||| source 1\n")
    return table


SEVERAL = [
    {"pairs": "train.tsv"},
    {"source": "web.de", "target": "web.en", "weight": 0.3},
    {"pairs": "hub.jsonl", "weight": 2},
    {"pairs": "aligned.txt"},
]


def test_pairs_are_split_off_all_corpora_and_trained_on_in_none(several):
    corpus = build_corpus(files(several, train=SEVERAL, valid=60), seed=1)
    held_out = set(texts(corpus.valid))
    assert len(held_out) == len(corpus.valid) == 60
    assert not held_out & set(trained_on(corpus))
    assert len(held_out | set(trained_on(corpus))) == 40 + 20 + 5, "aligned.txt repeats a pair of train.tsv"
    assert {source.split()[0] for source, _ in held_out} == {"quelle", "netz", "hub"}
    for portion in corpus.train:
        report = PairReport()
        assert len(list(portion.read(report))) == report.kept


def test_held_out_pairs_can_be_json_lines(several):
    corpus = build_corpus(files(several, valid={"pairs": "hub.jsonl"}, test={"pairs": "aligned.txt"}), seed=1)
    assert texts(corpus.valid)[0] == ("hub 0", "hub 0")
    assert texts(corpus.test) == [("quelle 1", "source 1")]


def test_a_missing_file_is_named_with_its_nearest(table):
    with pytest.raises(DataError, match=r"trian\.tsv") as caught:
        build_corpus(files(table, train={"pairs": "trian.tsv"}, valid=5), seed=1)
    assert "train.tsv" in str(caught.value)


@pytest.fixture(scope="module")
def grammar() -> Corpus:
    recipe = schema.Grammar(kind="grammar", source="en", target="de", num_train=30, num_valid=7, num_test=9)
    return build_corpus(recipe, seed=1)


def test_the_built_in_corpus_has_as_many_pairs_as_the_recipe_says(grammar):
    pairs, report = read_counted(grammar)
    assert len(pairs) == report.read == report.kept == 30
    assert (len(grammar.valid), len(grammar.test)) == (7, 9)


def test_the_splits_of_the_built_in_corpus_share_no_sentence(grammar):
    splits = [set(trained_on(grammar)), set(texts(grammar.valid)), set(texts(grammar.test))]
    assert len(set.union(*splits)) == sum(map(len, splits)) == 46


def test_the_built_in_corpus_has_gold_links(grammar):
    assert all(pair.links for pair in [*grammar.training_pairs(), *grammar.valid, *grammar.test])


def test_the_built_in_corpus_goes_in_either_direction(grammar):
    recipe = schema.Grammar(kind="grammar", source="de", target="en", num_train=30, num_valid=7, num_test=9)
    back = trained_on(build_corpus(recipe, seed=1))
    assert [(target, source) for source, target in back] == trained_on(grammar)


def test_the_first_pairs_are_both_trained_and_validated_on(grammar):
    few = first_pairs(grammar, 4)
    assert trained_on(few) == texts(few.valid) == trained_on(grammar)[:4]
    assert few.test is None
