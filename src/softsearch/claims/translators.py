"""The translators that several claims are about: one recipe, with and without the part that a claim concerns."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

from softsearch import runs
from softsearch.claims.trainings import trained
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.metrics.translation import bleu
from softsearch.pictures.charts import Bucket
from softsearch.recipes import Recipe, load_recipe
from softsearch.runs.translation_scoring import Outputs, outputs_of, scores, statistics
from softsearch.tasks.translator import Translator

Variant = Literal["attention", "mean", "none", "forwards"]

RECIPE = "translate/builtin"
# No budget: what is compared has taken the same number of steps.
SETTINGS = ("data.source=en", "data.target=fr", "data.num_test=2000", "training.budget=null")
CHANGES: dict[Variant, str] = {
    "attention": "model.attention.kind=additive",
    "mean": "model.attention={kind: mean}",
    "none": "model.attention={kind: none}",
    "forwards": "model.encoder.direction=forwards",
}
SEEDS = (1, 2, 3)


class Measured(NamedTuple):
    """A trained translator and what it makes of the test pairs."""

    translator: Translator
    pairs: list[Pair]
    outputs: Outputs
    evaluation: dict[str, Any]

    @property
    def bleu(self) -> float:
        """BLEU, 0 to 100."""
        return float(self.evaluation["metrics"]["bleu"]["value"])

    @property
    def buckets(self) -> list[Bucket]:
        """BLEU by source length, as :func:`~softsearch.pictures.length_chart` draws it."""
        return [
            (each["low"], each["high"], each["count"], *(each["bleu"][name] for name in ("value", "low", "high")))
            for each in self.evaluation["by_length"]
        ]

    def blind_bleu(self) -> float:
        """Return the BLEU of the same translations, each for a sentence that its translator has not read."""
        half = len(self.pairs) // 2
        texts = self.outputs.texts
        return bleu(texts[half:] + texts[:half], [pair.target for pair in self.pairs], lowercase=False).value


@cache
def measured(variant: Variant, seed: int) -> Measured:
    """Train a translator, or take the one that was, and score it on the test pairs."""
    run = trained(_recipe(variant, seed), name=f"{variant}-{seed}")
    pairs = list(read_one_file(run / "data" / "test.tsv", report=PairReport()))
    translator = runs.load(run)
    outputs = outputs_of(translator, pairs)
    counts = statistics(pairs, outputs, lowercase=False, with_ter=False)
    evaluation = scores(pairs, outputs, counts, tokenizer=translator.tokenizer, lowercase=False)
    return Measured(translator, pairs, outputs, evaluation)


def _recipe(variant: Variant, seed: int) -> Recipe:
    return load_recipe(RECIPE, [*SETTINGS, CHANGES[variant], f"seed={seed}"])
