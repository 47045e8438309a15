"""French of the built-in corpus, said of trees made by hand: agreement, elision, word order."""

from softsearch.data.grammar import french
from softsearch.data.grammar.text import Word
from softsearch.data.grammar.tree import (
    Clause,
    Clock,
    Companion,
    Date,
    NounPhrase,
    Phrase,
    Place,
    Sentence,
    Several,
    Span,
    Subordinate,
    Tense,
)
from tests.data.grammar.trees import ADJECTIVES, NOUNS, VERBS, fixed, ids, pronoun


def phrase(noun: str, determiner: str = "the", *adjectives: str, **rest: object) -> NounPhrase:
    return NounPhrase(
        next(ids), NOUNS[noun], determiner, adjectives=tuple(ADJECTIVES[key] for key in adjectives), **rest
    )


def clause(verb: str, tense: Tense = Tense.NOW, **company: object) -> Clause:
    return Clause(next(ids), VERBS[verb], tense, **company)


def spoken(said: Clause, **rest: object) -> str:
    return " ".join(word.text for word in words_of(said, **rest))


def words_of(said: Clause, **rest: object) -> list[Word]:
    return french.linearise(Sentence(next(ids), (said,), **rest))


def sleeping(subject: Phrase) -> str:
    return spoken(clause("sleep", subject=subject))


def test_adjectives_agree_and_stand_before_or_after_the_noun() -> None:
    assert sleeping(phrase("man", "a", "old")) == "Un vieil homme dort."
    assert sleeping(phrase("hero", "the", "old")) == "Le vieux héros dort."
    assert sleeping(phrase("woman", "a", "old")) == "Une vieille femme dort."
    assert sleeping(phrase("cat", "the", "small", "white", plural=True)) == "Les petits chats blancs dorment."
    assert sleeping(phrase("cow", "the", "big", "white", plural=True)) == "Les grandes vaches blanches dorment."
    assert sleeping(phrase("dog", "a", "brown", plural=True)) == "Des chiens marron dorment."
    assert sleeping(phrase("bird", "a", "big", plural=True)) == "De grands oiseaux dorment."


def test_determiners_follow_the_gender_and_the_next_word() -> None:
    assert sleeping(phrase("artist", "possessive", owner="I")) == "Mon artiste dort."
    assert sleeping(phrase("artist", "possessive", "young", owner="I")) == "Ma jeune artiste dort."
    assert sleeping(phrase("child", "this")) == "Cet enfant dort."
    assert sleeping(phrase("hero", "this")) == "Ce héros dort."
    assert sleeping(phrase("child", "many", plural=True)) == "Beaucoup d'enfants dorment."
    assert sleeping(phrase("hero", "many", plural=True)) == "Beaucoup de héros dorment."
    assert sleeping(phrase("woman", "number", plural=True, number=21)) == "Vingt et une femmes dorment."
    assert sleeping(phrase("woman", "no")) == "Aucune femme ne dort."


def drinking(noun: str, determiner: str, **rest: object) -> str:
    return spoken(clause("drink", subject=pronoun("he"), patient=phrase(noun, determiner), **rest))


def test_what_has_no_number_takes_a_partitive_that_negation_turns_into_de() -> None:
    assert drinking("tea", "a") == "Il boit du thé."
    assert drinking("beer", "a") == "Il boit de la bière."
    assert drinking("water", "a") == "Il boit de l'eau."
    assert drinking("water", "any", negated=True) == "Il ne boit pas d'eau."
    assert drinking("tea", "a", frequency=fixed("never")) == "Il ne boit jamais de thé."
    assert drinking("tea", "the", frequency=fixed("often")) == "Il boit souvent le thé."


def test_aucun_denies_alone_and_keeps_the_number_of_an_unchanging_noun() -> None:
    def feeding(**rest: object) -> str:
        patient = phrase("bear", "any", **rest)
        return spoken(clause("feed", subject=pronoun("she"), patient=patient, negated=True))

    assert feeding() == "Elle ne nourrit aucun ours."
    assert feeding(plural=True) == "Elle ne nourrit pas d'ours."


