"""Heads are read at the right step, the best is chosen on some pairs and judged on others, and those who do not read
the source are seen through."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.errors import DataError
from softsearch.inspection import heads
from softsearch.inspection.heads import Reader, maps, pairs_for, score_heads
from softsearch.models.transformer import Looks
from softsearch.tasks.translator import Translator
from softsearch.training.folder import RunFolder
from tests.models.networks import make_model

TOKENIZER = WordTokenizer(list("abcdefg"), lowercase=False, split_punctuation=False)


class Aligner(nn.Module):
    """Three layers of two heads; one looks for the word that it writes, one for the word that it reads, the others
    anywhere."""

    def looks(self, source, source_mask, target_input):
        random = torch.Generator().manual_seed(int(source.sum()))
        shape = (1, 2, target_input.shape[1], source.shape[1])
        layers = [9 * torch.rand(shape, generator=random) for _ in range(3)]  # no mean is right
        same = (target_input[0, :, None] == source[0]).float()  # in the row that reads the word
        layers[0][0, 1] = same
        layers[1][0, 0, :-1] = same[1:]
        layers[1][0, 0, -1] = 0
        return Looks((), (), tuple(layers))


def translator(model: nn.Module) -> Translator:
    search = Search(beam=2, length_penalty=1.0, max_ratio=2.0)
    return Translator(model, TOKENIZER, search=search, max_tokens=20, dictionary={})


def pair(text: str, turned: str) -> Pair:
    source, target = text.split(), turned.split()
    links = frozenset((source.index(word), place) for place, word in enumerate(target))
    return Pair(text, turned, line=1, links=links)


PAIRS = [pair("a b c", "c a b"), pair("d e f g", "g f e d"), pair("b d", "d b"), pair("f a g", "g f a")]


def test_a_head_that_looks_for_the_word_it_reads_or_writes_has_no_error_there_only():
    rates = score_heads(translator(Aligner()), PAIRS, PAIRS).judged_by
    perfect = [reader for reader, rate in rates.items() if rate == 0]
    assert perfect == [Reader(1, 2, "reads"), Reader(2, 1, "writes")]
    assert len(rates) == 3 * (2 + 1) * 2


def test_the_best_is_chosen_by_the_first_pairs_and_judged_on_the_others():
    wrong = [dataclasses.replace(each, links=frozenset({(0, 0)})) for each in PAIRS]
    found = score_heads(translator(Aligner()), PAIRS, wrong)
    assert found.chosen_by[found.best] == 0
    assert found.summary["best"].value == found.judged_by[found.best] > 0.5


def test_what_does_not_read_the_source_is_wrong():
    found = score_heads(translator(Aligner()), PAIRS, PAIRS)
    assert found.summary["best"].value == 0
    assert found.summary["blind"].value > 0.5
    assert found.summary["diagonal"].value == 1  # all words have changed places


def test_the_blind_baseline_reads_another_sentence_of_nearly_as_many_words():
    sources = ["a b c", "x", "a b c", "d e", "d f g h"]
    assert heads._others(sources) == ["d f g h", "d e", "d f g h", "a b c", "a b c"]
    assert heads._others(["x", "x"]) == ["x", "x"]  # there is no other


def test_evaluate_s_links_are_the_mean_of_the_last_layer():
    torch.manual_seed(1)
    model = make_model(kind="transformer", dtype=torch.float32).eval()
    reader = translator(model)
    found = score_heads(reader, PAIRS, PAIRS)
    gold = [each.alignment for each in reader.score([p.source for p in PAIRS], [p.target for p in PAIRS])]
    exact = [dataclasses.replace(each, links=frozenset(own)) for each, own in zip(PAIRS, gold, strict=True)]
    assert score_heads(reader, PAIRS, exact).summary["evaluate"].value == 0
    assert found.summary["evaluate"].value == found.judged_by[Reader(2, None, "writes")]


def test_pairs_without_gold_links_are_refused():
    bare = [dataclasses.replace(each, links=None) for each in PAIRS]
    with pytest.raises(DataError, match="no gold links"):
        score_heads(translator(Aligner()), bare, PAIRS)
    with pytest.raises(DataError, match="no gold links"):
        score_heads(translator(Aligner()), PAIRS, bare)


def test_all_can_be_written_as_json():
    found = score_heads(translator(Aligner()), PAIRS, PAIRS).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["best"] == {"layer": 1, "head": 2, "links": "reads"}


@pytest.mark.parametrize("where", ["source", "encoder", "decoder"])
def test_maps_have_a_row_for_each_token_that_looks_and_a_column_for_each_looked_at(where):
    own = translator(make_model(kind="transformer", dtype=torch.float32).eval())
    translation = next(each for each in own.translate(["a b c", "d e f g"]) if each.target_pieces)
    source, written = translation.source_pieces, translation.target_pieces
    tokens = {
        "source": (source, written),
        "encoder": (source, source),
        "decoder": (["<s>", *written], ["<s>", *written]),
    }
    found = maps(own, translation, where)
    assert (found.across, found.down) == tokens[where]
    assert found.weights.shape == (2, 2, len(found.down), len(found.across))
    np.testing.assert_allclose(found.weights.sum(3), 1, rtol=1e-5)
    if where == "source":
        np.testing.assert_allclose(found.weights[-1].mean(0), translation.weights, atol=1e-5)
    if where == "decoder":
        assert not np.triu(found.weights, 1).any()


@pytest.fixture
def run(tmp_path):
    folder = RunFolder.create(tmp_path / "run", files={}, about={})
    (tmp_path / "run" / "data").mkdir()
    for split, number in (("valid", 5), ("test", 4)):
        lines = [f"a b\t{split} {row}\t0-0\n" for row in range(number)]
        (tmp_path / "run" / "data" / f"{split}.tsv").write_text("".join(lines))
    return folder.path


def targets(pairs) -> list[str]:
    return [each.target for each in pairs]


def test_every_other_validation_pair_chooses_and_the_others_judge(run):
    found = pairs_for(run, on=None)
    assert (targets(found.choose), targets(found.judge)) == (["valid 0", "valid 2", "valid 4"], ["valid 1", "valid 3"])


def test_all_validation_pairs_choose_where_the_test_pairs_judge(run):
    found = pairs_for(run, on="test")
    assert (len(found.choose), targets(found.judge)) == (5, [f"test {row}" for row in range(4)])
    assert (found.chosen_on, found.judged_on) == ("valid", "test")


def test_pairs_and_links_of_other_files_are_halved_too(run, tmp_path):
    (tmp_path / "x.tsv").write_text("a b\tx 0\na b\tx 1\n")
    (tmp_path / "links").write_text("1-0\n0-1\n")
    found = pairs_for(run, on=tmp_path / "x.tsv", gold=tmp_path / "links", gold_format="pharaoh")
    assert [each.links for each in (*found.choose, *found.judge)] == [{(1, 0)}, {(0, 1)}]
