"""The claims about translators, on made-up models that read perfectly or not at all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from softsearch.claims import c01_attention_and_length as c01
from softsearch.claims import c02_alignment as c02
from softsearch.claims import c04_mean_pooling as c04
from softsearch.claims import c40_directions_and_words as c40
from softsearch.claims import trainings, translators
from softsearch.claims.translators import Measured
from softsearch.data.grammar import generate
from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.metrics.repeats import Figures
from softsearch.recipes import load_recipe
from softsearch.runs.translation_scoring import Outputs, scores, statistics
from softsearch.tasks.translated import Scored, Translation

SMALL = (
    "data.num_train=60",
    "data.num_valid=10",
    "data.num_test=30",
    "tokenizer.size=300",
    "model.embedding=8",
    "model.readout=8",
    "model.encoder.hidden=8",
    "model.decoder.hidden=8",
    "training.budget=null",
    "training.max_steps=2",
    "training.schedule.warmup_steps=1",
    "training.threads=1",
)


@pytest.fixture(scope="module")
def pairs():
    return list(generate(source="en", target="fr", num_pairs=60, split="test", seed=1))


class Reader:
    """Looks at the true words of the references of `pairs`, whatever source it is given."""

    def __init__(self, pairs):
        self.pairs = pairs

    def score(self, sources, targets):
        return [looked(pair, list(pair.links)[:1]) for pair in self.pairs]


def looked(pair, links):
    weights = np.zeros((len(pair.target.split()), len(pair.source.split())))
    for i, j in links:
        weights[j, i] = 1.0
    return Scored(pair.source, pair.target, -1.0, 3, [], sorted(links), weights)


def reading(pairs: list[Pair]) -> Measured:
    """Return a model that translates all sentences rightly, and looks at the true words."""
    translations = [Translation(pair.source, pair.target, -1.0) for pair in pairs]
    search = Search(beam=1, length_penalty=1.0, max_ratio=2.0)
    forced = [looked(pair, list(pair.links)) for pair in pairs]
    outputs = Outputs(translations, [True] * len(pairs), False, None, forced, search)
    tokenizer = WordTokenizer(["a"], lowercase=False, split_punctuation=False)
    counts = statistics(pairs, outputs, lowercase=False, with_ter=False)
    evaluation = scores(pairs, outputs, counts, tokenizer=tokenizer, lowercase=False)
    return Measured(Reader(pairs), pairs, outputs, evaluation)


def falling_short(model: Measured, *, bleu: float, right_up_to: int) -> Measured:
    """Return a model with less BLEU, none of it on sentences of more words than `right_up_to`."""
    nothing = {"value": 0.0, "low": 0.0, "high": 0.0}
    lengths = model.evaluation["by_length"]
    by_length = [each if each["high"] <= right_up_to else {**each, "bleu": nothing} for each in lengths]
    metrics = {"bleu": {"value": bleu}}
    return model._replace(evaluation={**model.evaluation, "metrics": metrics, "by_length": by_length})


@pytest.fixture(scope="module")
def made(pairs):
    model = reading(pairs)
    less = {"mean": (60.0, 30), "none": (50.0, 20), "forwards": (70.0, 40)}
    worse = {name: falling_short(model, bleu=bleu, right_up_to=words) for name, (bleu, words) in less.items()}
    return {"attention": model, **worse}


@pytest.fixture
def models(made, monkeypatch):
    for module in (c01, c02, c04, c40):
        monkeypatch.setattr(module, "measured", lambda variant, seed: made[variant])
    return made


def figures_of(module):
    return {name: Figures.of([value] * 3) for name, value in module.measure(1).items()}


@pytest.mark.parametrize("module", [c01, c02, c04, c40])
def test_a_claim_holds_for_models_made_so_and_is_drawn(module, models):
    figures = figures_of(module)
    assert set(module.CLAIM.expected) <= set(figures)
    assert module.verdict(figures) == "holds"
    assert isinstance(module.picture(1), Figure)


@pytest.mark.parametrize("module", [c01, c04, c40])
def test_a_claim_fails_where_nothing_is_gained(module, models, monkeypatch):
    monkeypatch.setattr(module, "measured", lambda variant, seed: models["none"])
    assert module.verdict(figures_of(module)) == "fails"


@pytest.mark.parametrize("module", [c01, c04, c40])
def test_a_claim_fails_where_translations_of_other_sentences_score_as_well(module, models):
    assert module.verdict({**figures_of(module), "bleu_blind": Figures.of([90.0] * 3)}) == "fails"


def test_alignments_that_are_no_better_than_the_diagonal_fail(models, monkeypatch, pairs):
    model = models["attention"]
    flat = [looked(pair, c02._diagonal(pair)) for pair in pairs]
    blind = model._replace(outputs=dataclasses.replace(model.outputs, forced=flat))
    monkeypatch.setattr(c02, "measured", lambda variant, seed: blind)
    assert c02.verdict(figures_of(c02)) == "fails"


def test_the_lead_of_attention_is_measured_by_length(models):
    figures = c01.measure(1)
    assert figures["lead_at_1_to_10_words"] == pytest.approx(0.0)
    assert figures["lead_at_41_to_50_words"] > 90
    assert figures["bleu_blind"] < 20


def test_an_adjective_that_changes_places_with_its_noun_is_a_swap():
    pair = Pair(
        "the red car",
        "la voiture rouge",
        1,
        frozenset({(0, 0), (1, 2), (2, 1)}),
        source_tags=("DET", "ADJ", "NOUN"),
        target_tags=("DET", "NOUN", "ADJ"),
    )
    assert c02.swapped_adjectives(pair) == {(1, 2)}
    assert not c02.swapped_adjectives(dataclasses.replace(pair, target_tags=("DET", "ADJ", "NOUN")))


@pytest.mark.slow
def test_a_translator_is_trained_and_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(trainings, "FOLDER", tmp_path)
    monkeypatch.setattr(translators, "SETTINGS", [*translators.SETTINGS[:2], *SMALL])
    model = translators.measured.__wrapped__("attention", 1)
    assert len(model.pairs) == model.evaluation["num_sentences"] == 30
    assert {"effective_words", "crossing", "tags"} <= set(model.evaluation["attention"])
    assert 0.0 <= model.blind_bleu() <= model.bleu + 1.0
    assert all(low <= value <= high for *_, value, low, high in model.buckets)


@pytest.mark.parametrize("variant", translators.CHANGES)
def test_a_variant_changes_one_field(variant):
    plain = load_recipe(translators.RECIPE, [*translators.SETTINGS, "seed=1"]).model_dump()["model"]
    changed = translators._recipe(variant, 1).model_dump()["model"]
    assert len([name for name in plain if plain[name] != changed[name]]) == (variant != "attention")
