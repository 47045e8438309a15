"""The commented recipe that `softsearch new translation` writes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from softsearch.cli.sizing import Sizes, held_out, token_limit
from softsearch.cli.survey import Survey, in_short, sentences


def recipe_text(
    survey: Survey,
    sizes: Sizes,
    *,
    corpora: Sequence[Sequence[Path]],
    source: str,
    target: str,
    out: Path,
    forecast: Sequence[str],
    budget: str | None,
) -> str:
    """Return a recipe for a corpus. Its paths are relative to the recipe's own folder.

    Parameters
    ----------
    corpora
        The file, or the two files, of each corpus to train on.
    forecast
        What training is going to take, in lines for people.
    budget
        The time after which it ends at the latest; None: none.
    """
    return f"""\
# {source} to {target}, written by `softsearch new translation` for these data:
{_comment([*sentences(survey), *map(in_short, survey.findings)])}
# What training takes:
{_comment(forecast)}

seed: 1
# The less text, the more smoothing and dropout.
task: {{kind: translation, label_smoothing: {sizes.label_smoothing}}}
{_data(survey, corpora, source=source, target=target, out=out)}
{_tokenizer(sizes)}
{_model(sizes)}
{_training(sizes, budget)}
decoding: {{beam: 5, length_penalty: 1.0}}
"""


def _data(survey: Survey, corpora: Sequence[Sequence[Path]], *, source: str, target: str, out: Path) -> str:
    return f"""\
data:
  kind: files
  source: {_scalar(source)}
  target: {_scalar(target)}
  train: {_train(corpora, out)}
  # So many pairs, taken at random from those above. Better: files as in train, of the kind you will translate.
  valid: {held_out(survey.pairs)}
  # For a score on sentences that nothing was chosen by, add files as in train: test: …
  # Longer pairs, in tokens, are left out and counted.
  max_tokens: {token_limit(survey)}
{_filter(survey)}"""


def _model(sizes: Sizes) -> str:
    return f"""\
model:
  kind: encoder_decoder
  embedding: {sizes.embedding}
  encoder: {{cell: gru, hidden: {sizes.hidden}, layers: 1}}
  decoder: {{cell: gru, hidden: {2 * sizes.hidden}}}
  attention: {{kind: additive, hidden: {sizes.hidden}}}
  readout: {sizes.embedding}
  dropout: {sizes.dropout}"""


def _training(sizes: Sizes, budget: str | None) -> str:
    limit = f"  budget: {budget}" if budget else "  # budget: 30 minutes"
    return f"""\
training:
  # The size of a batch, in positions with padding.
  batch_tokens: {sizes.batch_tokens}
  optimizer: {{kind: adamw, learning_rate: {sizes.learning_rate}}}
  # The learning rate rises for so many steps, then falls to zero at the end.
  schedule: {{kind: linear, warmup_steps: {sizes.warmup_steps}}}
  # Training ends at the first of these limits, or earlier when the validation loss stops falling.
  max_epochs: {sizes.epochs}
{limit}
  # Products in bf16 where that is faster on this machine.
  precision: auto
  validate_every: {sizes.validate_every}
  stop: {{on: loss, patience: 5}}"""


def _comment(lines: Sequence[str]) -> str:
    return "\n".join(f"#   {line}".replace("\n", " ") for line in lines)


def _train(corpora: Sequence[Sequence[Path]], out: Path) -> str:
    flows = [
        _flow([_scalar(os.path.relpath(file.absolute(), out.absolute().parent)) for file in one]) for one in corpora
    ]
    if len(flows) == 1:
        return flows[0]
    return "\n".join(
        ["  # weight: 2 would show the pairs of a corpus twice in an epoch", *(f"    - {each}" for each in flows)]
    )


def _flow(files: Sequence[str]) -> str:
    return f"{{source: {files[0]}, target: {files[1]}}}" if len(files) == 2 else f"{{pairs: {files[0]}}}"


def _filter(survey: Survey) -> str:
    fields = list(dict.fromkeys(_filters(survey)))
    if not fields:
        return "  # Nothing else is left out; softsearch check says what could be: filter: {duplicates: true}"
    return "\n".join(
        [
            "  # Found above; without the # they are left out of training. First: softsearch check on the data.",
            f"  # filter: {{{', '.join(fields)}}}",
        ]
    )


def _filters(survey: Survey) -> Iterator[str]:
    from softsearch.data.pairs.doctor.findings import KINDS

    yield from (KINDS[found.kind].filter for found in survey.findings if KINDS[found.kind].filter)


def _tokenizer(sizes: Sizes) -> str:
    if sizes.tokenizer == "words":
        return f"""\
# Few different words, each many times: whole words do. For words never seen: kind: sentencepiece.
tokenizer: {{kind: words, size: {sizes.vocabulary}, lowercase: false}}"""
    return f"""\
# One vocabulary of subwords for both languages. lowercase: true helps small corpora where case does not matter.
tokenizer: {{kind: sentencepiece, size: {sizes.vocabulary}, lowercase: false}}"""


def _scalar(text: str) -> str:
    # A JSON string is a YAML string, whatever it holds.
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text, re.ASCII) else json.dumps(text, ensure_ascii=False)
