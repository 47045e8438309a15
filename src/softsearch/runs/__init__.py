"""From a recipe to a run folder, and from a run folder to something that can be used."""

from softsearch.runs.evaluation import evaluate
from softsearch.runs.fitting import fit, prepare
from softsearch.runs.folders import unused_folder
from softsearch.runs.loading import called, kind_of, load
from softsearch.runs.making import dry_run, is_finished, resume, train
from softsearch.runs.pairs import compare
from softsearch.runs.transduction import traced

__all__ = [
    "called",
    "compare",
    "dry_run",
    "evaluate",
    "fit",
    "is_finished",
    "kind_of",
    "load",
    "prepare",
    "resume",
    "traced",
    "train",
    "unused_folder",
]
