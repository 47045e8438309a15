"""The fast translator against the slow one of the benchmarks, and what must hold whatever its parts are."""

import itertools

import pytest
import torch
from torch import nn

from benchmarks import oracle
from softsearch.models.encoder_decoder import EncoderDecoder
from softsearch.nn.attention import AdditiveAttention, FixedContext, MeanPooling

VOCABULARY, EMBEDDING, ENCODER, DECODER, ANNOTATION = 11, 6, 4, 5, 8
KINDS = ["gru", "lstm"]
ATTENTIONS = ["additive", "mean", "none"]
BRIDGES = ["learned", "zeros"]
SOURCES, TARGETS = (4, 1, 6), (3, 5, 2)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def make_model(
    *, cell="gru", layers=1, attention="additive", bridge="learned", dropout=0.0, tied=True, dtype=torch.float64
) -> EncoderDecoder:
    torch.manual_seed(0)
    reads = {
        "additive": lambda: AdditiveAttention(query=DECODER, annotation=ANNOTATION, hidden=7),
        "mean": MeanPooling,
        "none": FixedContext,
    }
    model = EncoderDecoder(
        vocabulary=VOCABULARY,
        embedding=EMBEDDING,
        encoder_cell=cell,
        encoder_hidden=ENCODER,
        encoder_layers=layers,
        decoder_cell=cell,
        decoder_hidden=DECODER,
        attention=reads[attention](),
        bridge=bridge,
        readout=EMBEDDING,
        dropout=dropout,
        tie_embeddings=tied,
    )
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)  # no bias is zero, no two parts agree by accident
    return model.to(dtype)


def make_batch(sources=SOURCES, targets=TARGETS):
    """Return source, source mask, target and target mask; padding is 0, every other token at least 2."""
    torch.manual_seed(1)
    batch = []
    for lengths in (sources, targets):
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        ids = torch.randint(2, VOCABULARY, (len(lengths), 20))[:, : max(lengths)]
        batch += [ids * mask, mask]
    return batch


def logits_of(model, batch) -> torch.Tensor:
    return model.output(model(*batch))


def step_by_step(model, source, source_mask, target, target_mask) -> torch.Tensor:
    """Return the logits of `forward`, from one call of `step` for each word."""
    encoded = model.encode(source, source_mask)
    state, steps = model.start(encoded), []
    for tokens in target.unbind(1):
        logits, state, _ = model.step(tokens, state, encoded)
        steps.append(logits)
    return torch.stack(steps, 1)[target_mask]


def gradients(model, logits) -> dict[str, torch.Tensor]:
    model.zero_grad()
    (2 * logits).sin().sum().backward()
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def assert_same_gradients(model, left, right) -> None:
    found, wanted = gradients(model, left), gradients(model, right)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name], **EXACT, msg=lambda text, name=name: f"{name}: {text}")


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("tied", [True, False])
def test_logits_and_every_gradient_equal_the_slow_models(cell, layers, tied):
    model, batch = make_model(cell=cell, layers=layers, tied=tied), make_batch()
    found, wanted = logits_of(model, batch), oracle.logits(model, *batch[:3])[batch[3]]
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("bridge", BRIDGES)
def test_reading_a_target_at_once_equals_writing_it_step_by_step(cell, attention, bridge):
    model, batch = make_model(cell=cell, attention=attention, bridge=bridge), make_batch()
    found, wanted = logits_of(model, batch), step_by_step(model, *batch)
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_step_for_several_hypotheses_of_a_sentence_equals_a_step_for_each(attention):
    model, (source, source_mask, _, _) = make_model(attention=attention), make_batch()
    beam, rows = 2, len(SOURCES)
    encoded = model.encode(source, source_mask)
    tokens = torch.randint(2, VOCABULARY, (rows * beam,))
    state = (torch.randn(rows * beam, DECODER, dtype=torch.float64),)
    logits, after, _ = model.step(tokens, state, encoded)
    for row, number in itertools.product(range(rows), range(beam)):
        at = slice(row * beam + number, row * beam + number + 1)
        own = model.encode(source[row : row + 1], source_mask[row : row + 1])
        alone, alone_after, _ = model.step(tokens[at], (state[0][at],), own)
        torch.testing.assert_close(logits[at], alone, **EXACT)
        torch.testing.assert_close(after[0][at], alone_after[0], **EXACT)


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_sentences_logits_do_not_depend_on_its_batch(cell, attention):
    model = make_model(cell=cell, layers=2, attention=attention, dtype=torch.float32)
    batch = make_batch((4, 1, 9, 6), (3, 5, 1, 7))
    together = logits_of(model, batch).split(batch[3].sum(1).tolist())
    source, source_mask, target, target_mask = batch
    for row, wanted in enumerate(together):
        own = slice(row, row + 1)
        inner = source[own, : source_mask[row].sum()], target[own, : target_mask[row].sum()]
        alone = logits_of(model, (inner[0], inner[0] > 0, inner[1], inner[1] > 0))
        torch.testing.assert_close(alone, wanted, rtol=1e-5, atol=1e-5)


