"""French of sampled trees: every direction is decidable, nothing is left unelided, what means something is linked."""

import re
from collections import defaultdict
from itertools import combinations, pairwise, permutations

import pytest

from softsearch.data.grammar import english, french, generate, german
from softsearch.data.grammar.lexicon import ADJECTIVES, NOUNS
from softsearch.data.grammar.sampling import Sampler
from softsearch.data.grammar.text import links
from softsearch.recipes import schema

# the pronoun of "le droit de les voir" is no article
FORGOTTEN = re.compile(r"\bà les? |(?<!droit)(?<!besoin) de les? |\bde des |\bsi ils?\b|  ")


@pytest.fixture(scope="module")
def drawn() -> list[dict]:
    """Sentences as words, the parts of speech of the French ones, and their links to each of the other languages."""
    sampler, rows = Sampler(3), []
    for tree in (sampler.sentence() for _ in range(900)):
        said, others = french.linearise(tree), {"de": german.linearise(tree), "en": english.linearise(tree)}
        row = {language: [word.text for word in stream] for language, stream in {"fr": said, **others}.items()}
        linked = {language: sorted(links(said, stream)) for language, stream in others.items()}
        rows.append(row | {"parts": [word.part for word in said], "links": linked})
    return rows


@pytest.mark.parametrize("direction", list(permutations(("de", "en", "fr"), 2)), ids="-".join)
def test_a_sentence_has_one_translation(drawn: list[dict], direction: tuple[str, str]) -> None:
    source, target = direction
    translations = defaultdict(set)
    for row in drawn:
        translations[" ".join(row[source])].add(" ".join(row[target]))
    assert not {text: found for text, found in translations.items() if len(found) > 1}


def test_words_that_are_spelt_alike_are_told_apart_by_what_they_go_with() -> None:
    nouns = [noun.fr.singular for noun in NOUNS]
    assert len(set(nouns)) == len(nouns)
    for one, other in combinations(ADJECTIVES, 2):
        if one.fr.masculine == other.fr.masculine:
            assert not [noun for noun in NOUNS if noun.kinds & one.kinds and noun.kinds & other.kinds], one


def test_a_recipe_reaches_french_in_either_direction() -> None:
    for source, target in (("fr", "en"), ("de", "fr")):
        recipe = schema.Grammar(kind="grammar", source=source, target=target)
        pair = next(generate(source=recipe.source, target=recipe.target, num_pairs=1, split="train", seed=2))
        said = pair.source if source == "fr" else pair.target
        parts = pair.source_tags if source == "fr" else pair.target_tags
        assert len(said.split()) == len(parts)
        assert pair.links


def test_elision_and_contraction_are_never_forgotten(drawn: list[dict]) -> None:
    for row in drawn:
        text = " ".join(row["fr"])
        for first, second in pairwise(row["fr"]):
            if first.lower() in ("le", "la", "de", "je", "ne", "que", "me", "te", "se"):
                assert second[0] not in "aeiouàéêœ" or second.startswith("onze"), text
        assert not FORGOTTEN.search(text), text


def test_what_carries_meaning_is_linked(drawn: list[dict]) -> None:
    unlinked = defaultdict(set)
    for row in drawn:
        for other, linked_words in row["links"].items():
            linked = {i for i, _ in linked_words}
            assert all(0 <= j < len(row[other]) for _, j in linked_words)
            for i, (word, part) in enumerate(zip(row["fr"], row["parts"], strict=True)):
                if part in ("NOUN", "PROPN", "VERB", "ADJ", "NUM", "ADV") and i not in linked:
                    unlinked[other].add((word, " ".join(row["fr"])))
    assert not unlinked


def test_both_parts_of_the_negation_mean_not(drawn: list[dict]) -> None:
    checked = 0
    for row in drawn:
        there, here = [word.rstrip(".,") for word in row["fr"]], row["en"]
        if there.count("pas") == 1 and here.count("not") == 1:
            links_to_english = row["links"]["en"]
            position = here.index("not")
            linked = [there[i].lower() for i, j in links_to_english if j == position]
            assert sum(word == "ne" or word.startswith("n'") for word in linked) == 1, there
            assert (there.index("pas"), position) in links_to_english, there
            checked += 1
    assert checked > 25
