"""From translators to their scores on given pairs.

What a model makes of the pairs: its translations, and where it looks while it is made to write the references. Then how
good those are, on which lengths, with and without unknown words, the best and the worst.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import UNK, UNKNOWN, Tokenizer
from softsearch.decoding.settings import Search
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
from softsearch.tasks.translated import Scored, Translation
from softsearch.tasks.translator import Translator

_SHOWN = 5  # sentences kept of the best and of the worst


@dataclass(frozen=True)
class Outputs:
    """What there is to score, an entry for each pair.

    Parameters
    ----------
    translations
        As the translator is set.
    known
        Whether the tokenizer knows every word of the pair.
    meets_unknown
        Whether a word of a source is unknown, or one was written.
    replacing
        Translations with unknown words replaced; None where no source holds one, and from a model that looks at no word
        in particular and so cannot replace them.
    forced
        The references as the model was made to write them, of pairs with gold links or tags; None for the others.
    search
        How the translations were looked for.
    """

    translations: list[Translation]
    known: list[bool]
    meets_unknown: bool
    replacing: list[Translation] | None
    forced: list[Scored | None]
    search: Search

    @property
    def texts(self) -> list[str]:
        """The translations as plain text."""
        return [translation.text for translation in self.translations]


def outputs_of(
    translator: Translator,
    pairs: Sequence[Pair],
    *,
    beam: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Outputs:
    """Translate `pairs`, with another beam if one is given, and read where the model looks.

    `on_progress` is told how many are translated so far.
    """
    search = translator.search if beam is None else dataclasses.replace(translator.search, beam=beam)
    sources = [pair.source for pair in pairs]
    translations = []
    for translation in translator.stream(sources, search=search):
        translations.append(translation)
        if on_progress:
            on_progress(len(translations))
    unknown_sources, unknown_targets = (
        [UNK in ids for ids in translator.tokenizer.encode_batch(side)]
        for side in (sources, [pair.target for pair in pairs])
    )
    known = [not any(sides) for sides in zip(unknown_sources, unknown_targets, strict=True)]
    replacing = None
    writes_unknown = any(UNKNOWN in each.unreplaced for each in translations)
    if writes_unknown:
        replacing = translations
    elif any(unknown_sources) and translator.has_links:
        replacing = translator.translate(sources, search=search, replace_unknown=True)
    meets_unknown = writes_unknown or any(unknown_sources)
    return Outputs(translations, known, meets_unknown, replacing, _forced(translator, pairs), search)


def scores(
    pairs: Sequence[Pair], outputs: Outputs, found: Mapping[str, Statistics], *, tokenizer: Tokenizer, lowercase: bool
) -> dict[str, Any]:
    """Return scores with intervals, scores by length, and the best and the worst sentences.

    `found` is what :func:`statistics` returns of the same pairs and outputs. "unknown" is there where a word of a
    source is unknown or one was written, "attention" where pairs have gold links or tags.
    """
    references = [pair.target for pair in pairs]
    lengths = [len(pair.source.split()) for pair in pairs]
    buckets = by_length(lengths, outputs.texts, references, lowercase=lowercase)
    parts = {"unknown": _unknown(pairs, outputs, lowercase=lowercase), "attention": _attention(pairs, outputs)}
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


def _forced(translator: Translator, pairs: Sequence[Pair]) -> list[Scored | None]:
    rows = [row for row, pair in enumerate(pairs) if pair.links is not None or (pair.source_tags and pair.target_tags)]
    scored = translator.score([pairs[row].source for row in rows], [pairs[row].target for row in rows])
    found: list[Scored | None] = [None] * len(pairs)
    for row, each in zip(rows, scored, strict=True):
        found[row] = each
    return found


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
