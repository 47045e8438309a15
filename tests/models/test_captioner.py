"""A captioner writes step by step what it writes at once, and its attention learns from what its equations say."""

from __future__ import annotations

import pytest
import torch

from softsearch.models.captioner import Captioned, Captioner, doubly_stochastic, reinforced
from softsearch.models.parts import Decoder
from softsearch.models.residual_net import ResidualNet
from softsearch.nn.attention import EVERYWHERE, AdditiveAttention, FixedContext, HardAttention, MeanPooling
from softsearch.nn.recurrent import Layers

MAPS, HIDDEN, PLACES = 8, 6, 4
ATTENTION = {
    "soft": lambda: AdditiveAttention(query=HIDDEN, annotation=MAPS, hidden=5, coverage=False),
    "hard": lambda: HardAttention(query=HIDDEN, annotation=MAPS, hidden=5, expected=0.0),
    "mean": MeanPooling,
    "none": FixedContext,
}


def make(attention: str = "soft", *, gated: bool = True) -> Captioner:
    torch.manual_seed(1)
    encoder = ResidualNet(
        channels=3, classes=4, stem="cifar", block="basic", shortcut="A", residual=True, counts=(1, 1, 1), width=2
    )
    decoder = Decoder(
        vocabulary=11,
        embedding=5,
        layers=Layers("lstm", HIDDEN, 1, residual=False),
        attention=ATTENTION[attention](),
        bridge="learned",
        readout=5,
        dropout=0.0,
        tie_embeddings=True,
    )
    return Captioner(decoder, encoder=encoder, annotation=MAPS, places=False, gated=gated).double()


@pytest.fixture
def batch() -> tuple[torch.Tensor, ...]:
    """Two images of eight by eight, of which four places are left, and captions of three words and of one."""
    torch.manual_seed(2)
    mask = torch.tensor([[True, True, True], [True, False, False]])
    return torch.randn(2, 3, 8, 8).double(), torch.ones(2, PLACES).bool(), torch.randint(4, 11, (2, 3)) * mask, mask


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("attention", ATTENTION)
def test_a_caption_read_at_once_is_the_one_written_step_by_step(attention, gated, batch):
    model, (images, places, tokens, mask) = make(attention, gated=gated).eval(), batch
    encoded = model.encode(images, places)
    state, steps = model.start(encoded), []
    for word in tokens.unbind(1):
        logits, state, _ = model.step(word, state, encoded)
        steps.append(logits)
    found = model.captioned(images, places, tokens, mask)
    expected = torch.stack(steps, 1)[mask]
    torch.testing.assert_close(model.output(found.features), expected, rtol=0, atol=1e-10)
    torch.testing.assert_close(model.output(model(images, places, tokens, mask)), expected, rtol=0, atol=1e-10)
    assert (found.weights is None) == (attention == "none")
    assert (found.places is not None) == (attention == "hard")


