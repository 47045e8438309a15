"""Which n-grams the filters of a network for sentences fire on, and what they speak for (Kim 2014)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch

from softsearch.data.batches import pad
from softsearch.models.sentence_conv_net import SentenceConvNet
from softsearch.shapes import Float, Tensor
from softsearch.tasks.sentences import ClassifierOfSentences
from softsearch.tasks.task import evaluating

_AT_ONCE = 250  # sentences
_AGAIN = 5  # so many times as many sentences are looked at as different n-grams are wanted


class Fire(NamedTuple):
    """Words that a filter has read, and how strongly it fires on them."""

    words: str
    strength: float


class Filter(NamedTuple):
    """A filter, counted from 1: how many words it reads, what it speaks for, and the n-grams it fires on most.

    `weight` is by how much one unit of it favours the class over the mean of all; `share` is that of the sentences in
    which it fires at all.
    """

    number: int
    width: int
    label: str
    weight: float
    share: float
    fires: tuple[Fire, ...]


class Reason(NamedTuple):
    """An n-gram of a sentence that a filter has found, and by how much that favours a class over the mean of all."""

    number: int
    words: str
    favours: float


def filters_of(classifier: ClassifierOfSentences, sentences: Sequence[str], *, top: int) -> list[Filter]:
    """Return each filter with the different n-grams of some sentences on which it fires most, the weightiest first.

    Raises
    ------
    TypeError
        The network has no filters over words.
    """
    model = _model_of(classifier)
    found: list[dict[str, float]] = [{} for _ in range(model.output.in_features)]
    fired = torch.zeros(len(found))
    widths = _widths(model)
    for ids, strength, places in _fired(classifier, sentences):
        fired += (strength > 0).sum(dim=0)
        most = strength.topk(min(len(ids), _AGAIN * top), dim=0)  # the same words may come more than once
        for number, own in enumerate(found):
            for much, row in zip(most.values[:, number].tolist(), most.indices[:, number].tolist(), strict=True):
                if much > 0:
                    words = _words(classifier, ids[row], int(places[row, number]), widths[number])
                    own[words] = max(much, own.get(words, 0.0))
            found[number] = dict(sorted(own.items(), key=lambda each: -each[1])[:top])
    favoured, weights = _favours(model).max(dim=0).indices.tolist(), _favours(model).max(dim=0).values.tolist()
    filters = [
        Filter(
            number=number + 1,
            width=widths[number],
            label=classifier.classes[favoured[number]],
            weight=weights[number],
            share=float(fired[number]) / max(1, len(sentences)),
            fires=tuple(Fire(*each) for each in own.items()),
        )
        for number, own in enumerate(found)
    ]
    return sorted(filters, key=lambda each: -each.weight * each.fires[0].strength if each.fires else 0.0)


def reasons_for(classifier: ClassifierOfSentences, sentence: str, label: str) -> list[Reason]:
    """Return what each filter has found in a sentence, what speaks most for a class first; errors as above."""
    model = _model_of(classifier)
    ((ids, strength, places),) = _fired(classifier, [sentence])
    favours = _favours(model)[classifier.classes.index(label)] * strength[0]
    reasons = [
        Reason(number + 1, _words(classifier, ids[0], int(places[0, number]), width), float(favours[number]))
        for number, width in enumerate(_widths(model))
        if strength[0, number] > 0
    ]
    return sorted(reasons, key=lambda each: -each.favours)


def _model_of(classifier: ClassifierOfSentences) -> SentenceConvNet:
    if not isinstance(classifier.model, SentenceConvNet):
        raise TypeError("this network has no filters over words")
    return classifier.model


def _fired(
    classifier: ClassifierOfSentences, sentences: Sequence[str]
) -> Iterable[tuple[list[list[int]], Tensor, Tensor]]:
    """Yield the ids of some sentences, how strongly each filter fires in each of them, and from which word on."""
    model = _model_of(classifier)
    with evaluating(model):
        for start in range(0, len(sentences), _AT_ONCE):
            ids = classifier.task.tokenizer.encode_batch(list(sentences[start : start + _AT_ONCE]))
            yield (ids, *model.fired(*pad(ids, end=False)))


def _favours(model: SentenceConvNet) -> Float[Tensor, "classes filters"]:
    """Return by how much one unit of a filter favours each class over the mean of all."""
    weights = model.weights().detach()
    return weights - weights.mean(dim=0)


def _widths(model: SentenceConvNet) -> list[int]:
    """Return how many words each filter reads."""
    return [layer.weight.shape[2] for layer in model.layers for _ in range(layer.weight.shape[0])]


def _words(classifier: ClassifierOfSentences, ids: Sequence[int], place: int, width: int) -> str:
    return " ".join(classifier.task.tokenizer.pieces(ids[place : place + width]))
