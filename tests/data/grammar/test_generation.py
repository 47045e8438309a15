"""The built-in corpus: deterministic, aligned, tagged, of all lengths, with splits that share nothing."""

from collections import Counter, defaultdict
from itertools import pairwise, permutations

import pytest

from softsearch.data.grammar import LANGUAGES, generate
from softsearch.data.grammar.generation import is_held_out
from softsearch.data.grammar.lexicon import ADJECTIVES, NOUNS
from softsearch.data.pairs.pair import Pair
from softsearch.data.splits import SPLITS
from softsearch.errors import DataError
from tests.data.grammar.conftest import Row

UNIVERSAL = {
    "NOUN",
    "PROPN",
    "PRON",
    "DET",
    "ADJ",
    "VERB",
    "AUX",
    "ADV",
    "ADP",
    "CCONJ",
    "SCONJ",
    "NUM",
    "PART",
    "INTJ",
}


def german_to_english(num_pairs: int, *, split: str = "train", seed: int = 1) -> list[Pair]:
    return list(generate(source="de", target="en", num_pairs=num_pairs, split=split, seed=seed))


GOLDEN = [
    (
        "Am Samstag hat Marias müde Mutter dem schüchternen Kellner zugehört, der die teure Banane gewaschen "
        "hat, und dann hat sie die gelben Hemden in der Apotheke gefunden und dann hat sie den höflichen "
        "Studenten gedankt, die viele alte blaue Bälle im schönen Supermarkt gekauft haben.",
        "On Saturday Maria's tired mother listened to the shy waiter who washed the expensive banana, and "
        "then she found the yellow shirts at the pharmacy, and then she thanked the polite students who "
        "bought many old blue balls at the beautiful supermarket.",
    ),
    (
        "Die nervösen Künstlerinnen sind am Abend mit uns ins Restaurant gegangen und der junge Bäcker, der "
        "ihnen vier Vögel gezeigt hat, hat vor fünf Stunden gelacht.",
        "The nervous artists went to the restaurant with us in the evening, and the young baker who showed "
        "them four birds laughed five hours ago.",
    ),
    ("Wann werden sie zurückkommen?", "When will they come back?"),
    ("Sie bereitet Tee in der Küche zu.", "She is preparing tea in the kitchen."),
]


def test_the_first_sentences_of_a_seed_are_the_same_everywhere() -> None:
    assert [(pair.source, pair.target) for pair in german_to_english(4, seed=7)] == GOLDEN


def test_every_process_draws_the_same_sentences(grammar_train: list[Row]) -> None:
    here = german_to_english(20)
    assert [(pair.source, pair.target) for pair in here] == [
        (row.text("de"), row.text("en")) for row in grammar_train[:20]
    ]
    assert [pair.line for pair in here] == list(range(1, 21))


