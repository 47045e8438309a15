"""German and English of the built-in corpus, said of trees made by hand: every construction, word for word."""

import pytest

from softsearch.data.grammar import english, german
from softsearch.data.grammar.english_phrases import cardinal as english_number
from softsearch.data.grammar.german_phrases import cardinal as german_number
from softsearch.data.grammar.german_phrases import finite, imperative, noun_form
from softsearch.data.grammar.tree import (
    Adjunct,
    Clause,
    Clock,
    Companion,
    Date,
    NounPhrase,
    Place,
    Sentence,
    Several,
    Span,
    Subordinate,
    Tense,
)
from tests.data.grammar.trees import ADJECTIVES, NOUNS, VERBS, fixed, ids, pronoun


def the(noun: str, *adjectives: str, determiner: str = "the", **rest: object) -> NounPhrase:
    described = tuple(ADJECTIVES[key] for key in adjectives)
    return NounPhrase(next(ids), NOUNS[noun], determiner, adjectives=described, **rest)


def does(verb: str, subject: object = None, tense: Tense = Tense.NOW, **company: object) -> Clause:
    return Clause(next(ids), VERBS[verb], tense, subject=subject, **company)


def under(conjunction: str, clause: Clause, *, comes_first: bool = False) -> Subordinate:
    return Subordinate(next(ids), conjunction, clause, comes_first)


def both(*clauses: Clause, **rest: object) -> tuple[str, str]:
    tree = Sentence(next(ids), clauses, **rest)
    there, here = german.linearise(tree), english.linearise(tree)
    return " ".join(word.text for word in there), " ".join(word.text for word in here)


def called(*names: str) -> NounPhrase | Several:
    phrases = tuple(the(name, determiner="") for name in names)
    return phrases[0] if len(phrases) == 1 else Several(next(ids), phrases)


@pytest.mark.parametrize(
    ("key", "names", "german", "english"),
    [
        ("you", ["anna"], "Anna, liest du deinen Brief?", "Anna, are you reading your letter?"),
        (
            "you_all",
            ["anna", "paul"],
            "Anna und Paul, lest ihr euren Brief?",
            "Anna and Paul, are you reading your letter?",
        ),
        ("you_polite", ["mr_weber"], "Herr Weber, lesen Sie Ihren Brief?", "Mr Weber, are you reading your letter?"),
    ],
)
def test_the_name_that_is_called_tells_which_you(key: str, names: list[str], german: str, english: str) -> None:
    letter = the("letter", determiner="possessive", owner=key)
    assert both(does("read", pronoun(key), patient=letter), question="yes_no", addressee=called(*names)) == (
        german,
        english,
    )


@pytest.mark.parametrize(
    ("key", "names", "german"),
    [
        ("you", ["anna"], "Anna, räum bitte die Küche auf."),
        ("you_all", ["anna", "paul"], "Anna und Paul, räumt bitte die Küche auf."),
        ("you_polite", ["mrs_weber"], "Frau Weber, räumen Sie bitte die Küche auf."),
    ],
)
def test_orders_are_polite_and_put_the_prefix_last(key: str, names: list[str], german: str) -> None:
    there, here = both(does("tidy", pronoun(key), patient=the("kitchen")), is_order=True, addressee=called(*names))
    assert there == german
    assert here.endswith(", please tidy up the kitchen.")


def test_a_negative_order_has_do_and_a_late_nicht() -> None:
    clause = does("forget", pronoun("you"), patient=the("key"), negated=True)
    assert both(clause, is_order=True, addressee=called("paul")) == (
        "Paul, vergiss bitte den Schlüssel nicht.",
        "Paul, please do not forget the key.",
    )


@pytest.mark.parametrize(
    ("possessor", "german", "english"),
    [
        (the("man", "old"), "das neue Buch des alten Mannes", "the old man's new book"),
        (the("neighbour"), "das neue Buch des Nachbarn", "the neighbour's new book"),
        (the("teacher", plural=True), "das neue Buch der Lehrerinnen", "the teachers' new book"),
        (the("anna", determiner=""), "Annas neues Buch", "Anna's new book"),
        (the("mr_weber", determiner=""), "Herrn Webers neues Buch", "Mr Weber's new book"),
    ],
)
def test_what_belongs_to_somebody(possessor: NounPhrase, german: str, english: str) -> None:
    book = the("book", "new", determiner="genitive", possessor=possessor)
    assert both(does("read", pronoun("I"), patient=book)) == (f"Ich lese {german}.", f"I am reading {english}.")


