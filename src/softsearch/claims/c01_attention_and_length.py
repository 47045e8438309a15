"""C1: attention translates better than a plain encoder-decoder, and its lead grows with sentence length.

The lecture shows BLEU by sentence length (Bahdanau et al. 2015, figure 2) and, on WMT'14 English-French, 17.82 for the
encoder-decoder against 26.75 for RNNsearch, both trained on sentences of up to 50 words (table 1). Here both are
trained on the built-in corpus, English to French, for the same number of steps; they differ in `model.attention` alone.

Blind baseline: the attention's own translations, each scored against the reference of another sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.translators import SEEDS, measured
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import Bucket, length_chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BUCKETS = ("1_to_10", "11_to_20", "21_to_30", "31_to_40", "41_to_50")

CLAIM = Claim(
    id="C1",
    statement=STATEMENTS["C1"],
    source="Attention lectures on Bahdanau, Cho and Bengio (2015), figure 2 and table 1",
    seeds=SEEDS,
    expected={
        "bleu_with_attention": "26.75 on WMT'14 en-fr",
        "bleu_without": "17.82 on WMT'14 en-fr",
        "lead": "8.93 on WMT'14 en-fr",
        "lead_at_41_to_50_words_less_lead_at_1_to_10": "more than 0",
        "bleu_blind": "near 0",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return BLEU with and without attention, and the difference by source length."""
    with_attention, without = measured("attention", seed), measured("none", seed)
    ours, theirs = ({_name(bucket): bucket[3] for bucket in each.buckets} for each in (with_attention, without))
    leads = {f"lead_at_{bucket}_words": ours[bucket] - theirs[bucket] for bucket in BUCKETS}
    growth = leads[f"lead_at_{BUCKETS[-1]}_words"] - leads[f"lead_at_{BUCKETS[0]}_words"]
    return {
        "bleu_with_attention": with_attention.bleu,
        "bleu_without": without.bleu,
        "lead": with_attention.bleu - without.bleu,
        **leads,
        "lead_at_41_to_50_words_less_lead_at_1_to_10": growth,
        "bleu_blind": with_attention.blind_bleu(),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where attention leads in every seed, and its lead grows beyond the interval over seeds."""
    leads = min(figures["lead"].values) > 0
    grows = figures["lead_at_41_to_50_words_less_lead_at_1_to_10"].low > 0
    reads = max(figures["bleu_blind"].values) < min(figures["bleu_without"].values)
    return "holds" if leads and grows and reads else "fails"


def picture(seed: int) -> Figure:
    """Draw BLEU by source length, with and without attention."""
    names = {"attention": "attention", "one fixed vector": "none"}
    return length_chart({name: measured(variant, seed).buckets for name, variant in names.items()})


def _name(bucket: Bucket) -> str:
    return f"{bucket[0]}_to_{bucket[1]}"
