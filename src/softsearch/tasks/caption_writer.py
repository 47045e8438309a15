"""A trained network with all that it needs to say what is in an image, and what it gives back."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from softsearch.data.tokenizers import EOS, Tokenizer
from softsearch.decoding.forced import forced
from softsearch.decoding.hypotheses import Hypothesis
from softsearch.decoding.rules import Rules
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Search
from softsearch.errors import RunError
from softsearch.metrics.alignment import word_weights
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.shapes import Float, Shaped, Tensor
from softsearch.tasks.image_input import ImageInput
from softsearch.tasks.task import evaluating
from softsearch.tasks.wording import word_log_probs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CaptioningModel = Captioner | CaptioningTransformer
Image = Path | str | Shaped[np.ndarray, "height width channels"]

IMAGES_AT_ONCE = 64
_LONGEST = 1_000  # tokens, where no limit is set
_ROWS_AT_ONCE = 1024  # hypotheses: a wide beam takes fewer images at a time


@dataclass(frozen=True)
class Caption:
    """What is said of an image, and where the network looked while it wrote it.

    Attributes
    ----------
    text
        The caption.
    score
        What captions were compared by: log-probability in nats over ``length ** length_penalty``.
    confidence
        For each word of ``text.split()`` the probability of its tokens, given all before: their product.
    weights
        Where the network looked for each word, mean over its tokens; rows and columns of places, which cover the image
        as it is read, the middle of the picture. With hard attention what it would draw by: it reads the likeliest
        place. None for a network without attention.
    alternatives
        The next best captions, where more than one was asked for.
    """

    text: str
    score: float
    confidence: list[float]
    weights: Float[np.ndarray, "words rows columns"] | None = field(default=None, compare=False)
    alternatives: list[Caption] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, weights and confidence to four digits."""
        return {
            "caption": self.text,
            "score": round(self.score, 6),
            "confidence": [round(each, 4) for each in self.confidence],
            "weights": None if self.weights is None else self.weights.astype(float).round(4).tolist(),
            "alternatives": [{"caption": each.text, "score": round(each.score, 6)} for each in self.alternatives],
        }

    def plot(self, image: Shaped[np.ndarray, "size size channels"], *, title: str | None = None) -> Figure:
        """Draw the image as it was read, and for each word where the network looked."""
        from softsearch.pictures import overlay_sheet

        return overlay_sheet(image, self.text.split(), self.weights, title=title)


class CaptionWriter:
    """A network, its tokenizer and how to search.

    Parameters
    ----------
    model
        In evaluation mode it writes the same caption for an image whatever else is in the batch.
    tokenizer
        Of the captions.
    images
        How images become what the network reads.
    search
        How captions are looked for, where a call does not say otherwise; `max_ratio` is not used, as images have no
        length.
    """

    def __init__(self, model: CaptioningModel, tokenizer: Tokenizer, *, images: ImageInput, search: Search) -> None:
        self.model, self.tokenizer, self.images, self.search = model, tokenizer, images, search

    def caption(self, images: Sequence[Image], *, search: Search | None = None, nbest: int = 1) -> list[Caption]:
        """Return the captions of images, files or pixels from 0 to 255, in their order.

        Parameters
        ----------
        search
            Other than the writer's own.
        nbest
            How many of each; those after the first are its `alternatives`.

        Raises
        ------
        DataError
            A file is no picture, or damaged.
        ValueError
            Pixels have other axes, or `nbest` is less than 1.
        """
        return list(self.stream(map(self.images.pixels, images), search=search, nbest=nbest))

    def stream(
        self,
        images: Iterable[Shaped[np.ndarray, "size size channels"]],
        *,
        search: Search | None = None,
        nbest: int = 1,
    ) -> Iterator[Caption]:
        """Yield the captions of any number of images of the network's size, some at a time.

        Raises
        ------
        RunError
            Where the network looks is no numbers: its training came to no end.
        ValueError
            `nbest` is less than 1.
        """
        search = search or self.search
        if nbest < 1:
            raise ValueError(f"nbest is at least 1, not {nbest}")
        at_once = max(1, min(IMAGES_AT_ONCE, _ROWS_AT_ONCE // max(search.beam, nbest)))
        waiting = iter(images)
        while some := list(itertools.islice(waiting, at_once)):
            for best, *others in self.written(self.annotations(np.stack(some)), search, nbest=nbest):
                if best.weights is not None and not np.isfinite(best.weights).all():
                    problem = "where the network looks is no numbers: its training came to no end"
                    raise RunError(problem, fix="train anew with a lower learning_rate")
                yield dataclasses.replace(best, alternatives=others)

    def annotations(
        self, images: Shaped[np.ndarray, "number size size channels"]
    ) -> Float[Tensor, "number src annotation"]:
        """Return what the network makes of images as they are stored."""
        with evaluating(self.model):
            return torch.cat(list(self.images.annotations(self.model.encoder, images)))

    def written(
        self, annotations: Float[Tensor, "batch src annotation"], search: Search, *, nbest: int = 1
    ) -> list[list[Caption]]:
        """Return captions of images that were looked at, the best of each first."""
        mask = torch.ones(annotations.shape[:2], dtype=torch.bool, device=annotations.device)
        with evaluating(self.model):
            found = beam_search(
                self.model,
                self.model.encode(annotations, mask),
                search=search,
                source_mask=mask,
                max_lengths=[search.max_length or _LONGEST] * len(annotations),
                rules=Rules(min_length=search.min_length, no_repeat_ngrams=search.no_repeat_ngrams),
                num_best=nbest,
            )
        return [list(map(self._caption, hypotheses)) for hypotheses in found]

    def forced(
        self, annotations: Float[Tensor, "batch src annotation"], texts: Sequence[str]
    ) -> list[Float[np.ndarray, "words rows columns"] | None]:
        """Return where the network looks for each word of a given caption of each image, while made to write it."""
        tokens = [self.tokenizer.encode(text) for text in texts]
        longest = max(1, *map(len, tokens))
        targets = torch.tensor([[*ids, *[EOS] * (longest - len(ids))] for ids in tokens], device=annotations.device)
        mask = torch.ones(annotations.shape[:2], dtype=torch.bool, device=annotations.device)
        with evaluating(self.model):
            weights = forced(self.model, self.model.encode(annotations, mask), targets).weights
        if weights is None:
            return [None] * len(texts)
        return [
            self._of_words(ids, own[: len(ids)], len(text.split()))
            for ids, own, text in zip(tokens, weights, texts, strict=True)
        ]

    def _caption(self, found: Hypothesis) -> Caption:
        text = self.tokenizer.decode(found.tokens)
        count = len(text.split())
        costs = word_log_probs(self.tokenizer.word_ids(found.tokens), found.token_log_probs[:-1], count)
        looked = None if found.weights is None else self._of_words(found.tokens, found.weights, count)
        return Caption(text, found.score, [math.exp(each) for each in costs], looked)

    def _of_words(
        self, tokens: list[int], weights: Float[Tensor, "tgt src"], count: int
    ) -> Float[np.ndarray, "words rows columns"]:
        """Return the mean of the weights over the tokens of each word, as a square of places."""
        own = weights.float().cpu().numpy()
        edge = math.isqrt(own.shape[1])
        means = word_weights(own, range(own.shape[1]), self.tokenizer.word_ids(tokens))
        return means[:count].reshape(-1, edge, edge)
