"""French of sampled trees: every direction is decidable, nothing is left unelided, what means something is linked."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from itertools import combinations, pairwise, permutations

import pytest

from softsearch.data.grammar import generate
from softsearch.data.grammar.lexicon import ADJECTIVES, NOUNS
from softsearch.recipes import schema

DRAW = """
import json
from softsearch.data.grammar import english, french, german
from softsearch.data.grammar.sampling import Sampler
from softsearch.data.grammar.text import links
sampler = Sampler(3)
for _ in range(900):
    tree = sampler.sentence()
    said, others = french.linearise(tree), {"de": german.linearise(tree), "en": english.linearise(tree)}
    row = {language: [word.text for word in stream] for language, stream in (("fr", said), *others.items())}
    row |= {"parts": [word.part for word in said]}
    print(json.dumps(row | {"links": {name: sorted(links(said, stream)) for name, stream in others.items()}}))
"""


# the pronoun of "le droit de les voir" is no article
FORGOTTEN = re.compile(r"\bà les? |(?<!droit)(?<!besoin) de les? |\bde des |\bsi ils?\b|  ")


@pytest.fixture(scope="module")
def drawn() -> list[dict]:
    """Sentences from a process of their own, where the shape checks of the tests do not slow the grammar down."""
    output = subprocess.run([sys.executable, "-c", DRAW], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


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
        french = pair.source if source == "fr" else pair.target
        parts = pair.source_tags if source == "fr" else pair.target_tags
        assert len(french.split()) == len(parts)
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
        for other, links in row["links"].items():
            linked = {i for i, _ in links}
            assert all(0 <= j < len(row[other]) for _, j in links)
            for i, (word, part) in enumerate(zip(row["fr"], row["parts"], strict=True)):
                if part in ("NOUN", "PROPN", "VERB", "ADJ", "NUM", "ADV") and i not in linked:
                    unlinked[other].add((word, " ".join(row["fr"])))
    assert not unlinked


def test_both_parts_of_the_negation_mean_not(drawn: list[dict]) -> None:
    checked = 0
    for row in drawn:
        french, english = [word.rstrip(".,") for word in row["fr"]], row["en"]
        if french.count("pas") == 1 and english.count("not") == 1:
            links = set(map(tuple, row["links"]["en"]))
            position = english.index("not")
            ne = [i for i, j in links if j == position and (french[i].lower() == "ne" or french[i].lower()[:2] == "n'")]
            assert len(ne) == 1, french
            assert (french.index("pas"), position) in links, french
            checked += 1
    assert checked > 25
