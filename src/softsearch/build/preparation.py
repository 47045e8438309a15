"""A recipe's data are read, tokenised and laid down once, where training reads them from then on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from softsearch.build.corpus import build_corpus, first_pairs
from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.batches import PairData
from softsearch.data.parallel import PairReport, read_tsv, write_pairs
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.recipes import Recipe
from softsearch.tasks.translation import HeldOut

_ANY_LENGTH = 10**9


class Materialised(NamedTuple):
    """What a recipe's data came to: a tokenizer, a name for messages, what was read, tokens of the longest source."""

    tokenizer: Tokenizer
    name: str
    report: dict[str, Any]
    longest: int


def materialise(recipe: Recipe, folder: Path, *, overfit: int | None) -> Materialised:
    """Write the token ids and the held-out texts of a recipe's data into `folder`.

    Parameters
    ----------
    overfit
        Use only the first so many training pairs, to validate on too.

    Raises
    ------
    DataError
        The data cannot be used.
    """
    corpus = build_corpus(recipe.data, seed=recipe.seed)
    corpus = first_pairs(corpus, overfit) if overfit else corpus
    tokenizer = build_tokenizer(recipe.tokenizer, corpus, seed=recipe.seed)
    report = PairReport()
    store = TokenStore.write(
        folder / "train", corpus.train(report), tokenizer, max_tokens=corpus.max_tokens, report=report
    )
    TokenStore.write(folder / "valid", corpus.valid, tokenizer, max_tokens=_ANY_LENGTH, report=PairReport())
    write_pairs(folder / "valid.tsv", corpus.valid)
    if corpus.test is not None:
        write_pairs(folder / "test.tsv", corpus.test)
    reports = {name: each.to_dict() for name, each in {"train": report, **corpus.reports}.items()}
    return Materialised(tokenizer, corpus.name, reports, longest=int(store.source_lengths.max()))


def open_materialised(recipe: Recipe, folder: Path, *, name: str) -> tuple[PairData, HeldOut]:
    """Return what :func:`materialise` wrote, to train on and to validate on.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    store = TokenStore(folder / "train")
    data = PairData(store, name=name, batch_tokens=recipe.training.batch_tokens, seed=recipe.seed)
    pairs = list(read_tsv(folder / "valid.tsv", report=PairReport()))
    return data, HeldOut("valid", pairs, TokenStore(folder / "valid"))
