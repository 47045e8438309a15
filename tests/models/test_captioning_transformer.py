"""A Transformer writes captions step by step as it writes them at once, and knows where in an image a thing is."""

from __future__ import annotations

import itertools

import pytest
import torch

from softsearch.models import captioning_transformer
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.residual_net import ResidualNet
from softsearch.nn.transformer import sinusoids
from softsearch.trees import select

MAPS, PLACES, VOCABULARY = 8, 4, 11
EXACT = {"rtol": 0, "atol": 1e-10}


def make_encoder() -> ResidualNet:
    return ResidualNet(
        channels=3, classes=4, stem="cifar", block="basic", shortcut="A", residual=True, counts=(1, 1, 1), width=2
    )


def make(**changes) -> CaptioningTransformer:
    torch.manual_seed(1)
    fields = {"norm": "before", "activation": "relu", "dropout": 0.0, "tie_embeddings": True, **changes}
    return CaptioningTransformer(
        encoder=make_encoder(), annotation=MAPS, vocabulary=VOCABULARY, width=6, heads=2, hidden=10, layers=2, **fields
    ).double()


@pytest.fixture
def batch() -> tuple[torch.Tensor, ...]:
    """Two images of eight by eight, of which four places are left, and captions of three words and of one."""
    torch.manual_seed(2)
    mask = torch.tensor([[True, True, True], [True, False, False]])
    tokens = torch.randint(4, VOCABULARY, (2, 3)) * mask
    return torch.randn(2, 3, 8, 8).double(), torch.ones(2, PLACES).bool(), tokens, mask


@pytest.mark.parametrize("norm", ["before", "after"])
@pytest.mark.parametrize("tie_embeddings", [True, False])
def test_a_caption_read_at_once_is_the_one_written_step_by_step(norm, tie_embeddings, batch):
    model, (images, places, tokens, mask) = make(norm=norm, tie_embeddings=tie_embeddings).eval(), batch
    encoded = model.encode(images, places)
    state, steps, looked = model.start(encoded), [], []
    for word in tokens.unbind(1):
        logits, state, weights = model.step(word, state, encoded)
        steps.append(logits)
        looked.append(weights)
    found = model.captioned(images, places, tokens, mask)
    torch.testing.assert_close(model.output(found.features), torch.stack(steps, 1)[mask], **EXACT)
    torch.testing.assert_close(model(images, places, tokens, mask), found.features, **EXACT)
    torch.testing.assert_close(found.weights, torch.stack(looked, 1), **EXACT)
    assert found.places is None


def test_weights_are_those_of_all_places_and_sum_to_one(batch):
    weights = make().eval().captioned(*batch).weights
    assert weights.shape == (2, 3, PLACES)
    torch.testing.assert_close(weights.sum(2), torch.ones(2, 3).double(), **EXACT)


@pytest.mark.parametrize("captions", [2, 3])
def test_several_captions_of_an_image_look_at_it_once_and_are_what_each_is_alone(captions, batch):
    model, (images, places, tokens, mask) = make().eval(), batch
    others = torch.randint(4, VOCABULARY, (2 * captions, 3))
    others[0], masks = tokens[0], mask.repeat(captions, 1)
    looked = []
    model.encoder.conv1.register_forward_hook(lambda _module, read, _: looked.append(len(read[0])))
    found = model.captioned(images, places, others, masks)
    assert looked == [2]
    repeated = images.repeat_interleave(captions, 0), places.repeat_interleave(captions, 0)
    alone = model.captioned(*repeated, others, masks)
    torch.testing.assert_close(found.features, alone.features, **EXACT)
    torch.testing.assert_close(found.weights, alone.weights, **EXACT)


