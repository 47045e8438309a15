"""softsearch: train, look inside and use networks that read something and write something.

>>> import softsearch
>>> translator = softsearch.load("runs/de-en")  # doctest: +SKIP
>>> translator.translate(["Guten Morgen"])[0].text  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from softsearch.errors import DataError, RecipeError, RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.decoding.settings import Generation, Sampling, Search
    from softsearch.models.sequence_model import SequenceModel
    from softsearch.recipes.reading import load_recipe
    from softsearch.runs import compare, evaluate, fit, load, prepare, resume, train
    from softsearch.tasks.caption_writer import Caption, CaptionWriter
    from softsearch.tasks.classified import Classified
    from softsearch.tasks.images import ClassifierOfImages
    from softsearch.tasks.sentences import ClassifierOfSentences
    from softsearch.tasks.translated import Translation
    from softsearch.tasks.translation import TranslationTask
    from softsearch.tasks.translator import Translator
    from softsearch.tasks.writer import Writer

__version__ = "0.1.0"

__all__ = [
    "Caption",
    "CaptionWriter",
    "Classified",
    "ClassifierOfImages",
    "ClassifierOfSentences",
    "DataError",
    "Generation",
    "RecipeError",
    "RunError",
    "Sampling",
    "Search",
    "SequenceModel",
    "SoftsearchError",
    "Translation",
    "TranslationTask",
    "Translator",
    "Writer",
    "__version__",
    "compare",
    "evaluate",
    "fit",
    "load",
    "load_recipe",
    "prepare",
    "resume",
    "train",
]

# Imported at their first use: torch takes over a second, and most commands and `import softsearch` do without it.
_HOMES = {
    "Caption": "softsearch.tasks.caption_writer",
    "CaptionWriter": "softsearch.tasks.caption_writer",
    "Classified": "softsearch.tasks.classified",
    "ClassifierOfImages": "softsearch.tasks.images",
    "ClassifierOfSentences": "softsearch.tasks.sentences",
    "Translation": "softsearch.tasks.translated",
    "TranslationTask": "softsearch.tasks.translation",
    "Translator": "softsearch.tasks.translator",
    "compare": "softsearch.runs",
    "evaluate": "softsearch.runs",
    "fit": "softsearch.runs",
    "load": "softsearch.runs",
    "Generation": "softsearch.decoding.settings",
    "Sampling": "softsearch.decoding.settings",
    "Search": "softsearch.decoding.settings",
    "SequenceModel": "softsearch.models.sequence_model",
    "Writer": "softsearch.tasks.writer",
    "load_recipe": "softsearch.recipes.reading",
    "prepare": "softsearch.runs",
    "resume": "softsearch.runs",
    "train": "softsearch.runs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
