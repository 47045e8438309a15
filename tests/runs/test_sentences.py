"""Classifiers of sentences from the recipe to the report: trained, scored, asked, resumed, looked into."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from softsearch import runs
from softsearch.data.batches import pad
from softsearch.data.sentences.store import SentenceStore
from softsearch.errors import DataError, RecipeError, RunError
from softsearch.inspection.filters import filters_of, reasons_for
from softsearch.inspection.report import write_report
from softsearch.runs.parts import model_of
from softsearch.tasks.classified import validation
from softsearch.tasks.sentences import ClassifierOfSentences
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: sentence_classification}
data: {kind: grammar, num_train: 120, num_valid: 30, num_test: 40}
tokenizer: {kind: words, size: 400, lowercase: true}
model: {kind: conv, embedding: 16, widths: [1, 3], filters: 8, dropout: 0.1}
training:
  batch_size: 20
  optimizer: {kind: adamw, learning_rate: 0.01}
  max_epochs: 2
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
  stop: {on: accuracy, patience: null}
"""
VECTORS = "the 1 2 3\nwill 4 5 6\nFood 7 8 9\n"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    for name, word in {"pos": "good", "neg": "bad"}.items():
        lines = (f"a {word} film number {number} , really" for number in range(20))
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_scores_are_those_of_the_classifier_on_the_sentences(run):
    found = runs.evaluate(run)
    classifier = runs.load(run)
    assert isinstance(classifier, ClassifierOfSentences)
    store = SentenceStore(run / "data" / "test")
    log_probs = classifier.log_probs(store.texts)
    assert np.exp(log_probs).sum(axis=1) == pytest.approx(1)
    wrong = (log_probs.argmax(axis=1) != store.labels).mean()
    assert found["metrics"]["error"]["value"] == pytest.approx(wrong)
    assert (found["kind"], found["count"], np.sum(found["confusion"])) == ("sentences", 40, 40)
    assert found["worst"][0]["text"] in store.texts
    assert runs.evaluate(run, on="train")["count"] == 120


def test_a_sentence_has_its_class_alone_or_among_others(run):
    classifier, texts = runs.load(run), SentenceStore(run / "data" / "valid").texts[:7]
    together = classifier.classify([*texts, ""], top=4)
    for text, found in zip([*texts, ""], together, strict=True):
        (alone,) = classifier.classify([text], top=4)
        assert alone.classes == found.classes
        assert alone.probabilities == pytest.approx(found.probabilities, abs=1e-6)
        assert sum(found.probabilities) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.csv", "text,label\nHe will sing.,future\nHe sang.,past\n"),
        ("mine.txt", "future He will sing.\npast He sang.\n"),
    ],
)
def test_a_run_is_scored_on_a_file(run, tmp_path, name, content):
    (tmp_path / name).write_text(content)
    found = runs.evaluate(run, on=tmp_path / name)
    assert (found["count"], len(found["confusion"])) == (2, 4)
    (tmp_path / name).write_text(content.replace("past", "passed"))
    with pytest.raises(DataError, match="the classifier knows no such class") as caught:
        runs.evaluate(run, on=tmp_path / name)
    assert caught.value.nearest == "past"
    with pytest.raises(DataError, match="there are no such sentences"):
        runs.evaluate(run, on="tset")


@pytest.mark.parametrize(
    "model",
    [
        "{kind: recurrent, embedding: 8, encoder: {hidden: 6}, pooling: last}",
        "{kind: recurrent, embedding: 8, encoder: {cell: lstm, hidden: 6, direction: forwards}, pooling: mean}",
        "{kind: recurrent, embedding: 8, encoder: {cell: rnn, hidden: 6, direction: backwards}, pooling: max}",
        "{kind: bag_of_words, embedding: 8}",
    ],
)
def test_every_network_trains_is_kept_and_is_told_by_its_padding_nothing(recipe, tmp_path, model):
    path = runs.train(recipe(f"model={model}", "training.max_epochs=1"), tmp_path / "run", live=False)
    classifier = runs.load(path)
    texts = ["He will sing.", "The old man who will sing tomorrow sang in the garden yesterday evening.", ""]
    together = classifier.log_probs(texts)
    assert np.isfinite(together).all()
    assert together == pytest.approx(np.concatenate([classifier.log_probs([text]) for text in texts]), abs=1e-5)


