"""From run folders to a translator: one run, several that write together, and what does not go together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import softsearch
from softsearch.build.translation import TranslationFamily
from softsearch.data.tokenizers import WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.errors import RunError
from softsearch.runs.parts import task_of
from softsearch.tasks.translation import TranslationTask
from softsearch.training.folder import RunFolder

RUN = Path(__file__).parents[1] / "formats" / "format-1"
WORDS = WordTokenizer(["a"], lowercase=False, split_punctuation=False)
SEARCH = Search(5, 1.0, 2.0, replace_unknown=True)
SENTENCES = ["Der Hund schläft.", "Eine Katze sieht das Haus."]


def test_a_run_and_itself_write_together_what_it_writes_alone():
    alone, together = softsearch.load(RUN), softsearch.load([RUN, str(RUN)])
    for one, other in zip(alone.translate(SENTENCES), together.translate(SENTENCES), strict=True):
        assert other.text == one.text
        assert other.score == pytest.approx(one.score, abs=1e-4)


def test_one_run_in_a_list_is_that_run():
    assert softsearch.load([RUN]).translate(SENTENCES) == softsearch.load(RUN).translate(SENTENCES)


def test_weights_that_no_validation_has_chosen_are_used_with_a_warning(tmp_path):
    shutil.copytree(RUN, tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    folder.point_to(last=folder.last, best=None, kept=[], averaged=[])
    told = f"no validation has chosen weights: the last ones are used, those of step {folder.last}"
    with pytest.warns(UserWarning, match=told):
        softsearch.load(folder.path)


def with_words(task: TranslationTask, is_wanted: bool) -> TranslationTask:
    task.tokenizer = WORDS if is_wanted else task.tokenizer
    return task


def test_runs_with_other_tokenizers_are_refused_and_both_are_named(tmp_path, monkeypatch):
    other = tmp_path / "other"
    shutil.copytree(RUN, other)
    monkeypatch.setattr(
        "softsearch.runs.loading.task_of", lambda folder: with_words(task_of(folder), folder.path == other)
    )
    with pytest.raises(RunError) as refused:
        softsearch.load([RUN, other])
    assert str(RUN) in str(refused.value)
    assert str(other) in str(refused.value)
    assert "tokenizer" in str(refused.value)


def test_no_run_and_a_model_of_several_runs_are_refused():
    with pytest.raises(RunError, match="give a run"):
        softsearch.load([])
    with pytest.raises(RunError, match="several runs"):
        softsearch.load([RUN, RUN], model=softsearch.load(RUN).model)


@pytest.mark.parametrize("dictionary", [{}, {"Haus": "house", "grün": "very green"}])
def test_a_run_keeps_its_dictionary(dictionary, tmp_path):
    task = TranslationTask(
        WORDS, label_smoothing=0.1, lowercase=False, search=SEARCH, max_tokens=9, dictionary=dictionary
    )
    RunFolder.create(tmp_path / "run", files=TranslationFamily().files(task), about={"task": task.to_dict()})
    again = task_of(RunFolder.open(tmp_path / "run"))
    assert (again.dictionary, again.search) == (dictionary, SEARCH)