def test_what_stands_on_padding_changes_nothing_and_learns_nothing():
    model = make_model(tied=False)
    source, source_mask, target, target_mask = make_batch()
    wanted = logits_of(model, (source, source_mask, target, target_mask))
    other = source.masked_fill(~source_mask, 1), source_mask, target.masked_fill(~target_mask, 1), target_mask
    found = logits_of(model, other)
    torch.testing.assert_close(found, wanted, **EXACT)
    grown = gradients(model, found)
    assert not grown["source_embedding.weight"][1].any()
    assert not grown["target_embedding.weight"][1].any()


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_target_word_changes_only_what_is_written_after_it(attention):
    model, (source, source_mask, target, target_mask) = make_model(attention=attention), make_batch((4,), (5,))
    before = logits_of(model, (source, source_mask, target, target_mask))
    for place in range(5):
        changed = target.clone()
        changed[0, place] = (target[0, place] + 1) % VOCABULARY
        after = logits_of(model, (source, source_mask, changed, target_mask))
        same = (before - after).abs().amax(1) < 1e-12
        assert same.tolist() == [step < place for step in range(5)]


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("bridge", BRIDGES)
@pytest.mark.parametrize("tied", [True, False])
def test_every_parameter_learns(cell, attention, bridge, tied):
    model = make_model(cell=cell, layers=2, attention=attention, bridge=bridge, tied=tied)
    found = gradients(model, logits_of(model, make_batch()))
    assert [name for name, gradient in found.items() if gradient is None or not gradient.any()] == []


def test_with_one_word_to_read_and_one_to_write_only_choice_and_recurrence_learn_nothing():
    model, (source, source_mask, target, target_mask) = make_model(bridge="zeros"), make_batch((1,), (1,))
    found = gradients(model, logits_of(model, (source, source_mask, target, target_mask)))
    idle = {name for name, gradient in found.items() if gradient.abs().max() < 1e-14}
    choice = {"attention.query.weight", "attention.key.weight", "attention.key.bias", "attention.score"}
    assert idle == choice | {
        "cell.recurrent.weight",  # its state is zero; its bias does learn
        "encoder.forwards.0.cell.recurrent.weight",
        "encoder.backwards.0.cell.recurrent.weight",
    }


def test_tied_embeddings_are_one_tensor():
    tied, free = make_model(tied=True), make_model(tied=False)
    assert tied.source_embedding.weight is tied.target_embedding.weight
    assert tied.output.weight is tied.target_embedding.weight
    assert sum(parameter.shape == (VOCABULARY, EMBEDDING) for parameter in tied.parameters()) == 1
    assert sum(parameter.shape == (VOCABULARY, EMBEDDING) for parameter in free.parameters()) == 3


def test_dropout_acts_in_training_only():
    model, batch = make_model(dropout=0.5), make_batch()
    assert not torch.equal(logits_of(model, batch), logits_of(model, batch))
    model.eval()
    plain = make_model(dropout=0.0)
    assert torch.equal(logits_of(model, batch), logits_of(plain, batch))


def test_dropout_reaches_embeddings_annotations_and_readout():
    model, (source, source_mask, target, target_mask) = make_model(dropout=0.5), make_batch()
    shapes = []
    model.dropout.register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape)))
    model(source, source_mask, target, target_mask)
    assert shapes == [
        (*source.shape, EMBEDDING),
        (*source.shape, ANNOTATION),
        (*target.shape, EMBEDDING),
        (sum(TARGETS), EMBEDDING),
    ]


def test_the_decoder_starts_from_the_summary_or_from_zeros():
    source, source_mask, _, _ = make_batch()
    for cell, parts in (("gru", 1), ("lstm", 2)):
        learned, zeros = make_model(cell=cell), make_model(cell=cell, bridge="zeros")
        encoded = learned.encode(source, source_mask)
        state = learned.start(encoded)
        wanted = torch.tanh(learned.bridge(encoded.annotations.summary))
        assert len(state) == parts
        assert torch.equal(torch.cat(state, 1), wanted)
        assert all(not part.any() for part in zeros.start(zeros.encode(source, source_mask)))


def test_only_attention_tells_where_it_looked():
    source, source_mask, target, _ = make_batch()
    for name in ATTENTIONS:
        model = make_model(attention=name)
        encoded = model.encode(source, source_mask)
        _, _, weights = model.step(target[:, 0], model.start(encoded), encoded)
        assert (weights is None) == (name == "none")
        if weights is not None:
            assert weights.shape == source.shape
            assert not weights[~source_mask].any()


def test_a_step_leaves_source_and_state_as_they_were():
    model, (source, source_mask, target, _) = make_model(), make_batch()
    encoded = model.encode(source, source_mask)
    state = model.start(encoded)
    parts = (*encoded.annotations, encoded.keys, *state)
    before = [part.detach().clone() for part in parts]
    model.step(target[:, 0], state, encoded)
    assert all(torch.equal(part, copy) for part, copy in zip(parts, before, strict=True))
