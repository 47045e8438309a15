"""From translations to scores: how good they are, on which lengths, and which are the best and the worst."""

from __future__ import annotations

from typing import Any

import numpy as np

from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import Tokenizer
from softsearch.metrics.alignment import Link, alignment_error_rate
from softsearch.metrics.translation import bleu, by_length, chrf, sentence_chrf
from softsearch.tasks.translator import Translation

_SHOWN = 5  # sentences kept of the best and of the worst


def scores(
    pairs: list[Pair],
    translations: list[Translation],
    aligned: list[set[Link]] | None,
    *,
    tokenizer: Tokenizer,
    lowercase: bool,
) -> dict[str, Any]:
    """Return scores with intervals, scores by length, and the best and the worst sentences.

    Parameters
    ----------
    aligned
        Predicted links of those pairs that have gold links, in their order; None without any.
    lowercase
        Whether scores ignore case.
    """
    texts = [translation.text for translation in translations]
    references = [pair.target for pair in pairs]
    lengths = [len(pair.source.split()) for pair in pairs]
    metrics = {
        "bleu": bleu(texts, references, lowercase=lowercase),
        "chrf": chrf(texts, references, lowercase=lowercase),
    }
    if aligned is not None:
        gold = [pair.links for pair in pairs if pair.links is not None]
        metrics["aer"] = alignment_error_rate(aligned, gold)
    buckets = by_length(lengths, texts, references, lowercase=lowercase)
    return {
        "num_sentences": len(pairs),
        "metrics": {name: score.to_dict() for name, score in metrics.items()},
        "by_length": [bucket.to_dict() for bucket in buckets],
        "sentences": _extremes(pairs, translations, tokenizer=tokenizer, lowercase=lowercase),
    }


def _extremes(
    pairs: list[Pair], translations: list[Translation], *, tokenizer: Tokenizer, lowercase: bool
) -> list[dict[str, Any]]:
    """Return the best and the worst sentences by chrF, the best first; of equals, the longer is the better show."""
    scores = sentence_chrf([each.text for each in translations], [pair.target for pair in pairs], lowercase=lowercase)
    order = sorted(range(len(pairs)), key=lambda row: (-scores[row], -len(pairs[row].source)))
    shown = order if len(order) <= 2 * _SHOWN else order[:_SHOWN] + order[-_SHOWN:]
    return [_shown(pairs[row], translations[row], scores[row], tokenizer) for row in shown]


def _shown(pair: Pair, translation: Translation, score: float, tokenizer: Tokenizer) -> dict[str, Any]:
    entry = translation.to_dict()
    keys = ("source", "translation", "source_pieces", "target_pieces", "weights")
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