def test_what_a_preposition_governs_is_denied_with_aucun() -> None:
    def answering(**rest: object) -> str:
        return spoken(clause("answer", subject=pronoun("he"), patient=phrase("letter", "any", **rest), negated=True))

    assert answering() == "Il ne répond à aucune lettre."
    assert answering(plural=True) == "Il ne répond pas à des lettres."


def test_prepositions_contract_with_articles_and_not_with_pronouns() -> None:
    def walking(noun: str) -> str:
        return spoken(clause("go", subject=pronoun("I"), place=Place(next(ids), "to", phrase(noun))))

    assert walking("market") == "Je vais au marché."
    assert walking("school") == "Je vais à l'école."
    assert walking("station") == "Je vais à la gare."
    tree = Place(next(ids), "next_to", phrase("tree", plural=True))
    assert sleeping(phrase("dog", place=tree)) == "Le chien à côté des arbres dort."
    assert sleeping(phrase("dog", possessor=phrase("king"))) == "Le chien du roi dort."
    assert sleeping(phrase("dog", possessor=phrase("uncle"))) == "Le chien de l'oncle dort."
    help_him = clause("help", subject=pronoun("we"), patient=pronoun("he"), modal="be_allowed_to")
    assert spoken(help_him) == "Nous avons le droit de l'aider."


def test_countries_and_towns_have_their_prepositions() -> None:
    def travelling(name: str) -> str:
        return spoken(
            clause("travel", Tense.FUTURE, subject=pronoun("I"), place=Place(next(ids), "to", phrase(name, "")))
        )

    assert [travelling(name) for name in ("paris", "germany", "portugal")] == [
        "J'irai à Paris.",
        "J'irai en Allemagne.",
        "J'irai au Portugal.",
    ]


def giving(patient: Phrase, recipient: Phrase, **rest: object) -> str:
    return spoken(clause("give", Tense.PAST, subject=pronoun("she"), patient=patient, recipient=recipient, **rest))


def test_object_pronouns_stand_before_the_verb_in_their_order() -> None:
    assert giving(phrase("book"), pronoun("he")) == "Elle lui a donné le livre."
    assert giving(pronoun("it", "apple"), pronoun("he")) == "Elle la lui a donnée."
    assert giving(pronoun("it", "book"), pronoun("I")) == "Elle me l'a donné."
    assert giving(pronoun("they", "apple"), pronoun("they"), negated=True) == "Elle ne les leur a pas données."
    assert giving(phrase("book"), phrase("boy")) == "Elle a donné le livre au garçon."


def test_a_pronoun_behind_a_preposition_says_who_is_meant() -> None:
    book = phrase("book", "this")
    assert spoken(clause("belong_to", subject=book, patient=pronoun("she"))) == "Ce livre est à elle."
    assert spoken(clause("belong_to", subject=book, patient=phrase("king"))) == "Ce livre est au roi."
    assert spoken(clause("trust", subject=pronoun("I"), patient=pronoun("they", "nurse"))) == "Je me fie à elles."


def test_what_is_long_or_far_comes_last() -> None:
    letter = phrase("letter", relative=clause("read", Tense.PAST, subject=pronoun("I"), gap="patient"))
    assert giving(letter, phrase("boy")) == "Elle a donné au garçon la lettre que j'ai lue."
    company, means = Companion(next(ids), phrase("king")), fixed("by_train")
    rome = Place(next(ids), "to", phrase("rome", ""))
    travel = clause("travel", subject=pronoun("she"), place=rome, companion=company, means=means)
    assert spoken(travel) == "Elle va à Rome en train avec le roi."
    work = clause("work", subject=pronoun("she"), place=Place(next(ids), "at", phrase("park")), companion=company)
    assert spoken(work) == "Elle travaille avec le roi dans le parc."