def test_a_step_for_several_hypotheses_of_an_image_equals_a_step_for_each(batch):
    model, (images, places, _, _) = make().eval(), batch
    encoded, beam = model.encode(images, places), 2
    state = select(model.start(encoded), torch.arange(2).repeat_interleave(beam))
    tokens = torch.randint(4, VOCABULARY, (2, 2 * beam))
    _, state, _ = model.step(tokens[0], state, encoded)
    logits, _, weights = model.step(tokens[1], state, encoded)
    for row, number in itertools.product(range(2), range(beam)):
        at, own = torch.tensor([row * beam + number]), slice(row, row + 1)
        found = model.step(tokens[1][at], select(state, at), model.encode(images[own], places[own]))
        torch.testing.assert_close(logits[at], found[0], **EXACT)
        torch.testing.assert_close(weights[at], found[2], **EXACT)


def test_annotations_that_are_known_say_what_their_image_says(batch):
    model, (images, places, tokens, mask) = make().eval(), batch
    known = model.encoder.annotations(images).values
    torch.testing.assert_close(model(known, places, tokens, mask), model(images, places, tokens, mask))


def test_a_place_that_is_masked_is_not_looked_at(batch):
    model, (images, places, tokens, mask) = make().eval(), batch
    known, places[0, 3] = model.encoder.annotations(images).values.detach(), False
    before = model.captioned(known, places, tokens, mask)
    known[0, 3] += 1.0
    after = model.captioned(known, places, tokens, mask)
    torch.testing.assert_close(after.features, before.features, **EXACT)
    assert not before.weights[0, :, 3].any()


def test_what_is_written_depends_on_where_things_are_by_their_places_alone(batch, monkeypatch):
    model, (images, places, tokens, mask) = make().eval(), batch
    known = model.encoder.annotations(images).values
    swapped = known[:, [1, 0, 2, 3]]
    found = [model(values, places, tokens, mask) for values in (known, swapped)]
    assert (found[0] - found[1]).abs().max() > 1e-3
    monkeypatch.setattr(
        captioning_transformer, "sinusoids", lambda positions, width: torch.zeros(len(positions), width)
    )
    torch.testing.assert_close(*(model(values, places, tokens, mask) for values in (known, swapped)), **EXACT)


def test_annotations_are_projected_and_told_their_places_row_after_row(batch):
    model, (images, places, _, _) = make().eval(), batch
    maps = model.encoder.maps(images)
    found = model.encode(images, places).blocks[0]
    for row, column in itertools.product(range(2), range(2)):
        place = 2 * row + column
        value = model.projection(maps[:, :, row, column]) + sinusoids(torch.tensor([place]), 6)
        wanted = model.decoder[0].source.project(value.unsqueeze(1))
        torch.testing.assert_close(found.keys[:, :, place], wanted.keys[:, :, 0], **EXACT)
        torch.testing.assert_close(found.values[:, :, place], wanted.values[:, :, 0], **EXACT)


@pytest.mark.parametrize("norm", ["before", "after"])
def test_every_parameter_learns_but_those_that_score_classes(norm, batch):
    model = make(norm=norm)
    model.output(model(*batch)).logsumexp(1).sum().backward()
    grown = {name: parameter.grad for name, parameter in model.named_parameters()}
    idle = {name for name, gradient in grown.items() if gradient is None or gradient.abs().max() < 1e-14}
    assert idle == {"encoder.fc.weight", "encoder.fc.bias"}


def test_the_encoders_weights_are_left_as_they_were():
    model = make()
    torch.manual_seed(1)
    alone = make_encoder().double()
    for name, parameter in alone.named_parameters():
        assert torch.equal(model.encoder.get_parameter(name), parameter)


def test_the_output_layer_shares_the_matrix_of_the_embeddings_where_they_are_tied():
    tied, untied = make(), make(tie_embeddings=False)
    assert tied.output.weight is tied.target_embedding.weight
    assert untied.output.weight is not untied.target_embedding.weight


def test_dropout_acts_in_training_only(batch):
    model = make(dropout=0.5)
    model.encoder.eval()
    assert not torch.equal(model(*batch), model(*batch))
    model.eval()
    assert torch.equal(model(*batch), make().eval()(*batch))