@pytest.mark.parametrize("attention", ["soft", "mean", "none"])
def test_several_captions_of_an_image_look_at_it_once_and_are_what_each_is_alone(attention, batch):
    model, (images, places, tokens, mask) = make(attention).eval(), batch
    others = torch.stack([tokens.flip(0), tokens], dim=1).flatten(0, 1)  # two captions of each image
    masks = torch.stack([mask.flip(0), mask], dim=1).flatten(0, 1)
    looked = []
    model.encoder.conv1.register_forward_hook(lambda _module, read, _: looked.append(len(read[0])))
    found = model.captioned(images, places, others, masks)
    assert looked == [2]
    alone = [
        model.captioned(images[row // 2][None], places[:1], others[row][None], masks[row][None]) for row in range(4)
    ]
    torch.testing.assert_close(found.features, torch.cat([each.features for each in alone]), rtol=0, atol=1e-10)
    if found.weights is not None:
        weights = torch.cat([each.weights for each in alone])
        torch.testing.assert_close(found.weights, weights, rtol=0, atol=1e-10)


def test_annotations_that_are_known_say_what_their_image_says(batch):
    model, (images, places, tokens, mask) = make().eval(), batch
    known = model.encoder.annotations(images).values
    torch.testing.assert_close(model(known, places, tokens, mask), model(images, places, tokens, mask))


def test_the_gate_says_how_much_of_the_context_counts(batch):
    model, (images, places, tokens, _) = make("none").eval(), batch
    with torch.no_grad():
        model.gate.weight.zero_()
        model.gate.bias.fill_(-50.0)
    state = model.start(model.encode(images, places))
    other = model.encode(images.flip(0), places)
    blind = [model.step(tokens[:, 0], state, source)[0] for source in (model.encode(images, places), other)]
    torch.testing.assert_close(*blind, rtol=0, atol=1e-10)


def test_doubly_stochastic_attention_asks_for_as_much_of_each_place(batch):
    weights = torch.rand(2, 3, PLACES, dtype=torch.float64)
    *_, mask = batch
    found = doubly_stochastic(weights, mask)
    for row, length in enumerate((3, 1)):
        expected = sum((1 - float(weights[row, :length, place].sum())) ** 2 for place in range(PLACES))
        assert float(found[row]) == pytest.approx(expected, abs=1e-10)
    alike = torch.full((1, PLACES, PLACES), 1 / PLACES)
    assert float(doubly_stochastic(alike, torch.ones(1, PLACES).bool())) == pytest.approx(0)


def test_the_gradient_of_what_hard_attention_learns_from_is_that_of_reinforce(batch):
    *_, mask = batch
    energies = torch.randn(2, 3, PLACES, dtype=torch.float64, requires_grad=True)
    places = torch.randint(PLACES, (2, 3))
    log_probs = torch.tensor([[-3.0, -1.0, -2.5], [-1.0, 0.0, 0.0]], dtype=torch.float64)
    captioned = Captioned(torch.zeros(1, 1), energies.softmax(2), places)
    loss = reinforced(captioned, log_probs, mask, baseline=-2.0, reward=1.0, entropy=0.1)
    (found,) = torch.autograd.grad(loss.sum(), energies)
    alpha = energies.detach().softmax(2)
    one_hot = torch.nn.functional.one_hot(places, PLACES)
    to_come = torch.tensor([[-0.5, 0.5, -0.5], [1.0, 0.0, 0.0]], dtype=torch.float64)
    praise = to_come.unsqueeze(2) * (one_hot - alpha)
    entropy = -(alpha * alpha.log()).sum(2, keepdim=True)
    spread = -alpha * (alpha.log() + entropy)
    expected = -(praise + 0.1 * spread) * mask.unsqueeze(2)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


def test_over_all_choices_the_mean_of_reinforces_gradient_is_that_of_the_expectation():
    energies = torch.randn(1, 1, PLACES, dtype=torch.float64, requires_grad=True)
    reward = torch.randn(PLACES, dtype=torch.float64)  # log p of the caption, by the place that was read
    alpha = energies.softmax(2)
    (exact,) = torch.autograd.grad(-(alpha[0, 0] * reward).sum(), energies, retain_graph=True)
    mean = torch.zeros_like(exact)
    for place in range(PLACES):
        captioned = Captioned(torch.zeros(1, 1), alpha, torch.tensor([[place]]))
        loss = reinforced(
            captioned, reward[place].view(1, 1), torch.ones(1, 1).bool(), baseline=0.7, reward=1.0, entropy=0.0
        )
        (own,) = torch.autograd.grad(loss.sum(), energies, retain_graph=True)
        mean += float(alpha[0, 0, place]) * own
    torch.testing.assert_close(mean, exact, rtol=0, atol=1e-10)


def test_what_was_read_everywhere_is_not_praised():
    alpha = torch.rand(1, 2, PLACES, dtype=torch.float64).softmax(2).requires_grad_()
    captioned = Captioned(torch.zeros(1, 1), alpha, torch.tensor([[1, EVERYWHERE]]))
    weights = {"baseline": 0.0, "reward": 2.0, "entropy": 0.0}
    loss = reinforced(captioned, torch.tensor([[-3.0, -1.0]]).double(), torch.ones(1, 2).bool(), **weights)
    assert float(loss) == pytest.approx(8 * float(alpha[0, 0, 1].log()))


def test_what_hard_attention_learns_from_is_finite_where_it_has_collapsed():
    energies = torch.tensor([[[0.0, -200.0, -200.0, -200.0]]], requires_grad=True)
    captioned = Captioned(torch.zeros(1, 1), energies.softmax(2), torch.tensor([[0]]))
    loss = reinforced(captioned, torch.tensor([[-3.0]]), torch.ones(1, 1).bool(), baseline=0.0, reward=1.0, entropy=1.0)
    (found,) = torch.autograd.grad(loss.sum(), energies)
    assert bool(found.isfinite().all())


def test_an_annotation_tells_its_row_and_then_its_column(batch):
    images, *_ = batch
    model = make()
    model.places = True
    found = model.annotations(images, torch.ones(2, 1).bool()).values[:, :, -2:]
    assert found[0].tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
