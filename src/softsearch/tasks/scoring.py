"""From translations to scores: how good they are, on which lengths, with and without unknown words, best and worst."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import UNKNOWN, Tokenizer
from softsearch.metrics.alignment import Link, alignment_statistics, crossing
from softsearch.metrics.attention import by_tag, effective_words
from softsearch.metrics.paired import Difference, difference
from softsearch.metrics.score import Statistics
from softsearch.metrics.translation import (
    bleu,
    bleu_statistics,
    by_length,
    chrf_statistics,
    sentence_chrf,
    ter_statistics,
)
from softsearch.tasks.outputs import Outputs
from softsearch.tasks.translator import Translation

_SHOWN = 5  # sentences kept of the best and of the worst


def scores(
    pairs: Sequence[Pair],
    outputs: Outputs,
    found: Mapping[str, Statistics],
    *,
    tokenizer: Tokenizer,
    lowercase: bool,
) -> dict[str, Any]:
    """Return scores with intervals, scores by length, and the best and the worst sentences.

    "unknown" is there where a word of a source is unknown or one was written, "attention" where pairs have gold links
    or tags.

    Parameters
    ----------
    found
        What :func:`statistics` returns of the same pairs and outputs.
    lowercase
        Whether scores ignore case.
    """
    references = [pair.target for pair in pairs]
    lengths = [len(pair.source.split()) for pair in pairs]
    buckets = by_length(lengths, outputs.texts, references, lowercase=lowercase)
    parts = {
        "unknown": _unknown(pairs, outputs, lowercase=lowercase),
        "attention": _attention(pairs, outputs),
    }
    return {
        "num_sentences": len(pairs),
        "metrics": {name: each.estimate().to_dict() for name, each in found.items()},
        "by_length": [bucket.to_dict() for bucket in buckets],
        "sentences": _extremes(pairs, outputs.translations, tokenizer=tokenizer, lowercase=lowercase),
        **{name: part for name, part in parts.items() if part is not None},
        "decoding": dataclasses.asdict(outputs.search),
    }


def statistics(pairs: Sequence[Pair], outputs: Outputs, *, lowercase: bool, with_ter: bool) -> dict[str, Statistics]:
    """Return what each score is computed from; BLEU without regard to case beside a BLEU that regards it.

    TER comes `with_ter` only: it may take long.
    """
    texts, references = outputs.texts, [pair.target for pair in pairs]
    found = {"bleu": bleu_statistics(texts, references, lowercase=lowercase)}
    if not lowercase:
        found["bleu_lowercase"] = bleu_statistics(texts, references, lowercase=True)
    found["chrf"] = chrf_statistics(texts, references, lowercase=lowercase)
    if with_ter:
        found["ter"] = ter_statistics(texts, references, lowercase=lowercase)
    return {**found, **_alignment(pairs, outputs)}


def differences(system: Mapping[str, Statistics], baseline: Mapping[str, Statistics]) -> dict[str, Difference]:
    """Compare two systems on the same pairs by each score that both have."""
    return {name: difference(system[name], baseline[name]) for name in system if name in baseline}


def _alignment(pairs: Sequence[Pair], outputs: Outputs) -> dict[str, Statistics]:
    """Return nothing for a model that looks at no word in particular: it has no links to be judged by."""
    linked = [(pair, own) for pair, own in zip(pairs, outputs.forced, strict=True) if own and pair.links is not None]
    if not any(own.alignment for _, own in linked):
        return {}
    possible = [pair.possible_links for pair, _ in linked]
    return alignment_statistics(
        [set(own.alignment) for _, own in linked],
        [pair.links or set() for pair, _ in linked],
        possible if any(possible) else None,
    )


def _unknown(pairs: Sequence[Pair], outputs: Outputs, *, lowercase: bool) -> dict[str, Any] | None:
    """Return BLEU with unknown words as they are and replaced, and on pairs without any.

    The last is "No UNK" of Bahdanau et al. (2015), table 1.
    """
    if not outputs.meets_unknown:
        return None
    references = [pair.target for pair in pairs]
    rows = [row for row, known in enumerate(outputs.known) if known]
    only = [[texts[row] for row in rows] for texts in (outputs.texts, references)]
    known = bleu(*only, lowercase=lowercase).to_dict() if rows else None
    found: dict[str, Any] = {"num_known": len(rows), "bleu_known": known}
    if outputs.replacing is not None:
        written = {
            "bleu_unreplaced": [each.unreplaced for each in outputs.replacing],
            "bleu_replaced": [each.text for each in outputs.replacing],
        }
        found |= {name: bleu(texts, references, lowercase=lowercase).to_dict() for name, texts in written.items()}
        found["num_written"] = sum(UNKNOWN in text for text in written["bleu_unreplaced"])
    return found


def _attention(pairs: Sequence[Pair], outputs: Outputs) -> dict[str, Any] | None:
    looked = [
        (pair, own, own.word_weights)
        for pair, own in zip(pairs, outputs.forced, strict=True)
        if own is not None and own.word_weights is not None
    ]
    spread = [effective_words(weights) for _, _, weights in looked]
    if not sum(map(len, spread)):
        return None
    found: dict[str, Any] = {"effective_words": _spread(spread, [weights.shape[1] for _, _, weights in looked])}
    linked = [(set(pair.links), set(own.alignment)) for pair, own, _ in looked if pair.links is not None]
    if linked:
        found["crossing"] = _crossing(linked)
    tagged = [
        (weights, pair.source_tags, pair.target_tags)
        for pair, _, weights in looked
        if pair.source_tags and pair.target_tags and weights.shape == (len(pair.target_tags), len(pair.source_tags))
    ]
    by_speech = by_tag(*zip(*tagged, strict=True)) if tagged else None
    if by_speech is not None:
        found["tags"] = by_speech.to_dict()
    return found


def _spread(spread: Sequence[np.ndarray], num_source: Sequence[int]) -> dict[str, float]:
    """Return over how many source words attention spreads, and how many there are on average."""
    words = np.concatenate(spread)
    of = np.repeat(num_source, [len(each) for each in spread])
    return {
        "mean": round(float(words.mean()), 4),
        "median": round(float(np.median(words)), 4),
        "of": round(float(of.mean()), 4),
    }


def _crossing(linked: Sequence[tuple[set[Link], set[Link]]]) -> dict[str, float]:
    """Return the shares of gold and of predicted links that cross another, and how many of the first were found."""
    gold, predicted = (sum(len(each[side]) for each in linked) for side in (0, 1))
    crossed, crosses = (sum(len(crossing(each[side])) for each in linked) for side in (0, 1))
    hit = sum(len(crossing(wanted) & found) for wanted, found in linked)
    return {
        "gold": round(crossed / max(1, gold), 4),
        "predicted": round(crosses / max(1, predicted), 4),
        "recall": round(hit / crossed, 4) if crossed else 1.0,  # nothing is missed
    }


def _extremes(
    pairs: Sequence[Pair], translations: Sequence[Translation], *, tokenizer: Tokenizer, lowercase: bool
) -> list[dict[str, Any]]:
    """Return the best and the worst sentences by chrF, the best first; of equals, the longer is the better show."""
    scores = sentence_chrf([each.text for each in translations], [pair.target for pair in pairs], lowercase=lowercase)
    order = sorted(range(len(pairs)), key=lambda row: (-scores[row], -len(pairs[row].source)))
    shown = order if len(order) <= 2 * _SHOWN else order[:_SHOWN] + order[-_SHOWN:]
    return [_shown(pairs[row], translations[row], scores[row], tokenizer) for row in shown]


def _shown(pair: Pair, translation: Translation, score: float, tokenizer: Tokenizer) -> dict[str, Any]:
    entry = translation.to_dict()
    keys = ("source", "translation", "confidence", "source_pieces", "target_pieces", "weights")
    gold = None
    if pair.links is not None and translation.text == pair.target:  # gold links are about the reference's words
        gold = _gold_pieces(pair, tokenizer)
    return {**{key: entry[key] for key in keys}, "reference": pair.target, "score": round(score, 2), "gold": gold}


def _gold_pieces(pair: Pair, tokenizer: Tokenizer) -> list[list[int]]:
    """Return links between words as links between all of their pieces, (source piece, target piece)."""
    words = [np.array(tokenizer.word_ids(tokenizer.encode(text)), dtype=int) for text in (pair.source, pair.target)]
    return [
        [int(i), int(j)]
        for source, target in sorted(pair.links or ())
        for i in np.flatnonzero(words[0] == source)
        for j in np.flatnonzero(words[1] == target)
    ]
