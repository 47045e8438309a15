"""Many sources through a model at once, those of similar length together; results come in the order of the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from softsearch.data.batches import pad
from softsearch.data.tokenizers import BOS, PAD
from softsearch.decoding.forced import forced
from softsearch.decoding.rules import SPECIAL, Rules, pad_prefixes
from softsearch.decoding.sampling import sample
from softsearch.decoding.search import beam_search
from softsearch.decoding.settings import Sampling, Search
from softsearch.decoding.stepper import Hypothesis, Network
from softsearch.seeding import derive
from softsearch.shapes import Bool, Float, Tensor

SENTENCES_AT_ONCE = 64
_ROWS_AT_ONCE = 1024  # hypotheses: a wide beam takes fewer sentences at a time
_WEIGHTS_AT_ONCE = 1 << 24  # 64 MB: long pairs are scored fewer at a time


class Asked(NamedTuple):
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


class Written(NamedTuple):
    """What the tokens of a given target and its end cost, in nats, and where the model looked; no padding."""

    log_probs: list[float]
    weights: Float[np.ndarray, "tgt src"] | None


def device_of(model: Network) -> torch.device:
    """Return where a model computes."""
    return next(model.parameters()).device


def encode(model: Network, sources: Sequence[list[int]]) -> tuple[Any, Bool[Tensor, "batch src"]]:
    """Return what a model makes of sources, and which of their positions are real."""
    ids, mask = (each.to(device_of(model)) for each in pad(sources))
    with torch.inference_mode():
        return model.encode(ids, mask), mask


def decode(model: Network, parts: Sequence[Part], asked: Asked) -> list[list[Hypothesis]]:
    """Search for the translations of each part, best first, or draw them, in the order of drawing."""
    found: dict[int, list[Hypothesis]] = {}
    width = asked.nbest if asked.sampling else max(asked.search.beam, asked.nbest)
    for rows in _similar([len(part.ids) for part in parts], _ROWS_AT_ONCE // width):
        found |= zip(rows, _decode_batch(model, [parts[row] for row in rows], asked), strict=True)
    return [found[row] for row in range(len(parts))]


def write(model: Network, sources: Sequence[list[int]], targets: Sequence[list[int]]) -> list[Written]:
    """Make a model write given targets."""
    found: dict[int, Written] = {}
    longest = max((len(source) + 1 for source in sources), default=1) * max(map(len, targets), default=1)
    for rows in _similar([len(target) for target in targets], _WEIGHTS_AT_ONCE // max(1, longest)):
        wanted, _ = pad([targets[row] for row in rows])
        costs, weights = forced(model, encode(model, [sources[row] for row in rows])[0], wanted.to(device_of(model)))
        looked = [None] * len(rows) if weights is None else weights.cpu().numpy()
        for row, cost, own in zip(rows, costs.tolist(), looked, strict=True):
            num_read, num_written = len(sources[row]) + 1, len(targets[row])
            found[row] = Written(cost[: num_written + 1], None if own is None else own[:num_written, :num_read])
    return [found[row] for row in range(len(targets))]


def _similar(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    size = max(1, min(SENTENCES_AT_ONCE, most))
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    return (order[start : start + size] for start in range(0, len(order), size))


def _decode_batch(model: Network, parts: list[Part], asked: Asked) -> list[list[Hypothesis]]:
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
