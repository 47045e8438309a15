import re
from pathlib import Path

import pytest

from softsearch.recipes import dump_recipe, load_recipe, shipped
from softsearch.recipes.catalogue import ShippedRecipe
from softsearch.recipes.schema import Additive, Files, Mean, NoAttention

RECIPES = {recipe.name: recipe for recipe in shipped()}


@pytest.fixture(autouse=True)
def _corpora(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTSEARCH_DATA", "/corpora")


def test_the_shipped_recipes_go_by_name() -> None:
    assert list(RECIPES) == [
        "captions/flickr8k",
        "captions/flickr8k-hard",
        "captions/flickr8k-none",
        "captions/scenes",
        "captions/scenes-transformer",
        "images/cifar10",
        "images/depth",
        "images/mnist",
        "images/shapes",
        "language/ptb",
        "language/ptb-adaptive",
        "language/ptb-feed-forward",
        "language/ptb-ngram",
        "language/ptb-sampled",
        "language/ptb-zaremba",
        "language/python",
        "language/shakespeare",
        "language/shakespeare-lags",
        "language/shakespeare-quick",
        "language/shakespeare-transformer",
        "memory/associative-recall",
        "memory/comparison",
        "memory/copy",
        "memory/copy-lstm",
        "memory/ngrams",
        "memory/priority-sort",
        "memory/repeat-copy",
        "memory/sum",
        "programs/addition",
        "programs/attention",
        "programs/memorisation",
        "programs/nested",
        "sentences/mr",
        "sentences/sst2",
        "sentences/tense",
        "sentences/trec",
        "sentences/trec-recurrent",
        "translate/builtin",
        "translate/builtin-transformer",
        "translate/builtin-words",
        "translate/multi30k",
        "translate/multi30k-en-de",
        "translate/multi30k-mean",
        "translate/multi30k-no-attention",
        "translate/multi30k-transformer",
        "translate/multi30k-transformer-en-de",
    ]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.filterwarnings("error")  # a recipe that extends another changes kinds on purpose
def test_a_shipped_recipe_is_valid_and_survives_being_dumped(recipe: ShippedRecipe, tmp_path: Path) -> None:
    loaded = load_recipe(recipe.name)
    (tmp_path / "recipe.yaml").write_text(dump_recipe(loaded), encoding="utf-8")
    assert load_recipe(tmp_path / "recipe.yaml") == loaded
    assert loaded.path == recipe.path


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_header_tells_what_the_recipe_shows_and_how_to_run_it(recipe: ShippedRecipe) -> None:
    assert recipe.task == load_recipe(recipe.name).task.kind
    assert re.search(rf"softsearch (train {recipe.name}$|sweep {recipe.name} --over )", recipe.command)
    assert all(re.fullmatch(r"S\d+", system) for system in recipe.systems)
    assert recipe.summary.endswith(".")
    for figure in (recipe.time, recipe.expected):
        assert figure
        assert "not measured" not in figure


def test_the_multi30k_transformers_differ_in_their_direction_only() -> None:
    german, english = load_recipe("translate/multi30k-transformer"), load_recipe("translate/multi30k-transformer-en-de")
    assert (german.data.source, german.data.target) == (english.data.target, english.data.source)
    assert (german.model, german.training) == (english.model, english.training)


def test_the_multi30k_recipes_differ_in_their_attention_only() -> None:
    attention = load_recipe("translate/multi30k")
    mean = load_recipe("translate/multi30k-mean")
    none = load_recipe("translate/multi30k-no-attention")
    assert isinstance(attention.model.attention, Additive)
    assert mean.model.attention == Mean(kind="mean")
    assert none.model.attention == NoAttention(kind="none")
    for other in (mean, none):
        model = other.model.model_copy(update={"attention": attention.model.attention})
        assert other.model_copy(update={"model": model}) == attention


def test_multi30k_is_looked_for_below_the_folder_of_corpora() -> None:
    data = load_recipe("translate/multi30k").data
    assert isinstance(data, Files)
    assert data.folder == "/corpora/multi30k"
