"""The built-in corpus: deterministic, well-formed, aligned, with splits that share nothing."""

import subprocess
import sys
from collections import defaultdict
from itertools import islice, pairwise
from pathlib import Path

import pytest

from softsearch.data.grammar import LANGUAGES, SPLITS, generate
from softsearch.data.grammar.generation import is_held_out, sentences
from softsearch.data.grammar.lexicon import ADJECTIVES, NOUNS, VERBS, GermanVerb
from softsearch.data.parallel import Pair, PairReport, read_tsv
from softsearch.errors import DataError


def german_to_english(num_pairs: int, *, split: str = "train", seed: int = 1) -> list[Pair]:
    return list(generate(source="de", target="en", num_pairs=num_pairs, split=split, seed=seed))


def bare_words(sentence: str) -> list[str]:
    return sentence.rstrip(".?").replace(",", "").split()


WRITE = """
import sys
from pathlib import Path
from softsearch.data.grammar import generate
from softsearch.data.parallel import write_pairs
num_pairs, split, path = sys.argv[1:]
write_pairs(Path(path), generate(source="de", target="en", num_pairs=int(num_pairs), split=split, seed=1))
"""


def from_another_process(num_pairs: int, split: str, folder: Path) -> list[Pair]:
    """Write pairs in a process of their own, where the shape checks of the tests do not slow the grammar down."""
    path = folder / f"{split}.tsv"
    subprocess.run([sys.executable, "-c", WRITE, str(num_pairs), split, str(path)], check=True)
    return list(read_tsv(path, report=PairReport(files=[])))


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    return from_another_process(12000, "train", tmp_path_factory.mktemp("train"))


