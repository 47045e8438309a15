"""What a run keeps of a task, word for word, and that the task is made of it again."""

from __future__ import annotations

import json

import pytest

from softsearch.data.programs.curricula import Level
from softsearch.data.programs.problems import Problem
from softsearch.decoding.settings import Generation, Search
from softsearch.tasks.captions import AttentionTerms, CaptionTask
from softsearch.tasks.execution import ExecutionTask
from softsearch.tasks.image_input import ImageInput
from softsearch.tasks.images import ImageTask
from softsearch.tasks.language import LanguageTask
from softsearch.tasks.sentences import SentenceTask
from softsearch.tasks.transduction import TransductionTask
from softsearch.tasks.translation import TranslationTask

TOKENIZER, DICTIONARY = object(), {"Haus": "house"}
IMAGES, SEARCH = ImageInput((0.1, 0.2), (1.0, 2.0), 8), Search(3, 0.5, 1.5, min_length=2)
ATTENTION = AttentionTerms(1.0, 0.0, 0.5, 0.9)
PROBLEM = Problem("programs", Level(3, 2), True, False, False, 7)

IMAGES_KEPT = {"mean": [0.1, 0.2], "deviation": [1.0, 2.0], "size": 8}
SEARCH_KEPT = {
    "beam": 3,
    "length_penalty": 0.5,
    "max_ratio": 1.5,
    "coverage_penalty": 0.0,
    "min_length": 2,
    "max_length": None,
    "no_repeat_ngrams": 0,
    "replace_unknown": False,
}
TASKS = [
    (
        TranslationTask(
            TOKENIZER, label_smoothing=0.1, lowercase=True, search=SEARCH, max_tokens=7, dictionary=DICTIONARY
        ),
        {"label_smoothing": 0.1, "lowercase": True, "max_tokens": 7, **SEARCH_KEPT},
    ),
    (
        CaptionTask(TOKENIZER, images=IMAGES, label_smoothing=0.2, attention=ATTENTION, search=SEARCH),
        {
            "kind": "image_captioning",
            "label_smoothing": 0.2,
            **IMAGES_KEPT,
            "attention": {"doubly_stochastic": 1.0, "reward": 0.0, "entropy": 0.5, "baseline": 0.9},
            **SEARCH_KEPT,
        },
    ),
    (
        LanguageTask(TOKENIZER, carries=True, reset=0.1, generation=Generation(temperature=0.5, top_k=4)),
        {
            "kind": "language_model",
            "carries": True,
            "reset": 0.1,
            "by_line": False,
            "temperature": 0.5,
            "top_k": 4,
            "top_p": 1.0,
            "seed": 1,
            "min_p": 0.0,
            "repetition_penalty": 1.0,
            "repetition_window": None,
            "no_repeat_ngrams": 0,
        },
    ),
    (
        ImageTask(("a", "b"), label_smoothing=0.3, images=IMAGES),
        {"kind": "image_classification", "classes": ["a", "b"], "label_smoothing": 0.3, **IMAGES_KEPT},
    ),
    (
        SentenceTask(TOKENIZER, ("a", "b"), label_smoothing=0.0),
        {"kind": "sentence_classification", "classes": ["a", "b"], "label_smoothing": 0.0},
    ),
    (
        ExecutionTask(PROBLEM, TOKENIZER),
        {
            "kind": "execution",
            "problem": {
                "kind": "programs",
                "last": [3, 2],
                "inversion": True,
                "doubling": False,
                "scrambled": False,
                "seed": 7,
            },
        },
    ),
    (
        TransductionTask(written="bits", inputs=3, outputs=2),
        {"kind": "transduction", "written": "bits", "inputs": 3, "outputs": 2},
    ),
]


@pytest.mark.parametrize(("task", "kept"), TASKS, ids=lambda each: type(each).__name__)
def test_a_run_keeps_the_fields_of_a_task_and_makes_it_of_them_again(task, kept):
    written = json.loads(json.dumps(task.to_dict()))
    assert (written, list(written)) == (kept, list(kept))
    files = {name: getattr(task, name) for name in ("tokenizer", "dictionary") if hasattr(task, name)}
    assert vars(type(task).from_dict(written, **files)) == vars(task)


def test_tasks_are_equal_only_to_themselves():
    one, other = (TransductionTask(written="bits", inputs=3, outputs=2) for _ in range(2))
    assert one == one
    assert one != other
    assert hash(one) != hash(other)