@pytest.mark.parametrize(
    ("gap", "below", "german", "english"),
    [
        ("subject", does("sleep", None, Tense.PAST, gap="subject"), "der geschlafen hat", "who slept"),
        ("patient", does("thank", pronoun("I"), gap="patient"), "dem ich danke", "that I am thanking"),
        (
            "recipient",
            does("give", pronoun("I"), Tense.PAST, patient=the("ball", determiner="a"), gap="recipient"),
            "dem ich einen Ball gegeben habe",
            "to whom I gave a ball",
        ),
    ],
)
def test_relative_clauses_fill_three_gaps(gap: str, below: Clause, german: str, english: str) -> None:
    assert below.gap == gap
    subject = the("man", relative=below)
    assert both(does("laugh", subject)) == (f"Der Mann, {german}, lacht.", f"The man {english} is laughing.")


def test_an_stands_before_a_silent_h_but_not_before_every_u() -> None:
    man, university = the("man", "honest", determiner="a"), the("university", determiner="a")
    assert both(does("see", pronoun("I"), patient=man)) == ("Ich sehe einen ehrlichen Mann.", "I see an honest man.")
    assert both(does("see", pronoun("I"), patient=university)) == ("Ich sehe eine Universität.", "I see a university.")


def test_a_relative_clause_can_hold_another() -> None:
    inner = the("bread", relative=does("bake", pronoun("we"), Tense.PAST, gap="patient"))
    outer = the("boy", relative=does("buy", None, Tense.PAST, patient=inner, gap="subject"))
    assert both(does("know", pronoun("I"), patient=outer)) == (
        "Ich kenne den Jungen, der das Brot gekauft hat, das wir gebacken haben.",
        "I know the boy who bought the bread that we baked.",
    )


def test_subordinate_clauses_before_and_behind() -> None:
    tired = under("because", does("be", the("man"), predicate=ADJECTIVES["tired"]), comes_first=True)
    assert both(does("get_up", pronoun("he", "man"), negated=True, subordinate=tired)) == (
        "Weil der Mann müde ist, steht er nicht auf.",
        "Because the man is tired, he is not getting up.",
    )
    below = under("although", does("work", pronoun("he", "man"), modal="have_to"))
    content = does("get_up", the("man"), Tense.FUTURE, subordinate=below)
    assert both(does("think_that", pronoun("she"), subordinate=under("that", content))) == (
        "Sie denkt, dass der Mann aufstehen wird, obwohl er arbeiten muss.",
        "She thinks that the man will get up, although he has to work.",
    )


def test_a_purpose_is_an_infinitive_with_zu_inside_the_separable_verb() -> None:
    market = Place(next(ids), "to", the("kitchen"))
    purpose = under("in_order_to", does("tidy", None, Tense.FUTURE, patient=the("room")))
    assert both(does("go", pronoun("I"), place=market, subordinate=purpose)) == (
        "Ich gehe in die Küche, um das Zimmer aufzuräumen.",
        "I am going to the kitchen to tidy up the room.",
    )


def test_statements_are_joined_with_the_verb_in_second_place() -> None:
    first, second = does("sing", the("woman"), Tense.PAST), does("sleep", pronoun("she", "woman"), Tense.PAST)
    assert both(first, second, joints=("then",)) == (
        "Die Frau hat gesungen und dann hat sie geschlafen.",
        "The woman sang, and then she slept.",
    )
    assert both(first, second, joints=("but",)) == (
        "Die Frau hat gesungen, aber sie hat geschlafen.",
        "The woman sang, but she slept.",
    )


def test_lists_have_commas_and_one_and() -> None:
    foods = tuple(the(key, determiner="a", plural=key == "apple") for key in ("apple", "bread", "cheese"))
    assert both(does("eat", pronoun("I"), patient=Several(next(ids), foods))) == (
        "Ich esse Äpfel, Brot und Käse.",
        "I am eating apples, bread and cheese.",
    )


@pytest.mark.parametrize(
    ("moment", "german", "english"),
    [
        (Date(1, 3, 5, 1998), "am 3. Mai 1998", "on 3 May 1998"),
        (Date(1, 21, 12, 0), "am 21. Dezember", "on 21 December"),
        (Date(1, 0, 5, 1998), "im Mai 1998", "in May 1998"),
        (Date(1, 0, 0, 1998), "im Jahr 1998", "in 1998"),
        (Span(1, "ago", 2, "day"), "vor zwei Tagen", "two days ago"),
        (fixed("last_week"), "letzte Woche", "last week"),
    ],
)
def test_dates_and_times(moment: Date | Span | Adjunct, german: str, english: str) -> None:
    assert both(does("arrive", pronoun("he"), Tense.PAST, time=moment)) == (
        f"Er ist {german} angekommen.",
        f"He arrived {english}.",
    )


