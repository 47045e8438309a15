"""Whether an exported model does what the run does: the same sentences through both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from softsearch import portable
from softsearch.data.pairs.pair import Pair
from softsearch.data.running import RunningText
from softsearch.errors import DataError
from softsearch.tasks.batched import write
from softsearch.tasks.context import log_probs
from softsearch.tasks.translator import Translator
from softsearch.tasks.writer import Writer

TOLERANCE = 1e-3  # nats; rounding in another order makes some 1e-5
_SENTENCES = 50
_SCORED, _PROMPTS, _PROMPT_TOKENS, _NEW_TOKENS = 300, 8, 12, 30


class Agreement(NamedTuple):
    """How far two models are apart.

    Attributes
    ----------
    tokens
        Of given texts whose log-probabilities were compared.
    largest_difference, mean_difference
        Between log-probabilities, in nats.
    texts, equal
        How many texts both have written, and how many of these are the same.
    """

    tokens: int
    largest_difference: float
    mean_difference: float
    texts: int
    equal: int


def translators_agree(run: Translator, exported: portable.Translator, pairs: Sequence[Pair]) -> Agreement:
    """Let both write given translations, and look for their own.

    Raises
    ------
    DataError
        All pairs are too long.
    """
    read = run.tokenizer.encode_batch([pair.source for pair in pairs])
    written = run.tokenizer.encode_batch([pair.target for pair in pairs])
    # Whole sentences only: what is too long is translated in parts, and never scored.
    fitting = [
        row
        for row, (source, target) in enumerate(zip(read, written, strict=True))
        if source and len(source) <= run.max_tokens and len(target) <= exported.search.limit(len(source), 0)
    ][:_SENTENCES]
    if not fitting:
        fix = "train with validation pairs that are"
        raise DataError("no validation pair is short enough to compare the two by", fix=fix)
    read, written = ([ids[row] for row in fitting] for ids in (read, written))
    wanted = [each.log_probs for each in write(run.model, read, written)]
    found = exported.engine.force(read, written)
    sources = [pairs[row].source for row in fitting]
    ours = [each.text for each in run.translate(sources, search=exported.search)]
    return _compared(wanted, found, ours, exported.translate(sources))


def writers_agree(run: Writer, exported: portable.Writer, text: RunningText) -> Agreement:
    """Let both read the beginning of a text, and go on with passages of it with the likeliest token each time."""
    ids = text.ids[: _SCORED + 1].tolist()
    last = max(1, len(text.ids) - _PROMPT_TOKENS)
    starts = range(0, last, -(-last // _PROMPTS))
    prompts = [run.tokenizer.decode(text.ids[start : start + _PROMPT_TOKENS].tolist()) for start in starts]
    surest = replace(run.generation, temperature=0.0)
    ours = [run.write(prompt, generation=surest, max_tokens=_NEW_TOKENS)[0].text for prompt in prompts]
    theirs = ["".join(exported.write(prompt, temperature=0.0, max_tokens=_NEW_TOKENS)) for prompt in prompts]
    return _compared(log_probs(run.model, [ids]), [exported.score(ids)], ours, theirs)


def _compared(
    wanted: Sequence[Sequence[float]], found: Sequence[Sequence[float]], ours: Sequence[str], theirs: Sequence[str]
) -> Agreement:
    pairs = zip(wanted, found, strict=True)
    differences = np.array(list(chain.from_iterable(np.abs(np.subtract(*pair)) for pair in pairs)))
    equal = sum(one == other for one, other in zip(ours, theirs, strict=True))
    return Agreement(
        tokens=len(differences),
        largest_difference=float(differences.max()),
        mean_difference=float(differences.mean()),
        texts=len(ours),
        equal=equal,
    )
