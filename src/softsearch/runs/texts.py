"""From the run of a language model to its scores on a text."""

from __future__ import annotations

import math
import tempfile
import warnings
from pathlib import Path
from typing import Any

from softsearch.build.scored import OWN, digest
from softsearch.data.running import RunningText, TextFile
from softsearch.data.text import read_lines
from softsearch.errors import DataError, RunError, nearest
from softsearch.runs.loading import load
from softsearch.runs.parts import keep_evaluation
from softsearch.tasks.language import mean_loss
from softsearch.tasks.task import HeldOut
from softsearch.tasks.writer import Writer
from softsearch.tasks.written import Cost
from softsearch.times import now
from softsearch.training.folder import RunFolder


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
    writer: Writer = load(folder.path)
    on = on or ("test" if (folder.data / "test").is_dir() else "valid")
    if str(on) in OWN:
        if not (folder.data / str(on)).is_dir():
            raise RunError(f"this run has no {on} text", path=folder.path, fix="name a text file with --on")
        return score_text(folder, writer, HeldOut(str(on), RunningText(folder.data / str(on))))
    path, name = Path(on), str(on).encode("utf-8", errors="replace").decode()
    if not path.exists():
        allowed = "test, valid, or a text file"
        raise DataError("there is no such text", path=path, allowed=allowed, nearest=nearest(name, OWN))
    with tempfile.TemporaryDirectory() as temporary:
        file = TextFile(name, read_lines(path))
        text = RunningText.write(Path(temporary) / "text", [file], writer.tokenizer, by_line=writer.by_line)
        # two folders may each hold a file of this name, and one of them may be called as the run's own text
        kept_as = f"{Path(name).stem}-{digest(path.absolute())}"
        return score_text(folder, writer, HeldOut(name, text), kept_as=kept_as)


def score_text(
    folder: RunFolder, writer: Writer, held_out: HeldOut[RunningText], *, kept_as: str | None = None
) -> dict[str, Any]:
    """Score a text, read from its first token to its last, and keep the result in the run folder.

    Parameters
    ----------
    kept_as
        What the file of the result is called; None: as the text.
    """
    text, file = held_out.store, kept_as or held_out.name
    loss, guessing = mean_loss(writer.model, text, streams=1), math.log(writer.tokenizer.size)
    if loss > guessing:
        told = f"{loss:.4g} nats a token, where guessing any of {writer.tokenizer.size:,} tokens costs {guessing:.4g}"
        warnings.warn(f"{held_out.name}: this model predicts worse than chance, {told}", stacklevel=3)
    cost = Cost(loss * len(text), len(text), text.words, text.lines, text.bytes, text.unknown)
    metrics = {
        "perplexity": cost.perplexity,
        "perplexity_per_word": cost.perplexity_per_word,
        "nats_per_token": loss,
        "bits_per_byte": cost.bits_per_byte,
    }
    found = {
        "kind": "text",
        "data": held_out.name,
        "data_id": file,
        "steps": folder.in_use,
        "date": now(),
        "overfit": folder.about.get("overfit"),
        "num_tokens": cost.tokens,
        "num_words": cost.words,
        "num_bytes": cost.bytes,
        "num_unknown": cost.unknown,
        "metrics": {name: {"value": value} for name, value in metrics.items()},
    }
    keep_evaluation(folder.path / "evaluations" / f"{file}.json", found)
    return found