@pytest.mark.parametrize(
    ("clock", "german", "english"),
    [
        (Clock(1, 1, 0), "um ein Uhr", "at one o'clock"),
        (Clock(1, 1, 15), "um Viertel nach eins", "at a quarter past one"),
        (Clock(1, 3, 30), "um halb vier", "at half past three"),
        (Clock(1, 12, 30), "um halb eins", "at half past twelve"),
    ],
)
def test_the_time_of_day(clock: Clock, german: str, english: str) -> None:
    clause = does("arrive", pronoun("he"), Tense.PAST, time=fixed("on_monday"), clock=clock)
    assert both(clause) == (f"Er ist am Montag {german} angekommen.", f"He arrived {english} on Monday.")


def test_company_duration_and_place_have_their_order() -> None:
    garden = Place(next(ids), "at", the("garden"))
    clause = does("play", the("child"), Tense.PAST, companion=Companion(next(ids), pronoun("she")), place=garden)
    assert both(clause) == ("Das Kind hat mit ihr im Garten gespielt.", "The child played with her in the garden.")
    assert both(does("wait", pronoun("we"), Tense.PAST, duration=Span(next(ids), "for", 3, "hour"))) == (
        "Wir haben drei Stunden lang gewartet.",
        "We waited for three hours.",
    )


@pytest.mark.parametrize(
    ("relation", "noun", "german", "english"),
    [
        ("to", "doctor", "zum Arzt", "to the doctor's"),
        ("to", "pharmacy", "zur Apotheke", "to the pharmacy"),
        ("to", "museum", "ins Museum", "to the museum"),
        ("to", "university", "an die Universität", "to the university"),
    ],
)
def test_prepositions_take_their_case_and_contract(relation: str, noun: str, german: str, english: str) -> None:
    clause = does("go", pronoun("he"), place=Place(next(ids), relation, the(noun)))
    assert both(clause) == (f"Er geht {german}.", f"He is going {english}.")


def test_somebody_waits_at_the_doctors() -> None:
    clause = does("wait", pronoun("he"), place=Place(next(ids), "at", the("doctor")))
    assert both(clause) == ("Er wartet beim Arzt.", "He is waiting at the doctor's.")


@pytest.mark.parametrize(
    ("adjective", "german", "english"),
    [
        ("big", "größer", "bigger"),
        ("expensive", "teurer", "more expensive"),
        ("funny", "lustiger", "funnier"),
        ("old", "älter", "older"),
    ],
)
def test_comparatives(adjective: str, german: str, english: str) -> None:
    clause = does("be", the("hat"), predicate=ADJECTIVES[adjective], compared=the("coat"))
    assert both(clause) == (f"Der Hut ist {german} als der Mantel.", f"The hat is {english} than the coat.")
    assert both(does("know_that", pronoun("I"), subordinate=under("that", clause))) == (
        f"Ich weiß, dass der Hut {german} ist als der Mantel.",
        f"I know that the hat is {english} than the coat.",
    )


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (2, "zwei", "two"),
        (12, "zwölf", "twelve"),
        (17, "siebzehn", "seventeen"),
        (19, "neunzehn", "nineteen"),
        (20, "zwanzig", "twenty"),
        (21, "einundzwanzig", "twenty-one"),
        (66, "sechsundsechzig", "sixty-six"),
        (99, "neunundneunzig", "ninety-nine"),
    ],
)
def test_numbers_are_spelled_out(number: int, german: str, english: str) -> None:
    assert (german_number(number), english_number(number)) == (german, english)


def test_no_two_numbers_are_spelled_alike() -> None:
    assert len({german_number(n) for n in range(2, 100)}) == len({english_number(n) for n in range(2, 100)}) == 98


@pytest.mark.parametrize(
    ("verb", "second", "plural", "order"),
    [
        ("sleep", "schläfst", "schlaft", "schlaf"),
        ("read", "liest", "lest", "lies"),
        ("dance", "tanzt", "tanzt", "tanz"),
        ("work", "arbeitest", "arbeitet", "arbeite"),
        ("invite", "lädst", "ladet", "lade"),
        ("open", "öffnest", "öffnet", "öffne"),
        ("repair", "reparierst", "repariert", "repariere"),
        ("know_that", "weißt", "wisst", "wiss"),
        ("have", "hast", "habt", "hab"),
    ],
)
def test_the_second_persons_of_german_verbs(verb: str, second: str, plural: str, order: str) -> None:
    forms = VERBS[verb].de
    assert finite(forms, (2, False), past=False) == second
    assert finite(forms, (2, True), past=False) == imperative(forms, "you_all") == plural
    assert imperative(forms, "you") == order


def test_the_genitive_has_s_or_es_or_the_weak_ending() -> None:
    forms = {key: noun_form(NOUNS[key].de, "gen", plural=False) for key in ("man", "boy", "father", "woman", "guest")}
    assert forms == {"man": "Mannes", "boy": "Jungen", "father": "Vaters", "woman": "Frau", "guest": "Gastes"}
