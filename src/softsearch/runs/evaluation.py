"""From run folders to their scores, whatever they have learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from softsearch.data.pairs.alignments import GoldFormat
from softsearch.errors import RunError
from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.captions import evaluate_captions, score_captions
from softsearch.runs.execution import evaluate_programs, score_programs
from softsearch.runs.images import evaluate_images, score_images
from softsearch.runs.loading import called, kind_of
from softsearch.runs.pairs import evaluate_pairs, score_validation
from softsearch.runs.sentences import evaluate_sentences, score_sentences
from softsearch.runs.texts import evaluate_text, score_text
from softsearch.runs.transduction import evaluate_episodes, score_episodes
from softsearch.training.folder import RunFolder


class _Scoring(NamedTuple):
    """How one kind of task is scored: on request, with which options, and on what a training has validated on."""

    evaluate: Callable[..., dict[str, Any]]
    takes: frozenset[str]
    score_validation: Callable[[RunFolder, Any, Any], Any]


_SCORING = {
    "translation": _Scoring(
        evaluate_pairs,
        frozenset({"gold", "gold_format", "beam", "with_ter", "members", "model", "on_progress"}),
        score_validation,
    ),
    "language_model": _Scoring(evaluate_text, frozenset(), score_text),
    "image_classification": _Scoring(evaluate_images, frozenset({"flips"}), score_images),
    "sentence_classification": _Scoring(evaluate_sentences, frozenset(), score_sentences),
    "image_captioning": _Scoring(evaluate_captions, frozenset({"beam", "on_progress"}), score_captions),
    "execution": _Scoring(evaluate_programs, frozenset(), score_programs),
    "transduction": _Scoring(evaluate_episodes, frozenset(), score_episodes),
}
_CALLED = {
    "gold": "gold links",
    "gold_format": "form of gold links",
    "with_ter": "translation edit rate",
    "members": "ensemble",
    "flips": "mirror images",
}


def evaluate(
    run: Path | str,
    *,
    on: str | Path | None = None,
    gold: str | Path | None = None,
    gold_format: GoldFormat | None = None,
    beam: int | None = None,
    with_ter: bool = False,
    members: Sequence[Path | str] = (),
    flips: bool = False,
    model: SequenceModel | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score the best weights of a run, and keep the result in its folder under ``evaluations/``.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", or a file: of pairs (or two files ``"SOURCE,TARGET"``),
        a text, images with a folder for each class, sentences with their classes; of a captioner ``"IMAGES,CAPTIONS"``;
        of a transducer sizes of episodes, ``"length=10,20,50"``.
    gold, gold_format
        A file of gold word links for these pairs, and how it counts words
        (:func:`~softsearch.data.pairs.alignments.with_gold`).
    beam
        Other than the recipe's.
    with_ter
        Also by TER, which may take long.
    members
        Other runs that write together with this one (:func:`~softsearch.runs.load`).
    flips
        Take the mean over an image and its mirror image (test-time augmentation).
    model
        See :func:`~softsearch.runs.load`.

    Raises
    ------
    RunError, DataError
        The run or the data cannot be read; an option that this kind of run has no use for.
    """
    folder = RunFolder.open(Path(run))
    scoring = _SCORING[kind_of(folder)]
    options: dict[str, Any] = {
        "gold": gold,
        "gold_format": gold_format,
        "beam": beam,
        "with_ter": with_ter,
        "members": members,
        "flips": flips,
    }
    for name in (name for name, value in options.items() if value and name not in scoring.takes):
        raise RunError(f"{called(folder)} has no {_CALLED.get(name, name)}", path=folder.path, fix="leave it out")
    options |= {"model": model, "on_progress": on_progress}
    return scoring.evaluate(folder, on=on, **{name: options[name] for name in scoring.takes})


def score_trained(folder: RunFolder, ready: Any, valid: Any) -> None:
    """Score a trained network on what it was validated on; the test data stay unopened until someone asks."""
    _SCORING[kind_of(folder)].score_validation(folder, ready, valid)
