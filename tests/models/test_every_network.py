"""What must hold for every network that a recipe can describe, whatever its parts are."""

import itertools

import pytest
import torch

from softsearch.trees import select
from tests.models.networks import (
    EXACT,
    SOURCES,
    VOCABULARY,
    assert_same_gradients,
    gradients,
    logits_of,
    make_batch,
    make_model,
    step_by_step,
)

CELLS = ["rnn", "gru", "lstm"]
DIRECTIONS = ["both", "forwards", "backwards"]
DECODERS = {
    "before": {"order": "before"},
    "after": {"order": "after"},
    "feeding": {"order": "after", "input_feeding": True},
}
READS = {
    "additive": {"kind": "additive", "hidden": 7},
    "general": {"kind": "general"},
    "dot": {"kind": "dot"},
    "linear": {"kind": "linear"},
    "mean": {"kind": "mean"},
    "none": {"kind": "none"},
    "additive, coverage": {"kind": "additive", "hidden": 7, "coverage": True},
    "general, coverage": {"kind": "general", "coverage": True},
    "dot, coverage": {"kind": "dot", "coverage": True},
}
EVERY = {
    f"{read}, {order}": {"attention": READS[read], "decoder": DECODERS[order]}
    for read, order in [
        *itertools.product(READS, ["before"]),
        *itertools.product(["general", "dot, coverage", "none"], ["after", "feeding"]),
    ]
}
EVERY["one per word"] = {"kind": "one_per_word"}
EVERY["transformer"] = {"kind": "transformer"}
EVERY["transformer, norms after"] = {"kind": "transformer", "norm": "after", "activation": "gelu"}
COMBINATIONS = list(itertools.product(CELLS, DIRECTIONS, DECODERS, [False, True], [1, 2]))


@pytest.mark.parametrize(("cell", "direction", "order", "coverage", "layers"), COMBINATIONS)
def test_reading_a_target_at_once_equals_writing_it_step_by_step(cell, direction, order, coverage, layers):
    deep = {"cell": cell, "layers": layers, "residual": layers > 1}
    model, batch = (
        make_model(
            encoder={**deep, "direction": direction, "hidden": 4 if direction == "both" else 8},
            decoder={**deep, **DECODERS[order]},
            attention={"kind": "additive", "hidden": 7, "coverage": coverage},
        ),
        make_batch(),
    )
    torch.testing.assert_close(logits_of(model, batch), step_by_step(model, *batch), **EXACT)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("bridge", ["learned", "zeros"])
def test_gradients_of_reading_at_once_are_those_of_writing_step_by_step(name, bridge):
    model, batch = make_model(**EVERY[name], **({} if "kind" in EVERY[name] else {"bridge": bridge})), make_batch()
    found, wanted = logits_of(model, batch), step_by_step(model, *batch)
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


@pytest.mark.parametrize("name", EVERY)
def test_a_step_for_several_hypotheses_of_a_sentence_equals_a_step_for_each(name):
    model, (source, source_mask, _, _) = make_model(**EVERY[name]), make_batch()
    beam, rows = 2, len(SOURCES)
    encoded = model.encode(source, source_mask)
    state = select(model.start(encoded), torch.arange(rows).repeat_interleave(beam))
    tokens = torch.randint(2, VOCABULARY, (2, rows * beam))
    _, state, _ = model.step(tokens[0], state, encoded)
    logits, after, weights = model.step(tokens[1], state, encoded)
    for row, number in itertools.product(range(rows), range(beam)):
        at = torch.tensor([row * beam + number])
        own = model.encode(source[row : row + 1], source_mask[row : row + 1])
        alone, alone_after, looked = model.step(tokens[1][at], select(state, at), own)
        torch.testing.assert_close(logits[at], alone, **EXACT)
        assert_alike(select(after, at), alone_after)
        assert_alike(select(weights, at), looked)


