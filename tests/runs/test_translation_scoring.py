"""What an evaluation says of given outputs, and how outputs come about, against plain computations of the same."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from softsearch.build.model import build_model
from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import UNK, WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.metrics.alignment import alignment_statistics
from softsearch.recipes import load_recipe
from softsearch.runs.translation_scoring import Outputs, differences, outputs_of, scores, statistics
from softsearch.tasks.translated import Scored, Translation
from softsearch.tasks.translator import Translator
from tests.tasks.translators import random_translator, short_sentences

SEARCH = Search(beam=2, length_penalty=1.0, max_ratio=2.0)
PLAIN = {"bleu", "bleu_lowercase", "chrf"}
ALIGNED = {"aer", "link_precision", "link_recall"}


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return short_sentences()


@pytest.fixture(scope="module")
def translator() -> Translator:
    return random_translator()


class Halves(WordTokenizer):
    """Two pieces a word."""

    def encode(self, text):
        return [piece for index in super().encode(text) for piece in (index, index)]

    def word_ids(self, ids):
        return [place // 2 for place in range(len(ids))]


def words(*known: str) -> WordTokenizer:
    return WordTokenizer(known, lowercase=False, split_punctuation=False)


def given(translations, *, replacing=None, forced=None, known=None) -> Outputs:
    nothing = [None] * len(translations)
    meets_unknown = known is not None
    return Outputs(
        translations, known or [True] * len(translations), meets_unknown, replacing, forced or nothing, SEARCH
    )


def forced(pair: Pair, weights: list[list[float]]) -> Scored:
    looked = np.array(weights)
    links = [(int(row.argmax()), target) for target, row in enumerate(looked)]
    return Scored(pair.source, pair.target, -1.0, 3, [], links, looked)


def judged(pairs, outputs, *, tokenizer=None, lowercase=False, with_ter=False):
    found = statistics(pairs, outputs, lowercase=lowercase, with_ter=with_ter)
    return scores(pairs, outputs, found, tokenizer=tokenizer or words("a"), lowercase=lowercase)


def evaluate(translator: Translator, pairs, **options):
    return judged(pairs, outputs_of(translator, pairs, **options), tokenizer=translator.tokenizer)


def bleu_of(texts, references):
    return pytest.approx(BLEU(force=True).corpus_score(texts, [references]).score)


@pytest.fixture(scope="module")
def evaluation(translator, pairs):
    return evaluate(translator, pairs)


def test_an_evaluation_has_what_the_report_shows(evaluation, pairs):
    assert evaluation["num_sentences"] == len(pairs)
    assert set(evaluation["metrics"]) == PLAIN | ALIGNED
    keys = {"source", "reference", "translation", "score", "confidence", "source_pieces", "target_pieces", "weights"}
    assert all(set(sentence) == keys | {"gold"} for sentence in evaluation["sentences"])
    assert sum(bucket["count"] for bucket in evaluation["by_length"]) == len(pairs)
    assert evaluation["decoding"]["length_penalty"] == 1.0
    assert json.loads(json.dumps(evaluation)) == evaluation


def test_an_evaluation_shows_the_five_best_and_the_five_worst_sentences_from_the_best_down():
    reference = "one two three four five six seven eight nine ten eleven twelve"
    texts = [" ".join(reference.split()[: number % 13]) for number in range(0, 70, 5)]
    outputs = given([Translation("a", text, -1.0) for text in texts])
    shown = judged([Pair("a", reference, 1)] * len(texts), outputs)["sentences"]
    whole = sorted((round(CHRF().sentence_score(text, [reference]).score, 2) for text in texts), reverse=True)
    assert [sentence["score"] for sentence in shown] == whole[:5] + whole[-5:]


def test_an_evaluation_of_few_sentences_shows_each_once(translator, pairs):
    shown = evaluate(translator, pairs[:7])["sentences"]
    assert sorted(each["source"] for each in shown) == sorted(pair.source for pair in pairs[:7])


def test_the_beam_of_an_evaluation_is_on_record(evaluation, translator, pairs):
    assert evaluation["decoding"]["beam"] == translator.search.beam
    assert evaluate(translator, pairs[:2], beam=1)["decoding"]["beam"] == 1


def test_pairs_with_and_without_gold_links_can_be_mixed(translator, pairs):
    bare = [dataclasses.replace(pair, links=None, source_tags=None) for pair in pairs]
    alone = evaluate(translator, pairs[1:4])["metrics"]
    assert evaluate(translator, [bare[0], *pairs[1:4]])["metrics"]["aer"] == alone["aer"]
    without = evaluate(translator, bare[:4])
    assert set(without["metrics"]) == PLAIN
    assert "attention" not in without


def test_links_are_read_where_the_model_looks_while_it_is_made_to_write_the_reference(evaluation, translator, pairs):
    scored = translator.score([pair.source for pair in pairs], [pair.target for pair in pairs])
    predicted = [set(each.alignment) for each in scored]
    expected = alignment_statistics(predicted, [pair.links for pair in pairs])["aer"]
    assert evaluation["metrics"]["aer"]["value"] == pytest.approx(expected.value)


def test_a_model_without_attention_has_neither_links_nor_pictures(translator, pairs):
    widths = [f"model.{each}=8" for each in ("embedding", "readout", "encoder.hidden", "decoder.hidden")]
    recipe = load_recipe("translate/builtin", [*widths, "model.attention={kind: none}"])
    model = build_model(recipe.model, vocabulary=translator.tokenizer.size, seed=1).eval()
    found = evaluate(Translator(model, translator.tokenizer, search=SEARCH, max_tokens=100, dictionary={}), pairs[:3])
    assert set(found["metrics"]) == PLAIN
    assert "attention" not in found
    assert all(sentence["weights"] is None for sentence in found["sentences"])


def test_gold_links_are_shown_where_the_translation_is_the_reference(translator, pairs):
    (translation,) = translator.translate(pairs[0].source)
    right = Pair(pairs[0].source, translation.text, 1, frozenset({(0, 0), (1, 0)}))
    (shown,) = evaluate(translator, [right])["sentences"]
    assert shown["gold"] == [[0, 0], [1, 0]]
    (other,) = evaluate(translator, [pairs[0]])["sentences"]
    assert other["gold"] is None


def test_a_gold_link_between_words_joins_all_of_their_pieces():
    pair = Pair("a b", "b", 1, frozenset({(1, 0)}))
    tokenizer = Halves(["a", "b"], lowercase=False, split_punctuation=False)
    found = judged([pair], given([Translation("a b", "b", -1.0)]), tokenizer=tokenizer)
    assert found["sentences"][0]["gold"] == [[2, 0], [2, 1], [3, 0], [3, 1]]


def test_bleu_without_regard_to_case_stands_beside_one_that_regards_it():
    pairs = [Pair("a", "Das alte Haus steht leer .", 1)]
    outputs = given([Translation("a", "das alte haus steht leer .", -1.0)])
    cased = judged(pairs, outputs)["metrics"]
    assert cased["bleu_lowercase"]["value"] == pytest.approx(100.0)
    assert cased["bleu"]["value"] < 50
    lower = judged(pairs, outputs, lowercase=True)["metrics"]
    assert lower["bleu"] == cased["bleu_lowercase"]
    assert set(lower) == {"bleu", "chrf"}


def test_ter_is_there_when_asked_for():
    pairs = [Pair("a", "one two three four", 1)]
    found = judged(pairs, given([Translation("a", "one two three", -1.0)]), with_ter=True)
    assert found["metrics"]["ter"]["value"] == pytest.approx(25.0)


def test_possible_links_are_no_mistake():
    pair = Pair("a b", "x y", 1, frozenset({(0, 0)}), possible_links=frozenset({(1, 1)}))
    outputs = given([Translation("a b", "x", -1.0)], forced=[forced(pair, [[0.9, 0.1], [0.2, 0.8]])])
    found = judged([pair], outputs)["metrics"]
    assert (found["aer"]["value"], found["link_precision"]["value"]) == (0.0, 1.0)
    assert "gold:sure+possible" in found["aer"]["signature"]
    strict = judged([dataclasses.replace(pair, possible_links=frozenset())], outputs)["metrics"]
    assert strict["link_precision"]["value"] == 0.5


def test_attention_is_described_by_its_spread_its_crossings_and_its_parts_of_speech():
    pair = Pair(
        "rotes Haus da", "maison rouge", 1, frozenset({(1, 0), (0, 1)}), ("ADJ", "NOUN", "ADV"), ("NOUN", "ADJ")
    )
    outputs = given([Translation("a", "b", -1.0)], forced=[forced(pair, [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])])
    found = judged([pair], outputs)["attention"]
    assert found["effective_words"] == {"mean": 1.5, "median": 1.5, "of": 3.0}
    assert found["crossing"] == {"gold": 1.0, "predicted": 0.0, "recall": 0.5}
    assert found["tags"]["counts"][found["tags"]["tags"].index("ADJ")] == 1
    assert found["tags"]["overall"] == pytest.approx({"match": 0.5, "chance": 1 / 3})


def test_scores_with_and_without_unknown_words_come_with_their_counts():
    pairs = [Pair("a", "we see a big house .", 1), Pair("b", "we see a Xanthippe there .", 2)]
    plain = [Translation("a", "we see a big house .", -1.0), Translation("b", "we see a dog there .", -1.0)]
    replacing = [
        dataclasses.replace(plain[0], unreplaced=plain[0].text),
        Translation("b", "we see a Xanthippe there .", -1.0, unreplaced="we see a ⁇ there ."),
    ]
    found = judged(pairs, given(plain, known=[True, False], replacing=replacing))["unknown"]
    references = [pair.target for pair in pairs]
    assert found["num_known"] == found["num_written"] == 1
    assert found["bleu_known"]["value"] == pytest.approx(100.0)
    assert found["bleu_replaced"]["value"] == pytest.approx(100.0)
    assert found["bleu_unreplaced"]["value"] == bleu_of([plain[0].text, "we see a ⁇ there ."], references)


def test_nothing_is_said_of_unknown_words_where_there_are_none():
    assert "unknown" not in judged([Pair("a", "b", 1)], given([Translation("a", "b", -1.0)]))


def test_without_a_pair_of_known_words_there_is_no_score_of_such_pairs():
    found = judged([Pair("a", "b", 1)], given([Translation("a", "b", -1.0)], known=[False]))["unknown"]
    assert found == {"num_known": 0, "bleu_known": None}


def test_unknown_words_are_replaced_for_the_score_alone_where_the_search_would_not(translator, pairs):
    word = next(word for word in pairs[0].source.split() if UNK not in translator.tokenizer.encode(word))
    plain, strange = Pair(word, word, 1), Pair(f"{word} Xanthippe", word, 2)
    outputs = outputs_of(translator, [strange, plain])
    assert outputs.known == [False, True]
    assert outputs.replacing == translator.translate([strange.source, plain.source], replace_unknown=True)
    assert outputs.translations == translator.translate([strange.source, plain.source])
    of_known_words = outputs_of(translator, [plain, Pair(word, "Xanthippe", 3)])
    assert (of_known_words.known, of_known_words.replacing) == ([True, False], None)
    assert (outputs.meets_unknown, of_known_words.meets_unknown) == (True, False)


def test_a_reference_with_an_unknown_word_is_no_reason_to_speak_of_them(translator, pairs):
    word = next(word for word in pairs[0].source.split() if UNK not in translator.tokenizer.encode(word))
    assert "unknown" not in evaluate(translator, [Pair(word, "Xanthippe", 1)])
    assert "unknown" in evaluate(translator, [Pair("Xanthippe", word, 1)])


def test_systems_differ_by_every_score_that_both_have():
    pairs = [Pair("a", f"one two three four {number}", 1, frozenset({(0, 0)})) for number in range(8)]
    right = given([Translation("a", pair.target, -1.0) for pair in pairs], forced=[forced(p, [[1.0]]) for p in pairs])
    wrong = given([Translation("a", "one two three four", -1.0) for _ in pairs])
    found = [statistics(pairs, outputs, lowercase=True, with_ter=False) for outputs in (right, wrong)]
    assert set(differences(*found)) == {"bleu", "chrf"}
    assert differences(*found)["bleu"].value == pytest.approx(found[0]["bleu"].value - found[1]["bleu"].value)
    assert not math.isclose(differences(*found)["bleu"].value, 0.0)
