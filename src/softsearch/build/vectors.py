"""Word vectors of a file become the first weights of a network's embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from softsearch.data.tokenizers import Tokenizer
from softsearch.data.vectors import read_vectors
from softsearch.recipes import schema

_FILE = "vectors.npz"


def write_vectors(vectors: schema.Vectors, folder: Path, tokenizer: Tokenizer, *, width: int) -> dict[str, Any]:
    """Keep the vectors of a tokenizer's tokens in `folder`; return what was found.

    Raises
    ------
    DataError
        The vectors cannot be used.
    """
    found = read_vectors(Path(vectors.file), tokenizer, width=width)
    np.savez(folder / _FILE, ids=found.ids, vectors=found.vectors)
    return {"file": vectors.file, "tokens": tokenizer.size, **found.to_dict()}


def begin_with_vectors(model: nn.Module, folder: Path, *, names: tuple[str, ...] = ("embedding.weight",)) -> None:
    """Put the vectors that were kept in `folder`, if any, into the rows of some of a network's parameters."""
    if not (folder / _FILE).exists():
        return
    with np.load(folder / _FILE) as found, torch.no_grad():
        ids, vectors = torch.from_numpy(found["ids"]), torch.from_numpy(found["vectors"])
        for name in names:
            model.get_parameter(name)[ids] = vectors


def remark_on_vectors(found: dict[str, Any]) -> str:
    """Return a sentence that says how many tokens have vectors."""
    told = f"{found['found']:,} of {found['tokens']:,} entries of the vocabulary have a vector"
    return f"{told}, {found['in_lower_case']:,} of them that of the word in lower case"