@pytest.fixture(scope="module")
def test(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    return from_another_process(1500, "test", tmp_path_factory.mktemp("test"))


GOLDEN = [
    ("Sechs kranke Jungen lieben viele rote Blumen.", "Six sick boys love many red flowers."),
    ("Der nervöse Junge kommt auf den Markt.", "The nervous boy is coming to the market."),
    (
        "Wir haben letztes Jahr eingekauft und die Bäcker haben das kleine Buch zugemacht.",
        "We shopped last year, and the bakers closed the small book.",
    ),
    ("Warum kann ich ihnen im Park helfen?", "Why can I help them in the park?"),
    ("Der Junge ist gelangweilt.", "The boy is bored."),
]


def test_the_first_sentences_of_a_seed_are_the_same_everywhere() -> None:
    assert [(pair.source, pair.target) for pair in german_to_english(5, seed=7)] == GOLDEN


def test_every_process_makes_the_same_pairs(train: list[Pair]) -> None:
    assert german_to_english(100) == train[:100]


def test_another_seed_gives_other_sentences(train: list[Pair]) -> None:
    others = {pair.source for pair in german_to_english(300, seed=2)}
    assert len(others & {pair.source for pair in train[:300]}) < 30


def test_sentences_have_3_to_20_words_and_lines_count_from_1(train: list[Pair]) -> None:
    lengths = [len(text.split()) for pair in train for text in (pair.source, pair.target)]
    assert (min(lengths), max(lengths)) == (3, 20)
    assert [pair.line for pair in train] == list(range(1, len(train) + 1))


def test_sentences_are_capitalised_and_end_in_one_mark(train: list[Pair]) -> None:
    for pair in train:
        for text in (pair.source, pair.target):
            assert text[0].isupper()
            assert text[-1] in ".?"
            assert not any(wrong in text for wrong in (",,", ",.", ",?", " ,", "  "))
        assert pair.source[-1] == pair.target[-1]


def test_no_sentence_comes_twice_and_no_two_splits_share_one(train: list[Pair], test: list[Pair]) -> None:
    splits = [train, test, german_to_english(60, split="valid", seed=9)]
    german = [{pair.source for pair in split} for split in splits]
    english = [{pair.target for pair in split} for split in splits]
    for sides in (german, english):
        assert [len(side) for side in sides] == [len(split) for split in splits]
        assert len(set.union(*sides)) == sum(len(side) for side in sides)


def test_a_sentence_has_one_translation_in_either_direction(train: list[Pair], test: list[Pair]) -> None:
    for forward in (True, False):
        translations = defaultdict(set)
        for pair in [*train, *test]:
            source, target = (pair.source, pair.target) if forward else (pair.target, pair.source)
            translations[source].add(target)
        assert all(len(targets) == 1 for targets in translations.values())


def held_out_pairs_of_neighbours(pairs: list[Pair]) -> set[tuple[str, str]]:
    """Adjective-noun neighbours that are held out, found in the English text alone."""
    adjectives = {adjective.en: adjective.key for adjective in ADJECTIVES}
    nouns = {form: noun.key for noun in NOUNS for form in (noun.en.singular, noun.en.plural)}
    found = set()
    for pair in pairs:
        for first, second in pairwise(bare_words(pair.target)):
            if first in adjectives and second in nouns and is_held_out(adjectives[first], nouns[second]):
                found.add((first, second))
    return found


def test_held_out_adjectives_and_nouns_meet_in_the_test_split_only(train: list[Pair], test: list[Pair]) -> None:
    assert not held_out_pairs_of_neighbours(train)
    assert not held_out_pairs_of_neighbours(german_to_english(60, split="valid"))
    assert len(held_out_pairs_of_neighbours(test)) > 10


def held_out_objects(split: str) -> int:
    found = 0
    for tree, _, _ in islice(sentences(split=split, seed=1), 200):
        noun = getattr(tree.clause.patient, "noun", None)
        found += noun is not None and is_held_out(tree.clause.verb.key, noun.key)
    return found


def test_held_out_verbs_and_objects_meet_in_the_test_split_only() -> None:
    assert held_out_objects("train") == 0
    assert held_out_objects("test") > 10


def test_a_good_share_of_the_test_split_holds_something_new() -> None:
    drawn = list(islice(sentences(split="test", seed=1), 200))
    novel = sum(any(is_held_out(*pair) for pair in combinations) for _, _, combinations in drawn)
    assert 80 < novel < 180


def test_links_are_in_range_and_every_content_word_has_one(train: list[Pair]) -> None:
    unlinked = {"de": set(), "en": set()}
    for pair in train:
        german, english = bare_words(pair.source), bare_words(pair.target)
        assert all(0 <= i < len(german) and 0 <= j < len(english) for i, j in pair.links)
        unlinked["de"] |= {german[i] for i in set(range(len(german))) - {i for i, _ in pair.links}}
        unlinked["en"] |= {english[j] for j in set(range(len(english))) - {j for _, j in pair.links}}
    assert unlinked == {"de": {"dem"}, "en": set()}  # "mit dem Zug" is "by train"


def test_links_join_what_means_the_same(train: list[Pair]) -> None:
    partners = defaultdict(set)
    for pair in train:
        german, english = bare_words(pair.source), bare_words(pair.target)
        for i, j in pair.links:
            partners[german[i]].add(english[j])
    assert partners["Hund"] == {"dog"}
    assert partners["Äpfel"] == {"apples"}
    assert partners["gestern"] == {"yesterday"}
    assert {"the", "in"} <= partners["im"] <= {"the", "in", "at", "winter", "summer"}
    assert partners["weil"] == {"because"}


def test_the_other_direction_swaps_sides_and_links(train: list[Pair]) -> None:
    reversed_pairs = generate(source="en", target="de", num_pairs=300, split="train", seed=1)
    for there, back in zip(train[:300], reversed_pairs, strict=True):
        assert (there.source, there.target, there.line) == (back.target, back.source, back.line)
        assert there.links == {(i, j) for j, i in back.links}


def verb_forms(verb: GermanVerb) -> set[str]:
    plural_past = verb.past + ("n" if verb.past.endswith("e") else "en")
    first = verb.infinitive[:-1] if verb.infinitive.endswith("en") else verb.infinitive[:-1] + "e"
    return {verb.prefix + form for form in (verb.infinitive, verb.present, verb.past, plural_past, first)}


def test_a_subordinate_clause_ends_in_its_finite_verb(train: list[Pair]) -> None:
    finite = set().union(*(verb_forms(verb.de) for verb in VERBS))
    auxiliaries = "bin ist sind war waren habe hat haben werde wird werden"
    modals = "kann können konnte muss müssen musste will wollen wollte darf dürfen durfte soll sollen möchte möchten"
    finite |= {*auxiliaries.split(), *modals.split(), "konnten", "mussten", "wollten", "durften"}
    checked = 0
    for pair in train:
        words = pair.source.rstrip(".?").split()
        if "weil" in words and "," not in " ".join(words[words.index("weil") :]):
            checked += 1
            assert words[-1] in finite, pair.source
    assert checked > 300


def test_a_separable_prefix_stands_at_the_end_of_a_main_clause(train: list[Pair]) -> None:
    calls = [
        pair.source for pair in train if {"ruft", "rufen", "rufe", "rief", "riefen"} & set(bare_words(pair.source))
    ]
    assert len(calls) > 40
    for sentence in calls:
        words = bare_words(sentence)
        verb = next(i for i, word in enumerate(words) if word.lower() in ("ruft", "rufen", "rufe", "rief", "riefen"))
        assert "an" in words[verb + 1 :], sentence


def test_a_fronted_time_keeps_the_german_verb_second(train: list[Pair]) -> None:
    fronted = [pair for pair in train if pair.source.startswith("Morgen ")]
    finite = {
        "will",
        "can",
        "cannot",
        "should",
        "would",
        "has",
        "have",
        "wants",
        "want",
        "is",
        "are",
        "am",
        "do",
        "does",
    }
    assert len(fronted) > 10
    for pair in fronted:
        assert pair.target.startswith("Tomorrow ")
        assert finite & {pair.target.split()[j] for i, j in pair.links if i == 1}, pair


def test_adjectives_take_the_three_declensions(train: list[Pair]) -> None:
    stems = {adjective.de_stem for adjective in ADJECTIVES}
    endings = {"dem": {"en"}, "einen": {"en"}, "keinen": {"en"}, "ein": {"er", "es"}, "kein": {"es"}}
    endings |= {"eine": {"e"}, "zwei": {"e", "en"}, "das": {"e"}, "der": {"e", "en"}, "im": {"en"}, "einem": {"en"}}
    seen = defaultdict(set)
    for pair in train:
        for first, second in pairwise(bare_words(pair.source)):
            for ending in ("e", "er", "es", "en", "em"):
                if first.lower() in endings and second.endswith(ending) and second[: -len(ending)] in stems:
                    seen[first.lower()].add(ending)
    assert seen == endings


def test_prepositions_contract_with_the_article(train: list[Pair]) -> None:
    text = " ".join(pair.source for pair in train)
    assert all(right in text for right in (" im ", " ins ", " am ", " zum "))
    assert not any(wrong in text for wrong in (" in dem ", " in das ", " an dem ", " zu dem "))


def test_english_has_do_support_and_an_before_vowels(train: list[Pair]) -> None:
    text = " ".join(pair.target for pair in train)
    assert " does not have " in text
    assert "Did " in text
    assert " an apple" in text
    assert " a apple" not in text
    assert not any(f" an {letter}" in text for letter in "bcdfgklmnpqrstvwxz")


def test_no_two_concepts_share_a_spelling_they_could_be_confused_by() -> None:
    for forms in ([noun.de.singular for noun in NOUNS], [noun.en.singular for noun in NOUNS]):
        assert len(set(forms)) == len(forms)
    for forms in ([adjective.de for adjective in ADJECTIVES], [adjective.en for adjective in ADJECTIVES]):
        assert len(set(forms)) == len(forms)


@pytest.mark.parametrize(
    ("wrong", "nearest"), [({"source": "deu"}, "de"), ({"target": "fr"}, None), ({"split": "tests"}, "test")]
)
def test_an_unknown_language_or_split_is_refused_with_what_is_allowed(
    wrong: dict[str, str], nearest: str | None
) -> None:
    arguments = {"source": "de", "target": "en", "num_pairs": 1, "split": "train", "seed": 1} | wrong
    with pytest.raises(DataError) as caught:
        generate(**arguments)
    assert caught.value.allowed == ", ".join(SPLITS if "split" in wrong else LANGUAGES)
    assert caught.value.nearest == nearest


def test_a_language_is_not_translated_into_itself() -> None:
    with pytest.raises(DataError, match="both"):
        generate(source="de", target="de", num_pairs=1, split="train", seed=1)