@pytest.mark.parametrize("name", EVERY)
def test_a_sentences_logits_do_not_depend_on_its_batch(name):
    model = make_model(**deepened(EVERY[name], cell="lstm", layers=2), dtype=torch.float32)
    batch = make_batch((4, 1, 9, 6), (3, 5, 1, 7))
    together = logits_of(model, batch).split(batch[3].sum(1).tolist())
    source, source_mask, target, target_mask = batch
    for row, wanted in enumerate(together):
        own = slice(row, row + 1)
        inner = source[own, : source_mask[row].sum()], target[own, : target_mask[row].sum()]
        alone = logits_of(model, (inner[0], inner[0] > 0, inner[1], inner[1] > 0))
        torch.testing.assert_close(alone, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_what_stands_on_padding_changes_nothing_and_learns_nothing(name, direction):
    encoder = {"layers": 2, "residual": True, "direction": direction, "hidden": 4 if direction == "both" else 8}
    model = make_model(**EVERY[name], encoder=encoder, tie_embeddings=False)
    source, source_mask, target, target_mask = make_batch()
    wanted = logits_of(model, (source, source_mask, target, target_mask))
    other = source.masked_fill(~source_mask, 1), source_mask, target.masked_fill(~target_mask, 1), target_mask
    found = logits_of(model, other)
    torch.testing.assert_close(found, wanted, **EXACT)
    grown = gradients(model, found)
    assert not any(grown[embedding][1].any() for embedding in grown if "embedding" in embedding)


@pytest.mark.parametrize("name", EVERY)
def test_a_target_word_changes_only_what_is_written_after_it(name):
    model, (source, source_mask, target, target_mask) = make_model(**EVERY[name]), make_batch((4,), (5,))
    before = logits_of(model, (source, source_mask, target, target_mask))
    for place in range(5):
        changed = target.clone()
        changed[0, place] = (target[0, place] + 1) % VOCABULARY
        after = logits_of(model, (source, source_mask, changed, target_mask))
        same = (before - after).abs().amax(1) < 1e-12
        assert same.tolist() == [step < place or name == "one per word" for step in range(5)]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_learns(cell, name):
    model = make_model(**deepened(EVERY[name], cell=cell, layers=2, residual=True), tie_embeddings=False)
    found = gradients(model, logits_of(model, make_batch()))
    idle = [name for name, gradient in found.items() if gradient is None or gradient.abs().max() < 1e-14]
    assert idle == (["attention.query.weight"] if name.startswith("linear") else [])


@pytest.mark.parametrize("name", EVERY)
def test_dropout_acts_in_training_only(name):
    fields = deepened(EVERY[name], layers=2)
    model, batch = make_model(**fields, dropout=0.5), make_batch()
    assert not torch.equal(logits_of(model, batch), logits_of(model, batch))
    model.eval()
    assert torch.equal(logits_of(model, batch), logits_of(make_model(**fields), batch))


@pytest.mark.parametrize("name", EVERY)
def test_a_network_tells_where_it_looked_unless_it_looks_nowhere(name):
    model, (source, source_mask, target, _) = make_model(**EVERY[name]), make_batch()
    encoded = model.encode(source, source_mask)
    _, _, weights = model.step(target[:, 0], model.start(encoded), encoded)
    assert (weights is None) == name.startswith("none")
    if weights is not None:
        assert weights.shape == source.shape
        assert not weights[~source_mask].any()
        torch.testing.assert_close(weights.sum(1), torch.ones(len(SOURCES), dtype=torch.float64))


@pytest.mark.parametrize("name", EVERY)
def test_a_step_leaves_source_and_state_as_they_were(name):
    model, (source, source_mask, target, _) = make_model(**EVERY[name]), make_batch()
    encoded = model.encode(source, source_mask)
    state = model.start(encoded)
    parts = [*leaves(encoded), *leaves(state)]
    before = [part.detach().clone() for part in parts]
    model.step(target[:, 0], state, encoded)
    assert all(torch.equal(part, copy) for part, copy in zip(parts, before, strict=True))


def deepened(fields, **layers) -> dict:
    """Return the fields of a model with changes to its encoder and its decoder, where it has one."""
    parts = {part: {**fields.get(part, {}), **layers} for part in ("encoder", "decoder")}
    return {**fields, **(parts if "decoder" in fields else {"encoder": parts["encoder"]})}


def leaves(tree) -> list[torch.Tensor]:
    """Return the tensors of a tree of tuples, which may hold None."""
    if tree is None:
        return []
    return [tree] if isinstance(tree, torch.Tensor) else [leaf for part in tree for leaf in leaves(part)]


def assert_alike(left, right) -> None:
    for one, other in zip(leaves(left), leaves(right), strict=True):
        if one.dim() > 1:
            one = one[:, : other.shape[1]]  # a sentence of its own has no padding
        torch.testing.assert_close(one, other, **EXACT)
