"""One output for each input word: what it reads, and what it cannot do."""

import pytest
import torch

from tests.models.networks import EXACT, SOURCES, TARGETS, logits_of, make_batch, make_model


@pytest.fixture
def model():
    return make_model(kind="one_per_word")


def test_each_target_word_is_read_off_the_annotation_at_its_place_or_the_last_one(model):
    batch = make_batch()
    annotations = model.encode(*batch[:2])
    wanted = [
        model.output(torch.tanh(model.readout(annotations.values[row, min(i, source - 1)])))
        for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True))
        for i in range(target)
    ]
    torch.testing.assert_close(logits_of(model, batch), torch.stack(wanted), **EXACT)


def test_it_looks_at_one_word_after_the_other_and_stays_at_the_last(model):
    source, source_mask, target, _ = make_batch()
    encoded = model.encode(source, source_mask)
    state, looked = model.start(encoded), []
    for tokens in target.unbind(1):
        _, state, weights = model.step(tokens, state, encoded)
        assert set(weights.unique().tolist()) == {0.0, 1.0}
        looked.append(weights.argmax(1))
    places = [[min(i, source - 1) for i in range(target.shape[1])] for source in SOURCES]
    assert torch.stack(looked, 1).tolist() == places


def test_what_has_been_written_changes_nothing(model):
    source, source_mask, target, target_mask = make_batch()
    other = (target + 1).remainder(11)
    assert torch.equal(
        logits_of(model, (source, source_mask, target, target_mask)),
        logits_of(model, (source, source_mask, other, target_mask)),
    )


def test_tied_it_has_one_matrix_of_words_else_two():
    tied, free = (make_model(kind="one_per_word", tie_embeddings=tied) for tied in (True, False))
    assert tied.output.weight is tied.embedding.weight
    assert free.output.weight is not free.embedding.weight
