"""The loss of captions is the sum that its equations say; what looks stays as it is while frozen, and in validation."""

from __future__ import annotations

import copy
import dataclasses
import math

import numpy as np
import pytest
import torch

from softsearch.data.captions.batches import CaptionBatch, CaptionData
from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.captions.store import CaptionStore
from softsearch.metrics.captions import bleu_statistics, cider_statistics
from softsearch.nn.attention import EVERYWHERE, HardAttention
from softsearch.tasks.captions import CaptionTask, HeldOutCaptions, token_log_probs
from tests.tasks.captioners import KINDS, PLACES, SAID, SIZE, WORDS, network, pixels, store, task

CLOSE = 2e-4


@pytest.fixture
def held_out(tmp_path) -> CaptionStore:
    return store(tmp_path / "valid")


@pytest.fixture
def data(held_out) -> CaptionData:
    return CaptionData(held_out, batch=3, captions=2, seed=1, augment=None, frozen_epochs=1)


def batch_of(data: CaptionData, *, frozen: bool) -> CaptionBatch:
    rows = np.array([0, 4, 2]) + (0 if frozen else len(data))
    return data.batch(rows)


def written_out(model, batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what each word of each caption of a frozen batch costs, and where it was looked, step by step."""
    images = task().images.standardised(batch.source)
    costs, looked = torch.zeros(batch.target_mask.shape), torch.zeros(*batch.target_mask.shape, PLACES)
    model.eval()
    with torch.no_grad():
        for row, own in enumerate(batch.target_mask):
            image = images[row * len(images) // len(costs)][None]
            source = model.encode(image, torch.ones(1, 1).bool())
            state = model.start(source)
            for place in range(int(own.sum())):
                logits, state, weights = model.step(batch.target_input[row, place : place + 1], state, source)
                costs[row, place] = -logits.log_softmax(1)[0, batch.target_output[row, place]]
                if weights is not None:
                    looked[row, place] = weights[0]
    return costs, looked


@pytest.mark.parametrize("kind", ["soft", "none", "transformer"])
def test_the_loss_is_the_cross_entropy_and_the_places_not_looked_at_alike(kind, data):
    model, batch = network(kind), batch_of(data, frozen=True)
    loss, carry = task().loss(model, batch, {})
    costs, looked = written_out(model, batch)
    count = batch.num_items
    assert float(loss["cross_entropy"].total.detach()) == pytest.approx(float(costs.sum()), abs=CLOSE)
    unlike = sum((1 - float(looked[row, :, place].sum())) ** 2 for row in range(len(looked)) for place in range(PLACES))
    if kind == "none":
        assert loss.keys() == {"cross_entropy"}
    else:
        assert float(loss["doubly_stochastic"].total.detach()) == pytest.approx(0.5 * unlike, abs=CLOSE)
        assert "doubly_stochastic" not in task(doubly_stochastic=0.0).loss(model, batch, {})[0]
    assert {term.count for term in loss.values()} == {count}
    assert loss.keys() <= task().counts(batch).keys()
    assert set(task().counts(batch).values()) == {count}
    assert carry == {}


def test_smoothing_spreads_a_share_over_the_vocabulary(data):
    model, batch = network("soft"), batch_of(data, frozen=True)
    plain, smoothed = (task(smoothing=share).loss(model, batch, {})[0]["cross_entropy"].total for share in (0.0, 0.2))
    mask = torch.ones(3, 1).bool()
    images = task().images.standardised(batch.source)
    model.eval()
    log_probs = model.output(model.captioned(images, mask, batch.target_input, batch.target_mask).features)
    everything = -log_probs.log_softmax(1).mean(1).sum()
    torch.testing.assert_close(smoothed, 0.8 * plain + 0.2 * everything, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("expected", [0.0, 0.5])
def test_hard_attention_learns_from_what_its_places_brought_and_carries_the_baseline_on(expected, data, monkeypatch):
    model, batch = network("hard", expected=expected), batch_of(data, frozen=True)
    drawn, forward = [], HardAttention.forward
    monkeypatch.setattr(HardAttention, "forward", lambda *given: drawn.append(forward(*given)) or drawn[-1])
    torch.manual_seed(5)
    loss, carry = task().loss(model.train(), batch, {})
    looks, targets = list(drawn), batch.target_output
    torch.manual_seed(5)
    source = model.encoder.eval().annotations(task().images.standardised(batch.source)).values.detach()
    known = torch.ones(3, PLACES).bool()
    features = model.captioned(source, known, batch.target_input, batch.target_mask).features
    each = iter(model.output(features).log_softmax(1).detach())
    costs = [
        [float(next(each)[token]) for token in row[own]] for row, own in zip(targets, batch.target_mask, strict=True)
    ]
    mean = sum(map(sum, costs)) / batch.num_items

    def reinforced(baseline: float) -> float:
        total = 0.0
        for row, own in enumerate(batch.target_mask):
            for place in range(int(own.sum())):
                weights = looks[place].weights[row].detach()
                total += 0.1 * sum(float(weight) * math.log(float(weight)) for weight in weights)
                if (chosen := int(looks[place].place[row])) != EVERYWHERE:
                    to_come = sum(cost - baseline for cost in costs[row][place:])
                    total -= 0.8 * to_come * math.log(float(weights[chosen]))
        return total

    assert float(loss["reinforce"].total.detach()) == pytest.approx(reinforced(mean), abs=5 * CLOSE)
    assert float(carry["baseline"]) == pytest.approx(mean, abs=CLOSE)
    assert not carry["baseline"].requires_grad
    torch.manual_seed(5)
    before = {"baseline": torch.tensor(-3.0)}
    loss, carry = task().loss(model, batch, before)
    assert float(loss["reinforce"].total.detach()) == pytest.approx(reinforced(-3.0), abs=5 * CLOSE)
    assert float(carry["baseline"]) == pytest.approx(0.75 * -3.0 + 0.25 * mean, abs=CLOSE)
    assert float(before["baseline"]) == -3.0


@pytest.mark.parametrize("kind", ["soft", "transformer"])
@pytest.mark.parametrize("frozen", [True, False])
def test_what_looks_learns_only_where_it_is_not_frozen_and_what_writes_does_always(kind, frozen, data):
    model = network(kind).train()
    before = {name: buffer.clone() for name, buffer in model.encoder.named_buffers()}
    loss, _ = task().loss(model, batch_of(data, frozen=frozen), {})
    sum(term.total for term in loss.values()).backward()
    learnt = [parameter.grad is not None and bool(parameter.grad.any()) for parameter in model.encoder.parameters()]
    assert any(learnt) is not frozen
    changed = [not torch.equal(before[name], buffer) for name, buffer in model.encoder.named_buffers()]
    assert all(changed) is not frozen
    assert any(changed) is not frozen
    assert model.output.weight.grad is not None
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("kind", ["soft", "none", "transformer"])
def test_known_annotations_cost_what_their_images_cost_while_what_looks_is_frozen(kind, data):
    model, writer = network(kind), task()
    images = batch_of(data, frozen=True)
    data.annotations = writer.ready(model).annotations(data.store.images).numpy()
    known = batch_of(data, frozen=True)
    assert known.source.shape == (3, PLACES, 8)
    for name, term in writer.loss(model, images, {})[0].items():
        torch.testing.assert_close(writer.loss(model, known, {})[0][name].total, term.total, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("kind", KINDS)
def test_validation_scores_what_is_written_greedily_and_what_given_captions_cost(kind, held_out):
    model, own = network(kind), task()
    found = own.validate(model, HeldOutCaptions("valid", held_out))
    search = dataclasses.replace(own.search, beam=1)
    texts = [
        caption.text for caption in own.ready(model).caption(list(map(np.asarray, held_out.images)), search=search)
    ]
    assert found.scores["bleu"] == pytest.approx(bleu_statistics(texts, held_out.captions, order=4).value)
    assert found.scores["cider"] == pytest.approx(cider_statistics(texts, held_out.captions).value)
    total = count = 0.0
    for row in range(len(held_out)):  # each with all its captions
        single = CaptionData(held_out, batch=1, captions=len(SAID[row]), seed=1, augment=None, frozen_epochs=None)
        costs, _ = written_out(model, single.batch(np.array([row])))
        total, count = total + float(costs.sum()), count + int((costs > 0).sum())
    assert found.scores["loss"] == pytest.approx(total / count, abs=CLOSE)
    attends = set() if kind == "none" else {"places", "places_in_all"}
    hard = {"reward_deviation"} if kind == "hard" else set()
    assert found.scores.keys() == {"loss", "bleu", "cider"} | attends | hard
    assert found.sample == {"image": "0.png", "reference": "a red dot", "caption": texts[0]}
    if attends:
        assert 1 <= found.scores["places"] <= found.scores["places_in_all"] + 1e-6 <= PLACES + 2e-6
    if hard:
        assert found.scores["reward_deviation"] > 0


def test_places_are_the_perplexity_of_a_words_attention_and_that_of_the_mean_of_all_words(held_out, data):
    model = network("soft")
    found = task().validate(model, HeldOutCaptions("valid", held_out)).scores
    looked = []
    for row in range(len(held_out)):
        single = CaptionData(held_out, batch=1, captions=len(SAID[row]), seed=1, augment=None, frozen_epochs=None)
        batch = single.batch(np.array([row]))
        looked.append(written_out(model, batch)[1][batch.target_mask])
    weights = torch.cat(looked).double()
    entropies = -(weights * weights.log()).sum(1)
    in_all = weights.mean(0)
    assert found["places"] == pytest.approx(math.exp(float(entropies.mean())), abs=CLOSE)
    assert found["places_in_all"] == pytest.approx(math.exp(-float((in_all * in_all.log()).sum())), abs=CLOSE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [True, False])
def test_validation_leaves_the_model_as_it_was_and_is_the_same_with_known_annotations(kind, training, held_out):
    model, own = network(kind, dropout=0.5).train(training), task()
    before = copy.deepcopy(model.state_dict())
    known = own.ready(model).annotations(held_out.images).numpy()
    found = []
    for own_or_known in (None, known):
        torch.manual_seed(1)
        found.append(own.validate(model, HeldOutCaptions("valid", held_out, own_or_known)))
    assert found[0].scores == pytest.approx(found[1].scores, abs=CLOSE)
    assert found[0].sample == found[1].sample
    assert {module.training for module in model.modules()} == {training}
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("kind", KINDS)
def test_validation_some_images_and_captions_at_a_time_is_that_of_all_at_once(kind, held_out, monkeypatch):
    model, own = network(kind), task()
    known = own.ready(model).annotations(held_out.images).numpy()
    at_once = own.validate(model, HeldOutCaptions("valid", held_out)).scores
    monkeypatch.setattr("softsearch.tasks.captions.IMAGES_AT_ONCE", 2)
    monkeypatch.setattr("softsearch.tasks.captions._CAPTIONS_AT_ONCE", 2)
    monkeypatch.setattr("softsearch.data.images.colours._AT_ONCE", 1)
    for own_or_known in (None, known):
        found = own.validate(model, HeldOutCaptions("valid", held_out, own_or_known)).scores
        drawn = {"reward_deviation"} & found.keys()  # of other draws
        assert all(found[name] == pytest.approx(at_once[name], abs=CLOSE) for name in at_once.keys() - drawn)


def test_the_reward_of_hard_attention_deviates_as_what_a_caption_comes_to_does_with_the_places_drawn(tmp_path):
    number = 400
    image = CaptionedImage(pixels(0), ("a blue dot",) * number, "0.png")
    many = CaptionStore.write(tmp_path / "many", [image], WORDS, size=SIZE, channels=3, skip=False)
    model, own = network("hard"), task()
    torch.manual_seed(2)
    found = own.validate(model, HeldOutCaptions("valid", many)).scores["reward_deviation"]
    batch = CaptionData(many, batch=1, captions=number, seed=1, augment=None, frozen_epochs=None).batch(np.array([0]))
    model.eval().attention.train()
    images = own.images.standardised(batch.source)
    features = model.captioned(images, torch.ones(1, 1).bool(), batch.target_input, batch.target_mask).features
    assert found == pytest.approx(float(token_log_probs(model, features, batch).sum(1).std()), rel=0.2)


def test_log_probs_are_those_of_words_and_ends_without_a_gradient(data):
    model, batch = network("soft").eval(), batch_of(data, frozen=True)
    images = task().images.standardised(batch.source)
    features = model.captioned(images, torch.ones(3, 1).bool(), batch.target_input, batch.target_mask).features
    found = token_log_probs(model, features, batch)
    assert not found.requires_grad
    torch.testing.assert_close(found.double(), -written_out(model, batch)[0].double(), rtol=0, atol=CLOSE)


def test_a_task_is_made_again_of_its_fields():
    own = task(smoothing=0.1)
    fields = own.to_dict()
    again = CaptionTask.from_dict(fields, tokenizer=WORDS)
    assert again.to_dict() == fields
    assert fields["kind"] == "image_captioning"
    assert (again.images, again.attention, again.search) == (own.images, own.attention, own.search)
    assert again.label_smoothing == 0.1