def test_a_bag_of_words_is_blind_to_order_and_a_recurrent_net_is_not(recipe, tmp_path):
    one, other = "He sang and she will sing.", "will and He sing she sang."
    for kind, is_blind in {"bag_of_words": True, "recurrent": False}.items():
        changed = recipe(f"model={{kind: {kind}, embedding: 8}}", "training.max_epochs=1")
        found = runs.load(runs.train(changed, tmp_path / kind, live=False)).log_probs([one, other])
        assert np.allclose(*found, atol=1e-6) == is_blind


def test_a_few_sentences_are_learnt_by_heart(recipe, tmp_path):
    changed = recipe("training.max_epochs=null", "training.max_steps=150", "task.label_smoothing=0.1")
    path = runs.train(changed, tmp_path / "run", overfit=12, live=False)
    found = json.loads((path / "evaluations" / "valid.json").read_text())
    assert (found["metrics"]["error"]["value"], found["count"]) == (0, 12)


def test_other_weights_keep_their_words_and_classes(recipe, run, tmp_path):
    tuned = runs.train(recipe("data.num_train=40", "seed=5"), tmp_path / "tuned", start=run, live=False)
    assert runs.load(tuned).classes == runs.load(run).classes
    assert runs.load(tuned).task.tokenizer.to_bytes() == runs.load(run).task.tokenizer.to_bytes()
    with pytest.raises(RunError, match=r"model\.filters: 8 -> 9"):
        runs.train(recipe("model.filters=9"), tmp_path / "other", start=run, live=False)


def test_ten_folds_of_a_file_for_each_class(recipe, reviews, tmp_path):
    text = RECIPE.replace(
        "data: {kind: grammar, num_train: 120, num_valid: 30, num_test: 40}",
        "data: {kind: by_class, train: {pos: pos, neg: neg}, valid: 0.2, fold: 1, folds: 4}",
    )
    tested: list[str] = []
    for fold in (1, 2, 3, 4):
        path = runs.train(
            recipe(f"data.fold={fold}", "training.max_epochs=1", text=text), tmp_path / f"{fold}", live=False
        )
        parts = {split: set(SentenceStore(path / "data" / split).texts) for split in ("train", "valid", "test")}
        assert {split: len(part) for split, part in parts.items()} == {"train": 24, "valid": 6, "test": 10}
        assert len(set().union(*parts.values())) == 40
        tested += parts["test"]
    assert len(set(tested)) == 40


@pytest.mark.parametrize(
    ("change", "learnt", "same"),
    [
        ("vectors.freeze=true", False, None),
        ("vectors.freeze=false", True, None),
        ("channels=2", True, True),
    ],
)
def test_vectors_are_static_learnt_or_both(recipe, tmp_path, change, learnt, same):
    (tmp_path / "v.txt").write_text(VECTORS)
    changes = ["model.embedding=3", f"model.vectors={{file: {tmp_path}/v.txt}}", f"model.{change}"]
    path = runs.train(recipe(*changes), tmp_path / "run", live=False)
    classifier = runs.load(path)
    first = model_of(RunFolder.open(path))
    (token,) = classifier.task.tokenizer.encode("will")
    found = classifier.model.embedding.weight[token]
    assert torch.equal(found, torch.tensor([4.0, 5.0, 6.0])) != learnt
    if same:
        assert classifier.model.fixed.weight[token].tolist() == [4, 5, 6]
        others = torch.ones(len(first.fixed.weight), dtype=torch.bool)
        others[classifier.task.tokenizer.encode("the will food")] = False
        assert torch.equal(classifier.model.fixed.weight[others], first.fixed.weight[others])
    assert RunFolder.open(path).about["vectors"]["found"] >= 2


def test_filters_tell_the_n_grams_they_fire_on_and_reasons_add_up_to_the_score(run):
    classifier, texts = runs.load(run), SentenceStore(run / "data" / "valid").texts
    found = filters_of(classifier, texts, top=3)
    assert sorted(each.number for each in found) == list(range(1, 17))
    assert {each.width for each in found} == {1, 3}
    model = classifier.model
    tokens, mask = pad(classifier.task.tokenizer.encode_batch(texts), end=False)
    greatest = model.fired(tokens, mask).strength.max(dim=0).values
    for each in found:
        assert list(each.fires) == sorted(each.fires, key=lambda fire: -fire.strength)
        strongest = each.fires[0].strength if each.fires else 0.0
        assert strongest == pytest.approx(float(greatest[each.number - 1]), abs=1e-5)
        assert len({fire.words for fire in each.fires}) == len(each.fires) <= 3
        assert all(len(fire.words.split()) == each.width for fire in each.fires)
    text, label = texts[0], classifier.classes[1]
    total = sum(reason.favours for reason in reasons_for(classifier, text, label))
    with torch.no_grad():
        ids = torch.tensor([classifier.task.tokenizer.encode(text)])
        scores = model(ids, torch.ones_like(ids).bool())[0] - model.output.bias
    assert total == pytest.approx(float(scores[1] - scores.mean()), abs=1e-4)


