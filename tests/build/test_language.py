"""Each field of a language model's recipe reaches the object that obeys it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from softsearch.build.families import family_of
from softsearch.data.tokenizers import ByteTokenizer, SentencePieceTokenizer, VerbatimTokenizer, WordTokenizer
from softsearch.data.windows import StreamData, WindowData
from softsearch.errors import RecipeError
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.cells import (
    CoupledGatesCell,
    GRUCell,
    LSTMCell,
    MultiplicativeCell,
    NoForgetGateCell,
    NoOutputGateCell,
    RNNCell,
)
from softsearch.nn.dropout import Dropout, SequenceDropout
from softsearch.nn.heads import AdaptiveHead, SampledHead, SoftmaxHead
from softsearch.recipes import load_recipe
from softsearch.recipes.schema import LanguageRecipe

VOCABULARY = 40
TEXT = "the cat sat on the mat and the dog sat on the log\n" * 40


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    for name in ("train.txt", "valid.txt", "test.txt"):
        (tmp_path / name).write_text(TEXT)
    path = tmp_path / "recipe.yaml"
    path.write_text(
        "task: {kind: language_model, window: 8}\n"
        "data: {kind: text, train: train.txt, valid: valid.txt, test: test.txt}\n"
        "tokenizer: {kind: characters}\n"
        "model: {kind: recurrent, embedding: 6, hidden: 6}\n"
        "training: {batch_tokens: 48, max_steps: 3, schedule: {kind: constant, warmup_steps: 0}}\n"
    )

    def load(*changes: str) -> LanguageRecipe:
        loaded = load_recipe(path, changes)
        assert isinstance(loaded, LanguageRecipe)
        return loaded

    return load


def model(recipe: LanguageRecipe) -> Any:
    return family_of(recipe).model(recipe, sizes={"vocabulary": VOCABULARY})


def opened(recipe: LanguageRecipe, folder: Path) -> Any:
    family = family_of(recipe)
    prepared = family.materialise(recipe, folder, overfit=None, base=None)
    data, valid = family.open(recipe, folder, name=prepared.name, task=prepared.task)
    return prepared, data, valid


CELLS = {
    "rnn": RNNCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
    "lstm_no_forget": NoForgetGateCell,
    "lstm_coupled": CoupledGatesCell,
    "lstm_no_output": NoOutputGateCell,
    "mrnn": MultiplicativeCell,
    "mlstm": MultiplicativeCell,
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_recurrent_model_is_what_the_recipe_says(recipe, cell):
    fields = f"model={{cell: {cell}, embedding: 5, hidden: 7, layers: 3, dropout: 0.25, residual: true}}"
    found = model(recipe(fields))
    assert type(found) is RecurrentLanguageModel
    assert found.embedding.weight.shape == (VOCABULARY, 5)
    cells = [found.first.cell, *(layer.cell for layer in found.upper.layers)]
    assert [type(each) for each in cells] == [CELLS[cell]] * 3
    assert {each.hidden for each in cells} == {7}
    assert found.upper.residual
    assert found.dropout.p == 0.25
    assert type(found.dropout) is Dropout


def test_earlier_states_are_read_as_the_recipe_says(recipe):
    found = model(recipe("model={lags: 3, lag_decay: 0.9, hidden: 7}"))
    assert (found.lags, found.decay, found.head.layer.in_features) == (3, 0.9, 4 * 7)


def test_dropout_once_a_sequence_and_tied_embeddings_and_first_weights_are_what_the_recipe_says(recipe):
    found = model(recipe("model.dropout_per=sequence", "model.tie_embeddings=true", "model.init=0.05"))
    assert type(found.dropout) is SequenceDropout
    assert found.upper.dropout is found.dropout
    assert found.head.layer.weight is found.embedding.weight
    most = max(float(parameter.abs().max()) for parameter in found.parameters())
    assert 0.045 < most <= 0.05


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ("{kind: softmax}", SoftmaxHead),
        ("{kind: sampled, samples: 9}", SampledHead),
        ("{kind: adaptive, cutoffs: [8, 20], shrink: 2}", AdaptiveHead),
    ],
)
@pytest.mark.parametrize("network", ["recurrent", "feed_forward", "transformer"])
def test_every_network_has_the_output_layer_of_the_recipe(recipe, output, kind, network):
    tied = ", tie_embeddings: false" if network == "transformer" else ""
    found = model(recipe(f"model={{kind: {network}, output: {output}{tied}}}"))
    assert type(found.head) is kind
    if kind is SampledHead:
        assert found.head.samples == 9
    if kind is AdaptiveHead:
        assert found.head.ranges == [(8, 20), (20, VOCABULARY)]
        assert found.head.narrow[1].out_features == found.head.narrow[0].out_features // 2


def test_clusters_above_the_vocabulary_have_no_effect_and_are_told_of(recipe):
    own = recipe("model.output={kind: adaptive, cutoffs: [8, 2000]}")
    assert model(own).head.ranges == [(8, VOCABULARY)]
    (told,) = family_of(own).remarks(own, {"from": None, "vocabulary": VOCABULARY})
    assert told == f"model.output.cutoffs: 2000 has no effect, the vocabulary has {VOCABULARY} entries"
    drawn = recipe(f"model.output={{kind: sampled, samples: {VOCABULARY}}}")
    (told,) = family_of(drawn).remarks(drawn, {"vocabulary": VOCABULARY, "from": {}})
    assert told.startswith(f"model.output.samples {VOCABULARY}: the vocabulary has {VOCABULARY} entries")
    fewer = recipe(f"model.output={{kind: sampled, samples: {VOCABULARY - 1}}}")
    assert list(family_of(fewer).remarks(fewer, {"vocabulary": VOCABULARY, "from": {}})) == []
    head = model(recipe("model.output={kind: adaptive, cutoffs: [2000]}")).head
    features, targets = torch.randn(5, 6), torch.tensor([0, 1, 9, 39, 2])
    wanted = nn.functional.cross_entropy(head.first(features), targets, reduction="sum")
    torch.testing.assert_close(head.cross_entropy(features, targets), wanted)
    assert head(features).exp().sum(1).tolist() == pytest.approx([1.0] * 5)


def test_n_grams_count_long_lines_whole_and_are_not_told_of_windows(recipe, tmp_path, recwarn):
    prepared, _, _ = opened(recipe("data.by_line=true", "model={kind: ngram}", "training=null"), tmp_path / "data")
    assert "long_lines" not in prepared.report["train"]
    assert not [str(each.message) for each in recwarn if "learnt in pieces" in str(each.message)]


def test_files_below_the_folder_may_lie_in_folders_of_their_own(recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "held-out.txt").write_text("a log\n" * 9)
    prepared, _, _ = opened(recipe("data.valid=b/held-out.txt"), tmp_path / "data")
    assert prepared.report["valid"]["kept"] == 9


def test_a_transformer_and_a_feed_forward_net_are_what_the_recipe_says(recipe):
    fields = "{kind: transformer, width: 12, heads: 3, hidden: 20, layers: 2, dropout: 0.3}"
    found = model(recipe(f"model={fields}"))
    assert type(found) is TransformerLanguageModel
    assert (found.embedding.embedding_dim, found.heads, len(found.blocks), found.context) == (12, 3, 2, 8)
    assert (found.blocks[0].feed_forward.wide.out_features, found.dropout.p) == (20, 0.3)
    net = model(recipe("model={kind: feed_forward, embedding: 5, hidden: 9, order: 4, dropout: 0.4}"))
    assert type(net) is FeedForwardLanguageModel
    assert (net.hidden.in_features, net.hidden.out_features, net.order, net.dropout.p) == (15, 9, 4, 0.4)
    assert (net.direct, net.head.layer.in_features) == (False, 9)
    net = model(recipe("model={kind: feed_forward, embedding: 5, hidden: 9, order: 4, direct: true}"))
    assert (net.direct, net.head.layer.in_features) == (True, 9 + 15)


@pytest.mark.parametrize("by_line", [False, True])
def test_n_grams_are_counted_as_the_recipe_says(recipe, tmp_path, by_line):
    changed = recipe("model={kind: ngram, order: 3}", "training=null", f"data.by_line={str(by_line).lower()}")
    tokenizer = family_of(changed).materialise(changed, tmp_path / "out", overfit=None, base=None).task.tokenizer
    found = family_of(changed).counted(changed, tmp_path / "out", sizes={"vocabulary": tokenizer.size})
    assert (found.head.order, found.head.vocabulary) == (3, tokenizer.size)
    characters = set(TEXT)
    over = {f"{last}\n{first}" for line in [TEXT.split("\n")[0]] for last, first in [(line[-1], line[0])]}
    trigrams = {TEXT[place : place + 3] for place in range(len(TEXT) - 2)} | {"\nth"}
    assert over <= trigrams
    assert len(found.head.keys_1) == len(characters)
    assert len(found.head.keys_3) == len(trigrams - over if by_line else trigrams)


def test_a_reset_reaches_the_task_and_warns_where_nothing_is_carried(recipe, tmp_path):
    changed = recipe("task.reset=0.25")
    prepared, _, _ = opened(changed, tmp_path / "out")
    assert prepared.task.reset == 0.25
    with pytest.warns(UserWarning, match=r"task\.reset has no effect with model\.kind transformer"):
        recipe("task.reset=0.25", "model.kind=transformer")
    with pytest.warns(UserWarning, match=r"task\.reset has no effect with data\.by_line"):
        recipe("task.reset=0.25", "data.by_line=true")


def test_a_transformer_sees_the_places_that_it_learns_and_no_more(recipe):
    changed = recipe("model.kind=transformer", "task.window=6")
    assert model(changed).places.num_embeddings == model(changed).context == 6
    with pytest.raises(RecipeError, match="in 1 token there is nothing"):
        recipe("model.kind=transformer", "task.window=1")


def test_nothing_that_hinders_learning_by_heart_is_left(recipe):
    changed = recipe("task.reset=0.25", "model.dropout=0.5")
    found = family_of(changed).memorising(changed)
    assert (found.task.reset, found.model.dropout, found.training.stop.patience) == (0.0, 0.0, 3)


def test_first_weights_follow_from_the_seed(recipe):
    one, same, other = (model(recipe(f"seed={seed}")).embedding.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    ("tokenizer", "kind"),
    [
        ("{kind: characters, size: 30}", VerbatimTokenizer),
        ("{kind: bytes}", ByteTokenizer),
        ("{kind: words, size: 20}", WordTokenizer),
        ("{kind: sentencepiece, size: 30}", SentencePieceTokenizer),
    ],
)
def test_the_text_is_cut_as_the_recipe_says_and_read_back(recipe, tokenizer, kind, tmp_path):
    prepared, _, valid = opened(recipe(f"tokenizer={tokenizer}"), tmp_path / "out")
    assert type(prepared.task.tokenizer) is kind
    assert prepared.report["test"]["words"] == 13 * 40
    lines: list[list[int]] = [[]]
    for token in valid.store.ids[1:].tolist():
        if token == prepared.task.tokenizer.line_end:
            lines.append([])
        else:
            lines[-1].append(token)
    assert "\n".join(map(prepared.task.tokenizer.decode, lines)) == TEXT


def test_a_recurrent_model_reads_streams_and_a_transformer_windows(recipe, tmp_path):
    _, streams, _ = opened(recipe(), tmp_path / "streams")
    assert type(streams) is StreamData
    assert (streams.streams, streams.window) == (6, 8)
    _, windows, _ = opened(recipe("model.kind=transformer"), tmp_path / "windows")
    assert type(windows) is WindowData
    assert (windows.window, len(windows.plan(0)[0])) == (8, 6)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("model={kind: transformer, width: 10, heads: 3}", "3 heads cannot share a width of 10"),
        ("model={kind: transformer, context: 4}", "model.context"),
        ("model={kind: recurrent, tie_embeddings: true, embedding: 5}", "must equal hidden"),
        ("model.output={kind: adaptive, cutoffs: [9, 3]}", "must increase"),
        ("model={lags: 2, tie_embeddings: true}", "set lags: 0"),
        ("training.stop.on=bleu", "no such score"),
        ("training.batch_tokens=7", "has no room for one window (task.window: 8)"),
        ("data.kind=grammar", "grammar"),
        ("task.kind=translatoin", "did you mean: translation"),
    ],
)
def test_what_does_not_fit_is_told(recipe, change, told):
    with pytest.raises(RecipeError) as caught:
        recipe(change)
    assert told in str(caught.value)
