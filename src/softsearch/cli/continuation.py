"""`softsearch predict` with a language model: a prompt in, more text out, as it is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.console import note
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.tasks.writer import Writer

_ALTERNATIVES = 5


def go_on(
    run: Path, prompt: str, *, drawing: dict[str, Any], max_tokens: int, stop: Sequence[str], with_tokens: bool
) -> None:
    """Write what follows a prompt: as text, or with `with_tokens` a JSON line for each token.

    Parameters
    ----------
    drawing
        Fields of :class:`~softsearch.decoding.settings.Sampling` that were given.
    """
    from softsearch import runs

    writer = runs.load(run)
    sampling = replace(writer.sampling, **drawing)
    _remark(writer, prompt)
    if not with_tokens:
        sys.stdout.write(prompt)
    alternatives = _ALTERNATIVES if with_tokens else 0
    for token in writer.write(prompt, sampling=sampling, max_tokens=max_tokens, stop=stop, alternatives=alternatives):
        sys.stdout.write(json.dumps(token._asdict(), ensure_ascii=False) + "\n" if with_tokens else token.text)
        sys.stdout.flush()
    if not with_tokens:
        sys.stdout.write("\n")


def score_lines(run: Path, file: Path, *, as_json: bool) -> None:
    """Write for each line of a file its log-probability in nats, each scored by itself."""
    from softsearch import runs
    from softsearch.data.text import read_lines

    lines = read_lines(file)
    writer = runs.load(run)
    for line in lines:
        scored = writer.score(line)
        sys.stdout.write(
            json.dumps(scored._asdict(), ensure_ascii=False) + "\n" if as_json else f"{scored.log_prob:.4f}\n"
        )
        sys.stdout.flush()


def require_text(run: Path, prompt: str | None, files: Sequence[str] | None) -> str:
    """Return the prompt, or raise an error where there is none."""
    if files:
        raise SoftsearchError(
            "a language model goes on with a prompt",
            value=files[0],
            fix=f'softsearch predict {run} --prompt "…"; to score the lines of a file: --score {files[0]}',
        )
    if prompt is None:
        if sys.stdin.isatty():
            raise SoftsearchError("there is no prompt", path=run, fix='give one: --prompt "Once upon a time"')
        return sys.stdin.read().removesuffix("\n")
    return prompt


def _remark(writer: Writer, prompt: str) -> None:
    """Say what of a prompt the model does not see."""
    ids = writer.encoded(prompt)
    unknown = writer.unknown(prompt)
    if unknown:
        note(f"the model does not know {unknown} of the {len(ids) - 1} tokens of the prompt")
    context = writer.model.context
    if context is not None and len(ids) > context:
        note(f"the prompt has {len(ids)} tokens; the model sees the last {context}")
