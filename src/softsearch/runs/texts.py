"""From the run of a language model to its scores on a text."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

from softsearch.data.running import RunningText, TextFile
from softsearch.data.text import read_lines
from softsearch.errors import RunError
from softsearch.models.language_model import LanguageModel
from softsearch.runs.loading import load_writer
from softsearch.runs.parts import keep_evaluation, now
from softsearch.tasks.language import HeldOutText, mean_loss
from softsearch.training.folder import RunFolder

_OWN = ("test", "valid")


def refuse_for_text(folder: RunFolder, **options: Any) -> None:
    """Raise a RunError where something is asked for that a language model has not."""
    asked = [name for name, value in options.items() if value]
    if asked:
        raise RunError(f"a language model has no {asked[0].replace('_', ' ')}", path=folder.path, fix="leave it out")


def evaluate_text(folder: RunFolder, *, on: str | Path | None) -> dict[str, Any]:
    """Score the best weights of a run on a text, and keep the result.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", or a text file.

    Raises
    ------
    RunError, DataError
        The run or the text cannot be read.
    """
    writer = load_writer(folder.path)
    on = on or ("test" if (folder.data / "test").is_dir() else "valid")
    if str(on) in _OWN:
        if not (folder.data / str(on)).is_dir():
            raise RunError(f"this run has no {on} text", path=folder.path, fix="name a text file with --on")
        return score_text(folder, writer.model, HeldOutText(str(on), RunningText(folder.data / str(on))))
    with tempfile.TemporaryDirectory() as temporary:
        file = TextFile(str(on), read_lines(Path(on)))
        text = RunningText.write(Path(temporary) / "text", [file], writer.tokenizer)
        return score_text(folder, writer.model, HeldOutText(Path(on).name, text))


def score_text(folder: RunFolder, model: LanguageModel, held_out: HeldOutText) -> dict[str, Any]:
    """Score a text, read from its first token to its last, and keep the result in the run folder."""
    text = held_out.text
    loss = mean_loss(model, text, streams=1)
    nats = loss * len(text)
    metrics = {
        "perplexity": math.exp(loss),
        "perplexity_per_word": math.exp(min(nats / (text.words + text.lines), 700.0)),
        "nats_per_token": loss,
        "bits_per_byte": nats / math.log(2) / text.bytes,
    }
    found = {
        "kind": "text",
        "data": held_out.name,
        "steps": folder.in_use,
        "date": now(),
        "num_tokens": len(text),
        "num_words": text.words,
        "num_bytes": text.bytes,
        "num_unknown": text.unknown,
        "metrics": {name: {"value": value} for name, value in metrics.items()},
    }
    keep_evaluation(folder.path / "evaluations" / f"{Path(held_out.name).stem}.json", found)
    return found