def test_another_seed_gives_other_sentences(grammar_train: list[Row]) -> None:
    others = {pair.source for pair in german_to_english(20, seed=2)}
    assert len(others & {row.text("de") for row in grammar_train}) < 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_have_3_to_50_words_and_every_length_is_common(grammar_train: list[Row], language: str) -> None:
    lengths = [len(row.said[language]) for row in grammar_train]
    assert min(lengths) == 3
    assert 45 < max(lengths) <= 50
    by_ten = Counter((length - 1) // 10 for length in lengths)
    assert all(by_ten[bucket] > 0.035 * len(lengths) for bucket in range(5))
    assert by_ten[0] < 0.45 * len(lengths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_capitalised_and_end_in_one_mark(grammar_rows: list[Row], language: str) -> None:
    for row in grammar_rows:
        text = row.text(language)
        assert text[0].isupper()
        assert text[-1] in ".?"
        assert text[-1] == row.text("en")[-1]
        assert not any(wrong in text for wrong in (",,", ",.", ",?", " ,", "  ", "..", "_"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_comes_twice_and_no_two_splits_share_one(grammar_rows: list[Row], language: str) -> None:
    counts = Counter(row.text(language) for row in grammar_rows)
    assert counts.most_common(1)[0][1] == 1


def test_all_directions_say_the_same_trees() -> None:
    said = {
        (source, target): list(generate(source=source, target=target, num_pairs=5, split="train", seed=3))
        for source, target in permutations(LANGUAGES, 2)
    }
    for (source, target), pairs in said.items():
        for there, back in zip(pairs, said[target, source], strict=True):
            assert (there.source, there.target, there.line) == (back.target, back.source, back.line)
            assert (there.source_tags, there.target_tags) == (back.target_tags, back.source_tags)
            assert there.links == {(i, j) for j, i in back.links}
        assert [pair.source for pair in pairs] == [
            pair.source for pair in said[source, ({*LANGUAGES} - {source}).pop()]
        ]


def held_out_neighbours(rows: list[Row]) -> set[tuple[str, str]]:
    """Adjective-noun neighbours that are held out, found in the English text alone."""
    adjectives = {adjective.en: adjective.key for adjective in ADJECTIVES}
    nouns = {form: noun.key for noun in NOUNS for form in (noun.en.singular, noun.en.plural)}
    found = set()
    for row in rows:
        for first, second in pairwise(row.bare("en")):
            if first in adjectives and second in nouns and is_held_out(adjectives[first], nouns[second]):
                found.add((first, second))
    return found


def test_held_out_adjectives_and_nouns_meet_in_the_test_split_only(
    grammar_train: list[Row], grammar_test: list[Row]
) -> None:
    assert not held_out_neighbours(grammar_train)
    assert len(held_out_neighbours(grammar_test)) > 5


def test_held_out_structures_occur_in_the_test_split_only(grammar_train: list[Row], grammar_test: list[Row]) -> None:
    of_test = {tuple(structure) for row in grammar_test if row.has_new_structure for structure in row.structures}
    of_train = {tuple(structure) for row in grammar_train for structure in row.structures}
    assert not any(row.has_new_structure for row in grammar_train)
    assert len(of_test - of_train) > 20


def test_a_held_out_structure_combines_what_training_has_apart(
    grammar_train: list[Row], grammar_test: list[Row]
) -> None:
    known = {mark for row in grammar_train for structure in row.structures for mark in structure}
    of_new = (structure for row in grammar_test if row.has_new_structure for structure in row.structures)
    marks = {mark for structure in of_new for mark in structure}
    assert marks <= known


def test_a_good_share_of_the_test_split_is_new_and_the_rest_is_not(grammar_test: list[Row]) -> None:
    new_words = sum(row.has_new_words for row in grammar_test) / len(grammar_test)
    new_structure = sum(row.has_new_structure for row in grammar_test) / len(grammar_test)
    neither = sum(not (row.has_new_words or row.has_new_structure) for row in grammar_test) / len(grammar_test)
    assert 0.2 < new_words < 0.4
    assert 0.1 < new_structure < 0.25
    assert neither > 0.4


def test_nearly_every_word_is_linked(grammar_rows: list[Row]) -> None:
    unlinked = {"de": set(), "en": set()}
    for row in grammar_rows:
        german, english = row.bare("de"), row.bare("en")
        assert all(0 <= i < len(german) and 0 <= j < len(english) for i, j in row.links)
        linked = {"de": {i for i, _ in row.links}, "en": {j for _, j in row.links}}
        for language, words in (("de", german), ("en", english)):
            unlinked[language] |= {word for i, word in enumerate(words) if i not in linked[language]}
    # "mit dem Zug" is "by train", "öffnen Sie" is "open", "das Buch des Mannes" is "the man's book"
    assert unlinked["de"] <= {"dem", "Sie", "der", "die", "das", "den", "Der", "Die", "Das"}
    assert unlinked["en"] == set()


def test_links_join_what_means_the_same(grammar_train: list[Row]) -> None:
    partners = defaultdict(set)
    for row in grammar_train:
        german, english = row.bare("de"), row.bare("en")
        for i, j in row.links:
            partners[german[i]].add(english[j])
    assert partners["Hund"] == {"dog"}
    assert partners["Äpfel"] == {"apples"}
    assert partners["gestern"] == {"yesterday"}
    assert partners["weil"] == {"because"}
    assert partners["Frau"] == {"woman", "Mrs", "woman's"}
    assert {"the", "in"} <= partners["im"] <= {"the", "in", "at", "winter", "summer"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_a_universal_part_of_speech(grammar_rows: list[Row], language: str) -> None:
    seen = set()
    for row in grammar_rows:
        assert len(row.parts[language]) == len(row.said[language])
        seen |= set(row.parts[language])
    assert seen - UNIVERSAL == ({"PUNCT"} if language == "fr" else set())  # its question mark stands apart
    assert len(seen & UNIVERSAL) >= len(UNIVERSAL) - 1


def test_parts_of_speech_are_those_of_the_words(grammar_rows: list[Row]) -> None:
    parts = {language: defaultdict(set) for language in LANGUAGES}
    for row in grammar_rows:
        for language in LANGUAGES:
            for word, part in zip(row.bare(language), row.parts[language], strict=True):
                parts[language][word].add(part)
    german, english = parts["de"], parts["en"]
    assert (german["zum"], german["im"], german["und"], german["weil"]) == ({"ADP"}, {"ADP"}, {"CCONJ"}, {"SCONJ"})
    assert (german["Anna"], german["Hund"], german["gestern"], german["bitte"]) == (
        {"PROPN"},
        {"NOUN"},
        {"ADV"},
        {"INTJ"},
    )
    assert (english["the"], english["dog"], english["will"], english["not"]) == ({"DET"}, {"NOUN"}, {"AUX"}, {"PART"})
    assert english["to"] == {"ADP", "PART"}
    assert english["has"] == {"AUX", "VERB"}


def test_no_two_concepts_share_a_spelling_they_could_be_confused_by() -> None:
    columns = [[noun.de.singular for noun in NOUNS], [noun.en.singular for noun in NOUNS]]
    columns += [
        [noun.fr.singular for noun in NOUNS],
        [adjective.de for adjective in ADJECTIVES],
        [adjective.en for adjective in ADJECTIVES],
    ]
    for forms in columns:
        assert len(set(forms)) == len(forms)


@pytest.mark.parametrize(
    ("wrong", "nearest"), [({"source": "deu"}, "de"), ({"target": "es"}, None), ({"split": "tests"}, "test")]
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
