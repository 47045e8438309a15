"""A tokenizer out of its file, of whatever kind."""

from __future__ import annotations

import json
from pathlib import Path

from softsearch.data.tokenizers.base import Tokenizer
from softsearch.data.tokenizers.characters import CharacterTokenizer
from softsearch.data.tokenizers.subwords import SentencePieceTokenizer
from softsearch.data.tokenizers.verbatim import ByteTokenizer, VerbatimTokenizer
from softsearch.data.tokenizers.words import WordTokenizer
from softsearch.errors import RunError


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer that was saved.

    Raises
    ------
    RunError
        The file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(f"the tokeniser cannot be read: {error.strerror}", path=path) from error
    try:
        return _listed(content) if content.startswith(b"{") else SentencePieceTokenizer(content)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, OSError) as error:
        fix = "take the file from a copy of the run, or train again: a new tokeniser does not fit old weights"
        raise RunError("the tokeniser is damaged", path=path, fix=fix) from error


def _listed(content: bytes) -> Tokenizer:
    fields = json.loads(content)
    if fields.get("kind") == "bytes":
        return ByteTokenizer()
    if fields.get("kind") == "verbatim":
        return VerbatimTokenizer(fields["characters"])
    if fields.get("kind") == "characters":
        return CharacterTokenizer(fields["characters"], lowercase=fields["lowercase"])
    # Runs of the first version have no such field: their words keep their punctuation.
    splits = fields.get("split_punctuation", False)
    return WordTokenizer(fields["words"], lowercase=fields["lowercase"], split_punctuation=splits)
