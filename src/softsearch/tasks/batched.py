"""Many sources through a model at once, those of similar length together; results come in the order of the sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from softsearch.data.batches import pad
from softsearch.data.tokenizers import BOS, PAD
from softsearch.decoding.forced import forced
from softsearch.decoding.hypotheses import Hypothesis
from softsearch.decoding.rules import SPECIAL, Rules, pad_prefixes
from softsearch.decoding.sampling import sample
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Sampling, Search
from softsearch.models.sequence_model import Network
from softsearch.seeding import derive
from softsearch.shapes import Bool, Float, Tensor
from softsearch.tasks.by_length import by_length
from softsearch.tasks.task import device_of

SENTENCES_AT_ONCE = 64
_ROWS_AT_ONCE = 1024  # hypotheses: a wide beam takes fewer sentences at a time
_WEIGHTS_AT_ONCE = 1 << 24  # 64 MB: long pairs are scored fewer at a time


class Decoding(NamedTuple):
    """How to translate in one call: settings, translations for each sentence, and whether to draw them."""

    search: Search
    nbest: int
    sampling: Sampling | None


class Part(NamedTuple):
    """A line or a part of one: its tokens, those its translation begins with, its line's number, its place therein."""

    ids: list[int]
    prefix: list[int]
    line: int
    place: int


class Forced(NamedTuple):
    """What the tokens of a given target and its end cost, in nats, and where the model looked; no padding."""

    log_probs: list[float]
    weights: Float[np.ndarray, "tgt src"] | None


def encode(model: Network, sources: Sequence[list[int]]) -> tuple[Any, Bool[Tensor, "batch src"]]:
    """Return what a model makes of sources, and which of their positions are real."""
    ids, mask = (each.to(device_of(model)) for each in pad(sources))
    with torch.inference_mode():
        return model.encode(ids, mask), mask


def decode(model: Network, parts: Sequence[Part], asked: Decoding) -> list[list[Hypothesis]]:
    """Search for the translations of each part, best first, or draw them, in the order of drawing."""
    width = asked.nbest if asked.sampling else max(asked.search.beam, asked.nbest)
    return by_length(
        [len(part.ids) for part in parts],
        max(1, min(SENTENCES_AT_ONCE, _ROWS_AT_ONCE // width)),
        lambda rows: _decode_batch(model, [parts[row] for row in rows], asked),
    )


def write(model: Network, sources: Sequence[list[int]], targets: Sequence[list[int]]) -> list[Forced]:
    """Make a model write given targets."""
    longest = max((len(source) + 1 for source in sources), default=1) * max(map(len, targets), default=1)
    return by_length(
        [len(target) for target in targets],
        max(1, min(SENTENCES_AT_ONCE, _WEIGHTS_AT_ONCE // max(1, longest))),
        lambda rows: _write_batch(model, [sources[row] for row in rows], [targets[row] for row in rows]),
    )


def _write_batch(model: Network, sources: list[list[int]], targets: list[list[int]]) -> list[Forced]:
    wanted, _ = pad(targets)
    costs, weights = forced(model, encode(model, sources)[0], wanted.to(device_of(model)))
    looked = [None] * len(sources) if weights is None else weights.cpu().numpy()
    return [
        Forced(cost[: len(target) + 1], None if own is None else own[: len(target), : len(source) + 1])
        for source, target, cost, own in zip(sources, targets, costs.tolist(), looked, strict=True)
    ]


def _decode_batch(model: Network, parts: list[Part], asked: Decoding) -> list[list[Hypothesis]]:
    search, nbest, sampling = asked
    source, mask = encode(model, [part.ids for part in parts])
    limits = [search.limit(len(part.ids), len(part.prefix)) for part in parts]
    rules = Rules(
        forbidden=(PAD, BOS) if search.replace_unknown else SPECIAL,
        min_length=search.min_length,
        no_repeat_ngrams=search.no_repeat_ngrams,
        prefixes=pad_prefixes([part.prefix for part in parts], mask.device),
    )
    if sampling is None:
        return beam_search(
            model, source, search=search, source_mask=mask, max_lengths=limits, rules=rules, num_best=nbest
        )
    return sample(
        model,
        source,
        sampling=sampling,
        seeds=[[_seed(sampling, part, number) for number in range(nbest)] for part in parts],
        length_penalty=search.length_penalty,
        max_lengths=limits,
        rules=rules,
        device=mask.device,
    )


def _seed(sampling: Sampling, part: Part, number: int) -> int:
    return derive(sampling.seed, "sample", part.line, part.place, number)