def test_an_infinitive_takes_its_own_pronouns() -> None:
    assert (
        spoken(clause("pick_up", Tense.PAST, subject=pronoun("he"), patient=pronoun("I"))) == "Il est allé me chercher."
    )
    want = clause("pick_up", subject=pronoun("he"), patient=pronoun("we"), modal="want_to", negated=True)
    assert spoken(want) == "Il ne veut pas aller nous chercher."
    assert spoken(clause("get_up", subject=pronoun("I"), modal="have_to")) == "Je dois me lever."
    rise = Subordinate(next(ids), "in_order_to", clause("get_up", negated=True))
    assert spoken(clause("sleep", subject=pronoun("we"), subordinate=rise)) == "Nous dormons pour ne pas nous lever."


def test_what_one_need_not_do_is_not_forbidden() -> None:
    working = clause("work", subject=pronoun("he"), modal="have_to")
    assert spoken(working) == "Il doit travailler."
    assert spoken(working._replace(negated=True)) == "Il n'a pas besoin de travailler."
    assert spoken(working._replace(tense=Tense.PAST, modal="be_allowed_to")) == "Il avait le droit de travailler."
    assert spoken(working._replace(modal="should")) == "Il devrait travailler."


def test_participles_agree_with_the_subject_after_etre() -> None:
    woman, man = phrase("woman"), phrase("man")
    assert spoken(clause("arrive", Tense.PAST, subject=woman)) == "La femme est arrivée."
    both = Several(next(ids), (woman, man))
    assert spoken(clause("get_up", Tense.PAST, subject=both)) == "La femme et l'homme se sont levés."
    they = pronoun("they", "woman")
    assert spoken(clause("arrive", Tense.PERFECT, subject=they)) == "Elles sont déjà arrivées."
    assert spoken(clause("arrive", Tense.PERFECT, subject=they, negated=True)) == "Elles ne sont pas encore arrivées."
    polite = pronoun("you_polite", "woman")
    assert spoken(clause("arrive", Tense.PAST, subject=polite)) == "Vous êtes arrivée."


def test_participles_agree_with_a_preceding_object_after_avoir() -> None:
    eaten = clause("eat", Tense.PAST, subject=pronoun("I"), gap="patient")
    apples = phrase("apple", plural=True, relative=eaten)
    assert spoken(clause("be", Tense.PAST, subject=apples, predicate=ADJECTIVES["fresh"])) == (
        "Les pommes que j'ai mangées étaient fraîches."
    )
    assert spoken(clause("eat", Tense.PAST, subject=pronoun("I"), patient=phrase("apple"))) == "J'ai mangé la pomme."


def relative(noun: str, verb: str, gap: str) -> str:
    company = {} if gap == "subject" else {"subject": pronoun("we")}
    return sleeping(phrase(noun, relative=clause(verb, gap=gap, **company)))


def test_relative_pronouns_follow_the_gap_and_the_preposition_of_the_verb() -> None:
    assert relative("man", "work", "subject") == "L'homme qui travaille dort."
    assert relative("dog", "feed", "patient") == "Le chien que nous nourrissons dort."
    assert relative("horse", "need", "patient") == "Le cheval dont nous avons besoin dort."
    assert relative("queen", "trust", "patient") == "La reine à qui nous nous fions dort."
    assert relative("cow", "answer", "patient") == "La vache à laquelle nous répondons dort."


def asking(question: str, verb: str = "see") -> str:
    return spoken(clause(verb, subject=None if question == "subject" else pronoun("he")), question=question)


def test_questions_are_asked_with_est_ce_que() -> None:
    assert asking("yes_no") == "Est-ce qu'il voit ?"
    assert asking("subject") == "Qui voit ?"
    assert asking("thing") == "Qu'est-ce qu'il voit ?"
    assert asking("thing", "need") == "De quoi est-ce qu'il a besoin ?"
    assert asking("person", "trust") == "À qui est-ce qu'il se fie ?"
    assert asking("reason") == "Pourquoi est-ce qu'il voit ?"


