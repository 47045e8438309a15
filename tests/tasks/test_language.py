"""Language modelling: the state goes on from window to window, gradients do not, and the loss is that of the text."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import ByteTokenizer
from softsearch.data.windows import LineData, StreamData
from softsearch.errors import SoftsearchError
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.tasks.language import LanguageTask, mean_loss
from softsearch.tasks.task import HeldOut

TOKENIZER = ByteTokenizer()


@pytest.fixture
def text(tmp_path) -> RunningText:
    lines = ["the cat sat on the mat"] * 9
    return RunningText.write(tmp_path / "text", [TextFile("a.txt", lines)], TOKENIZER)


def make_model(cell: str = "lstm", lags: int = 0, depth: int = 2) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    head = SoftmaxHead(features=6 * (lags + 1), vocabulary=TOKENIZER.size)
    layers = Layers(cell, 6, depth, residual=False)
    fields = {
        "embedding": 5,
        "layers": layers,
        "head": head,
        "lags": lags,
        "decay": 0.5,
        "dropout": nn.Dropout(0.0),
        "tie_embeddings": False,
        "init": 0.4,
    }
    return RecurrentLanguageModel(vocabulary=TOKENIZER.size, **fields).double()


CELLS = ["rnn", "gru", "lstm", "lstm_no_forget", "lstm_coupled", "lstm_no_output", "mrnn", "mlstm"]


@pytest.mark.parametrize(("cell", "lags"), [*((cell, 0) for cell in CELLS), ("gru", 2), ("lstm", 9)])
def test_window_by_window_the_loss_is_that_of_each_stream_at_once(cell, lags, text):
    model, task, data = (
        make_model(cell, lags),
        LanguageTask(TOKENIZER, carries=True),
        StreamData(text, streams=3, window=7),
    )
    carry, total = {}, 0.0
    for rows in data.plan(0):
        loss, carry = task.loss(model, data.batch(rows), carry)
        total += float(loss["cross_entropy"].total)
        assert not any(tensor.requires_grad for tensor in carry.values())
    (whole,) = StreamData(text, streams=3, window=len(text) // 3).plan(0)
    batch = StreamData(text, streams=3, window=len(text) // 3).batch(whole)
    wanted, _ = task.loss(model, batch, {})
    assert total == pytest.approx(float(wanted["cross_entropy"].total), rel=1e-9)
    assert mean_loss(model, text, streams=3) == pytest.approx(total / len(data), rel=1e-9)


def test_without_carrying_each_window_starts_anew(text):
    model, task, data = make_model(), LanguageTask(TOKENIZER, carries=False), StreamData(text, streams=3, window=7)
    first, second = data.plan(0)[:2]
    _, carry = task.loss(model, data.batch(first), {})
    assert carry == {}
    found, _ = task.loss(model, data.batch(second), {"0": torch.ones(3, 6)})
    wanted, _ = task.loss(model, data.batch(second), {})
    assert torch.equal(found["cross_entropy"].total, wanted["cross_entropy"].total)


def test_a_share_of_the_windows_does_not_go_on(text):
    model, data = make_model(), StreamData(text, streams=60, window=1)
    task = LanguageTask(TOKENIZER, carries=True, reset=0.4)
    first, second = data.plan(0)[:2]
    _, carry = task.loss(model, data.batch(first), {})
    batch = data.batch(second)
    _, after = task.loss(model, batch, carry)
    _, gone_on = LanguageTask(TOKENIZER, carries=True).loss(model, batch, carry)
    state = model(batch.inputs, model.start(60))[1]
    reset = [bool(torch.equal(row, start)) for row, start in zip(after["0"], state[0][0], strict=True)]
    kept = [bool(torch.equal(row, other)) for row, other in zip(after["0"], gone_on["0"], strict=True)]
    assert [not each for each in reset] == kept
    assert 10 < sum(reset) < 40


def test_weights_that_give_no_probabilities_are_validated_and_told_when_asked_to_write(text):
    model = make_model()
    with torch.no_grad():
        model.head.layer.weight.fill_(float("nan"))
    task = LanguageTask(TOKENIZER, carries=True)
    assert task.validate(model, HeldOut("valid", text)).sample == {"written": ""}
    with pytest.raises(SoftsearchError, match="gives no probabilities"):
        task.ready(model.eval()).write("the")
    with pytest.raises(SoftsearchError, match="gives no probabilities"):
        task.ready(model.eval()).score("the")


def test_the_order_in_which_a_file_names_the_states_of_many_layers_does_not_matter(text):
    model, task = make_model(depth=6), LanguageTask(TOKENIZER, carries=True)
    data = StreamData(text, streams=3, window=7)
    first, second = data.plan(0)[:2]
    _, carry = task.loss(model, data.batch(first), {})
    assert sorted(carry) != list(carry)
    wanted, after = task.loss(model, data.batch(second), carry)
    found, again = task.loss(model, data.batch(second), {name: carry[name] for name in sorted(carry)})
    assert torch.equal(found["cross_entropy"].total, wanted["cross_entropy"].total)
    assert all(torch.equal(again[name], after[name]) for name in after)


def test_a_new_epoch_starts_from_nothing(text):
    model, task, data = make_model(), LanguageTask(TOKENIZER, carries=True), StreamData(text, streams=3, window=7)
    _, carry = task.loss(model, data.batch(data.plan(0)[-1]), {})
    found, _ = task.loss(model, data.batch(data.plan(1)[0]), carry)
    wanted, _ = task.loss(model, data.batch(data.plan(1)[0]), {})
    assert torch.equal(found["cross_entropy"].total, wanted["cross_entropy"].total)


def test_learnt_in_halves_the_streams_keep_their_own_states(text):
    model, task, data = make_model(), LanguageTask(TOKENIZER, carries=True), StreamData(text, streams=4, window=7)
    first, second = data.plan(0)[:2]
    _, carry = task.loss(model, data.batch(first), {})
    whole, wanted = task.loss(model, data.batch(second), carry)
    total, found = 0.0, carry
    for half in np.split(second, 2):
        loss, found = task.loss(model, data.batch(half), found)
        total = total + loss["cross_entropy"].total
    torch.testing.assert_close(total, whole["cross_entropy"].total)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name])


def test_the_first_batch_in_halves_leaves_every_streams_state(text):
    model, task, data = make_model(), LanguageTask(TOKENIZER, carries=True), StreamData(text, streams=4, window=7)
    first = data.plan(0)[0]
    _, wanted = task.loss(model, data.batch(first), {})
    found = {}
    for half in np.split(first, 2):
        _, found = task.loss(model, data.batch(half), found)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name])


def test_streams_without_a_state_begin_wherever_they_are_in_their_text(text):
    model, task, data = make_model(), LanguageTask(TOKENIZER, carries=True), StreamData(text, streams=4, window=7)
    second = data.plan(0)[1]
    whole, wanted = task.loss(model, data.batch(second), {})  # a step out of turn, or after one that was not finite
    total, found = 0.0, {}
    for half in np.split(second, 2):
        loss, found = task.loss(model, data.batch(half), found)
        total = total + loss["cross_entropy"].total
    torch.testing.assert_close(total, whole["cross_entropy"].total)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name])


def test_a_short_text_is_not_cut_into_streams_to_validate_on(text):
    model, task = make_model(), LanguageTask(TOKENIZER, carries=True)
    assert len(text) < 250
    validation = task.validate(model.eval(), HeldOut("valid", text))
    assert validation.scores["loss"] == pytest.approx(mean_loss(model, text, streams=2), rel=1e-9)


def test_the_loss_of_padded_lines_is_that_of_each_line(tmp_path):
    lines = ["the cat", "", "a dog sat on the mat"]
    text = RunningText.write(tmp_path / "lines", [TextFile("a.txt", lines)], TOKENIZER, by_line=True)
    model, task = make_model(), LanguageTask(TOKENIZER, carries=False, by_line=True)
    (rows,) = LineData(text, batch_tokens=1000, window=100, seed=1).plan(0)
    loss, carry = task.loss(model, LineData(text, batch_tokens=1000, window=100, seed=1).batch(rows), {})
    total, count = loss["cross_entropy"].total, loss["cross_entropy"].count
    wanted = 0.0
    for line in lines:
        ids = torch.tensor([[TOKENIZER.line_end, *TOKENIZER.encode(line), TOKENIZER.line_end]])
        features, _ = model(ids[:, :-1], model.start(1))
        wanted += float(model.head.cross_entropy(features[0], ids[0, 1:]))
    assert carry == {}
    assert count == len(text)
    assert float(total) == pytest.approx(wanted, rel=1e-9)
    assert mean_loss(model, text, streams=1) == pytest.approx(wanted / len(text), rel=1e-9)