def test_the_report_shows_the_sentences_thought_least_likely(run):
    worst = runs.evaluate(run)["worst"][0]["text"]
    page = write_report(run).read_text(encoding="utf-8")
    for part in ("What is taken for what", "Thought least likely", "40 sentences of test"):
        assert part in page
    assert worst.split()[0] in page


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("data={kind: lines, train: a, valid: 0.1, fold: 11}", "there is no fold 11 of 10"),
        ("data={kind: lines, train: a, valid: 0.1, test: b, fold: 1}", "and a fold, too"),
        ("model.channels=2", "add vectors"),
        ("model={kind: conv, channels: 2, vectors: {file: a, freeze: true}}", "both channels would stay the same"),
        ("training.stop.on=bleu", "no such score"),
        ("data={kind: by_class, train: {a: x}, valid: 0.1}", "at least 2"),
        ("model.widths=[]", "at least 1"),
    ],
)
def test_what_does_not_fit_is_told(recipe, change, told):
    with pytest.raises(RecipeError) as caught:
        recipe(change)
    assert told in str(caught.value)


def test_folds_without_a_fold_have_no_effect(recipe):
    with pytest.warns(UserWarning, match=r"data\.folds has no effect without data\.fold"):
        recipe("data={kind: lines, train: a, valid: 0.1, folds: 5}")


def test_lines_are_scored_with_the_classes_cut_as_in_training(recipe, tmp_path):
    lines = [f"{'NUM:date When' if number % 2 else 'DESC:def What'} is it number {number} ?" for number in range(20)]
    (tmp_path / "t.label").write_text("\n".join(lines))
    data = f"data={{kind: lines, train: {tmp_path}/t.label, valid: 0.2, coarse: true}}"
    run = runs.train(recipe(data, "training.max_epochs=1"), tmp_path / "run", live=False)
    assert runs.load(run).classes == ("DESC", "NUM")
    with pytest.warns(UserWarning, match="16 of 20 are among what was trained on"):
        assert runs.evaluate(run, on=tmp_path / "t.label")["count"] == 20


def test_a_text_with_half_a_character_is_read(recipe, tmp_path):
    rows = [json.dumps({"text": f"fine \ud83d film {number}", "label": "ab"[number % 2]}) for number in range(10)]
    (tmp_path / "t.jsonl").write_text("\n".join(rows))
    run = runs.train(
        recipe(f"data={{kind: table, train: {tmp_path}/t.jsonl, valid: 0.2}}", "training.max_epochs=1"),
        tmp_path / "run",
        live=False,
    )
    assert SentenceStore(run / "data" / "valid").texts[0].startswith("fine ? film")


def test_sentences_of_one_class_are_nothing_to_tell_apart(recipe, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\n" + "".join(f"line {number},a\n" for number in range(9)))
    with pytest.raises(DataError, match="all of one class"):
        runs.train(recipe(f"data={{kind: table, train: {tmp_path}/t.csv, valid: 0.2}}"), tmp_path / "run", live=False)


def test_a_precision_that_nothing_takes_is_warned_of(recipe):
    with pytest.warns(UserWarning, match=r"training\.precision has no effect with model\.kind conv"):
        recipe("training.precision=bf16")


def test_a_network_whose_answers_are_no_numbers_is_not_served(recipe, tmp_path):
    path = tmp_path / "run"
    diverging = recipe("training.optimizer={kind: sgd, learning_rate: 1e30}", "training.max_epochs=20")
    with pytest.raises(RunError, match="no finite loss"):
        runs.train(diverging, path, live=False)
    with pytest.raises(RunError, match="answers are no numbers"):
        runs.load(path).classify(["He sang."])
    with pytest.raises(RunError, match="answers are no numbers"):
        runs.evaluate(path)


def test_a_loss_of_nothing_is_zero_and_what_is_right_is_not_taken_for_anything():
    found = validation(np.array([[0.0, -900.0]] * 2), np.array([0, 0]), ["a", "b"], shown=["x", "y"])
    assert str(found.scores["loss"]) == "0.0"
    assert found.sample == {"worst": "x", "class": "a"}
