"""Captions of images: what to minimise, what to show while training, and a trained network ready to write.

    L = sum over captions of  -log p(y)  +  what attention is asked for            both of softsearch.models.captioner

divided by the number of tokens, so that the weights of the parts are those of Xu et al. (2015, sections 4.1 and 4.2.1).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, cast

import numpy as np
import torch
from torch.nn import functional

from softsearch.data.batches import decoder_input, pad_rows
from softsearch.data.captions.batches import CaptionBatch
from softsearch.data.captions.store import CaptionStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.metrics.captions import bleu_statistics, cider_statistics
from softsearch.models.captioner import Captioned, Captioner, doubly_stochastic, reinforced
from softsearch.nn.losses import ROWS_AT_ONCE, linear_cross_entropy
from softsearch.shapes import Bool, Float, Tensor
from softsearch.tasks.caption_writer import IMAGES_AT_ONCE, CaptioningModel, CaptionWriter
from softsearch.tasks.image_input import ImageInput, one_image_told
from softsearch.tasks.task import Carry, HeldOut, Loss, Task, Term, Validation, device_of, evaluating

_CAPTIONS_AT_ONCE = 256


@dataclass(frozen=True)
class HeldOutCaptions(HeldOut[CaptionStore]):
    """Images with captions that are never trained on; and what the network makes of them, where that stays as it is."""

    annotations: Float[np.ndarray, "number src annotation"] | None = None


@dataclass(frozen=True)
class AttentionTerms:
    """What attention is asked for beside the words: the weights of the parts, and how fast the baseline follows.

    Parameters
    ----------
    doubly_stochastic
        Weight of looking at all places alike in the end.
    reward, entropy
        Of hard attention: weights of what a choice brought, and of how open it was.
    baseline
        Of hard attention: share of the old mean of what words came to in the new one.
    """

    doubly_stochastic: float
    reward: float
    entropy: float
    baseline: float


@dataclass(eq=False)
class CaptionTask(Task):
    """Images to sentences.

    Parameters
    ----------
    label_smoothing
        Share of the probability spread over the whole vocabulary in the training loss.
    attention
        What is asked for beside the words.
    tokenizer, images, search
        As in :class:`~softsearch.tasks.caption_writer.CaptionWriter`.
    """

    kind = "image_captioning"
    parts: ClassVar = {"images": ImageInput, "attention": AttentionTerms, "search": Search}
    apart = frozenset({"attention"})

    tokenizer: Tokenizer
    _: KW_ONLY
    label_smoothing: float
    images: ImageInput
    attention: AttentionTerms
    search: Search

    def ready(self, model: CaptioningModel) -> CaptionWriter:
        """Return a network ready to write."""
        return CaptionWriter(model, self.tokenizer, images=self.images, search=self.search)

    def loss(self, model: CaptioningModel, batch: CaptionBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the smoothed cross-entropy of the words, in nats, and what attention is asked for.

        With hard attention what words came to, on average, is carried on.
        """
        source, mask = self._seen(model, batch)
        with one_image_told(len(source)):
            found = model.captioned(source, mask, batch.target_input, batch.target_mask)
        targets, output, count = batch.target_output[batch.target_mask], model.output, batch.num_items
        total = linear_cross_entropy(
            found.features, output.weight, output.bias, targets, smoothing=self.label_smoothing
        )
        loss = {"cross_entropy": Term(total, count)}
        terms = self.attention
        if terms.doubly_stochastic and found.weights is not None:
            unlike = doubly_stochastic(found.weights, batch.target_mask).sum()
            loss["doubly_stochastic"] = Term(terms.doubly_stochastic * unlike, count)
        if found.places is not None:
            log_probs = token_log_probs(model, found.features, batch)
            mean = log_probs.sum() / count
            before = carry.get("baseline", mean)
            praised = reinforced(
                found, log_probs, batch.target_mask, baseline=float(before), reward=terms.reward, entropy=terms.entropy
            )
            loss["reinforce"] = Term(praised.sum(), count)
            carry = {"baseline": terms.baseline * before + (1 - terms.baseline) * mean}
        return loss, carry

    def counts(self, batch: CaptionBatch) -> dict[str, int]:
        """Return how many target positions each part of the loss of the batch is divided by."""
        return dict.fromkeys(("cross_entropy", "doubly_stochastic", "reinforce"), batch.num_items)

    def validate(self, model: CaptioningModel, data: HeldOutCaptions) -> Validation:
        """Return the loss in nats a token, BLEU-4 and CIDEr-D of what is written greedily, and how attention spreads.

        "places" is the perplexity of a word's attention: over how many places it spreads; "places_in_all" that of the
        mean over all words, so 1 where attention has collapsed to one place. With hard attention "reward_deviation" is
        how far what a caption comes to varies, in nats, with the places that are drawn.
        """
        writer, store, texts, tally, start = self.ready(model), data.store, [], _Tally(), 0
        greedy = dataclasses.replace(self.search, beam=1)
        with evaluating(model):
            for annotations in self._annotations(model, data):
                texts += [best.text for best, *_ in writer.written(annotations, greedy)]
                for batch in _batches(store, range(start, start + len(annotations)), annotations):
                    self._tell(model, batch, tally)
                start += len(annotations)
        scores = tally.scores()
        scores["bleu"] = bleu_statistics(texts, store.captions, order=4).value
        scores["cider"] = cider_statistics(texts, store.captions).value
        sample = {"image": store.places[0], "reference": store.captions[0][0], "caption": texts[0]}
        return Validation(scores, sample)

    def _annotations(
        self, model: CaptioningModel, data: HeldOutCaptions
    ) -> Iterator[Float[Tensor, "batch src annotation"]]:
        """Yield what the network makes of held-out images, some at a time."""
        if data.annotations is None:
            yield from self.images.annotations(model.encoder, data.store.images)
            return
        for begin in range(0, len(data.annotations), IMAGES_AT_ONCE):
            yield torch.from_numpy(np.array(data.annotations[begin : begin + IMAGES_AT_ONCE])).to(device_of(model))

    def _tell(self, model: CaptioningModel, batch: CaptionBatch, tally: _Tally) -> None:
        """Take in what becomes of given captions; where places are drawn, also what they come to with two draws."""
        source, mask = self._seen(model, batch)
        read = (source, mask, batch.target_input, batch.target_mask)
        found = model.captioned(*read)
        tally.add(token_log_probs(model, found.features, batch), found, batch.target_mask)
        if found.places is not None:
            attention = cast("Captioner", model).attention.train()
            one, other = (token_log_probs(model, model.captioned(*read).features, batch).sum(1) for _ in range(2))
            attention.eval()
            tally.differences.append(one - other)

    def _seen(self, model: CaptioningModel, batch: CaptionBatch) -> tuple[Tensor, Bool[Tensor, "batch src"]]:
        """Return what the network is to read: images; or annotations, where what looks at them stays as it is."""
        source = batch.source if batch.source.dim() == 3 else self.images.standardised(batch.source)
        if source.dim() == 4 and batch.is_frozen:
            with evaluating(model.encoder):
                source = model.encoder.annotations(source).values
        places = source.shape[1] if source.dim() == 3 else 1
        return source, torch.ones(len(source), places, dtype=torch.bool, device=source.device)


