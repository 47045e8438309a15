"""Sizes that fit an amount of data, and the recipe written with them.

The sizes are starting points from published practice (small vocabularies, narrow networks and much dropout for few
pairs: Sennrich and Zhang 2019, "Revisiting low-resource neural machine translation"), not an optimum. The second and
third rung are close to the shipped recipes translate/builtin and translate/multi30k, which were measured.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from softsearch.cli.survey import Survey, sentences


@dataclass(frozen=True)
class Sizes:
    """What a recipe is given for an amount of pairs."""

    up_to_pairs: float
    vocabulary: int
    embedding: int
    hidden: int
    dropout: float
    learning_rate: str
    batch_tokens: int
    budget: str


LADDER = (
    Sizes(2_000, 1_000, 64, 64, 0.3, "3e-3", 512, "5 minutes"),
    Sizes(20_000, 3_000, 128, 128, 0.3, "3e-3", 768, "10 minutes"),
    Sizes(200_000, 6_000, 256, 256, 0.3, "2e-3", 1_536, "20 minutes"),
    Sizes(2_000_000, 16_000, 256, 512, 0.2, "1e-3", 4_096, "6 hours"),
    Sizes(float("inf"), 32_000, 512, 512, 0.1, "1e-3", 8_192, "24 hours"),
)

MOST_HELD_OUT = 1_000


def sizes_for(pairs: int) -> Sizes:
    """Return the first rung of the ladder that holds `pairs`."""
    return next(sizes for sizes in LADDER if pairs <= sizes.up_to_pairs)


def held_out(pairs: int) -> int:
    """Return how many pairs to keep for validation: a twentieth, at most a thousand."""
    return max(1, min(MOST_HELD_OUT, pairs // 20))


def token_limit(survey: Survey) -> int:
    """Return the longest side in tokens to train on: room for nearly all sentences at three pieces a word."""
    words = max(survey.source.p99, survey.target.p99)
    return min(300, max(50, 10 * math.ceil(3 * words / 10)))


def recipe_text(survey: Survey, *, files: list[Path], source: str, target: str, out: Path) -> str:
    """Return a commented recipe for a corpus. Its paths are relative to the recipe's own folder."""
    sizes, limit, num_held_out = sizes_for(survey.pairs), token_limit(survey), held_out(survey.pairs)
    relative = [_scalar(os.path.relpath(file.absolute(), out.absolute().parent)) for file in files]
    train = f"{{source: {relative[0]}, target: {relative[1]}}}" if len(files) == 2 else f"{{pairs: {relative[0]}}}"
    seen = "\n".join(f"#   {line}".replace("\n", " ") for line in sentences(survey))
    return f"""\
# {source} to {target}, written by `softsearch new translation` for these data:
{seen}
# Sizes are chosen for this amount of text on two processor cores. Try first: softsearch train {out.name} --dry-run

seed: 1
task: {{kind: translation, label_smoothing: 0.1}}
data:
  kind: files
  source: {_scalar(source)}
  target: {_scalar(target)}
  train: {train}
  # So many pairs, taken at random from those above. Better: files as in train, of the kind you will translate.
  valid: {num_held_out}
  # For a score on sentences that nothing was chosen by, add files as in train: test: …
  # Longer pairs are left out and counted.
  max_tokens: {limit}
# One vocabulary of subwords for both languages. lowercase: true helps small corpora where case does not matter.
tokenizer: {{kind: sentencepiece, size: {sizes.vocabulary}, lowercase: false}}
model:
  kind: encoder_decoder
  embedding: {sizes.embedding}
  encoder: {{cell: gru, hidden: {sizes.hidden}, layers: 1}}
  decoder: {{cell: gru, hidden: {2 * sizes.hidden}}}
  attention: {{kind: additive, hidden: {sizes.hidden}}}
  readout: {sizes.embedding}
  # The less text, the more dropout.
  dropout: {sizes.dropout}
training:
  # The size of a batch, in positions with padding.
  batch_tokens: {sizes.batch_tokens}
  optimizer: {{kind: adamw, learning_rate: {sizes.learning_rate}}}
  # Training ends after this time, or earlier when the validation loss stops falling.
  budget: {sizes.budget}
  stop: {{on: loss, patience: 5}}
decoding: {{beam: 5, length_penalty: 1.0}}
"""


def _scalar(text: str) -> str:
    # A JSON string is a YAML string, whatever it holds.
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text, re.ASCII) else json.dumps(text, ensure_ascii=False)