def test_orders_put_pronouns_behind_the_verb_unless_they_are_negated() -> None:
    def order(verb: str, key: str, **company: object) -> str:
        return spoken(clause(verb, subject=pronoun(key), **company), is_order=True)

    assert order("give", "you", patient=phrase("key"), recipient=pronoun("I")) == "Donne-moi la clé, s'il te plaît."
    assert order("get_up", "you_polite") == "Levez-vous, s'il vous plaît."
    assert order("get_up", "you", negated=True) == "Ne te lève pas, s'il te plaît."
    assert order("pick_up", "you_all", patient=pronoun("he")) == "Allez le chercher, s'il vous plaît."


def test_elision_writes_one_word_that_realises_both() -> None:
    subject, patient = pronoun("I"), pronoun("he")
    said = clause("help", Tense.PAST, subject=subject, patient=patient)
    je, aide, _ = words_of(said)
    assert (je.text, aide.text) == ("Je", "l'ai")
    assert set(aide.tags) == {(patient.id, "noun"), (said.id, "tense")}
    assert aide.part == "AUX"
    below = Subordinate(next(ids), "because", clause("work", subject=pronoun("he")))
    _, _, _, joint, _ = words_of(clause("sleep", subject=pronoun("she"), subordinate=below))
    assert joint.text == "qu'il"
    assert joint.tags == ((below.id, "conjunction"), (below.clause.subject.id, "noun"))
    assert joint.part == "PRON"


def test_even_if_and_whether_elide_before_il_alone() -> None:
    def wondering(key: str) -> str:
        below = Subordinate(next(ids), "whether", clause("sleep", subject=pronoun(key)))
        return spoken(clause("know_that", subject=pronoun("I"), negated=True, subordinate=below))

    assert wondering("they") == "Je ne sais pas s'ils dorment."
    assert wondering("she") == "Je ne sais pas si elle dort."


def test_what_was_the_case_is_told_in_the_imparfait() -> None:
    below = Subordinate(next(ids), "while", clause("wait", Tense.PAST, subject=pronoun("I")), comes_first=True)
    assert spoken(clause("arrive", Tense.PAST, subject=pronoun("she"), subordinate=below)) == (
        "Pendant que je patientais, elle est arrivée."
    )
    seen = clause("see", Tense.PAST, subject=pronoun("I"), patient=phrase("dog"))
    assert spoken(seen) == "J'ai vu le chien."
    assert spoken(clause("need", Tense.PAST, subject=pronoun("I"), patient=phrase("money", "a"))) == (
        "J'avais besoin d'argent."
    )


def test_times_dates_and_company() -> None:
    def arriving(**rest: object) -> str:
        return spoken(clause("arrive", Tense.PAST, subject=pronoun("she"), **rest))

    assert arriving(time=Date(next(ids), 1, 3, 1987)) == "Elle est arrivée le 1er mars 1987."
    assert arriving(time=Date(next(ids), 0, 8, 0)) == "Elle est arrivée en août."
    assert arriving(time=fixed("on_monday"), clock=Clock(next(ids), 1, 30), time_first=True) == (
        "Lundi à une heure et demie, elle est arrivée."
    )
    assert arriving(time=Span(next(ids), "ago", 21, "week")) == "Elle est arrivée il y a vingt et une semaines."
    assert arriving(companion=Companion(next(ids), pronoun("they", "woman"))) == "Elle est arrivée avec elles."
    older = clause("be", subject=phrase("dog"), predicate=ADJECTIVES["old"], compared=phrase("cat"))
    assert spoken(older) == "Le chien est plus vieux que le chat."
    trees = phrase("tree", "a", plural=True)
    there = clause("exist", Tense.PAST, patient=trees, place=Place(next(ids), "at", phrase("park")))
    assert spoken(there) == "Dans le parc, il y avait des arbres."