def token_log_probs(
    model: CaptioningModel, features: Float[Tensor, "rows features"], batch: CaptionBatch
) -> Float[Tensor, "captions tgt"]:
    """Return the log-probability of each token and of the end, in nats, then 0; no gradient is taken of it."""
    with torch.no_grad():
        targets = batch.target_output[batch.target_mask]
        rows = zip(features.split(ROWS_AT_ONCE), targets.split(ROWS_AT_ONCE), strict=True)
        costs = [functional.cross_entropy(model.output(own), wanted, reduction="none") for own, wanted in rows]
        return features.new_zeros(batch.target_mask.shape).masked_scatter(batch.target_mask, -torch.cat(costs))


class _Tally:
    """What validation adds up over captions."""

    def __init__(self) -> None:
        self.nats, self.count = 0.0, 0
        self.entropy, self.looked = 0.0, torch.zeros(1)
        self.differences: list[Float[Tensor, " captions"]] = []

    def add(self, log_probs: Tensor, found: Captioned, mask: Bool[Tensor, "captions tgt"]) -> None:
        self.nats -= float(log_probs.sum())
        self.count += int(mask.sum())
        if found.weights is not None:
            weights = found.weights[mask]
            self.entropy += float(torch.special.entr(weights).sum())
            self.looked = self.looked + weights.sum(dim=0).cpu()

    def scores(self) -> dict[str, float]:
        scores = {"loss": self.nats / self.count}
        if len(self.looked) > 1:
            in_all = float(torch.special.entr(self.looked / self.count).sum())
            scores |= {"places": math.exp(self.entropy / self.count), "places_in_all": math.exp(in_all)}
        if self.differences:
            # the squared difference of two draws is twice the variance, on average
            scores["reward_deviation"] = float(torch.cat(self.differences).square().mean().div(2).sqrt())
        return scores


def _batches(
    store: CaptionStore, images: range, annotations: Float[Tensor, "batch src annotation"]
) -> Iterator[CaptionBatch]:
    """Yield all captions of some images, each with the annotations of its image."""
    captions = [(image, caption) for image in images for caption in store.captions_of(image)]
    for begin in range(0, len(captions), _CAPTIONS_AT_ONCE):
        some = captions[begin : begin + _CAPTIONS_AT_ONCE]
        output, mask = pad_rows(store.tokens, np.array([caption for _, caption in some]))
        source = annotations[[image - images.start for image, _ in some]]
        yield CaptionBatch(source, decoder_input(output, mask), output, mask, True).to(source.device)
