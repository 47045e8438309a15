"""Parallel text is read, tokenised and laid down once, where training reads it from then on."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from softsearch.build.corpus import Corpus, build_corpus, first_pairs
from softsearch.build.examination import Examination, warn_of
from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.pairs.batches import CorpusRows, PairData
from softsearch.data.pairs.one_file import read_one_file, write_pairs
from softsearch.data.pairs.pair import PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import SentencePieceTokenizer, Tokenizer
from softsearch.errors import DataError
from softsearch.files import write_text_atomically
from softsearch.recipes import schema
from softsearch.tasks.translation import HeldOutPairs

_ANY_LENGTH = 10**9
_CORPORA = "corpora.json"
_MANY = 0.1


class PreparedPairs(NamedTuple):
    """A tokenizer, the name of the corpus, what was read, and the tokens of the longest source."""

    tokenizer: Tokenizer
    name: str
    report: dict[str, Any]
    longest: int


def materialise(
    recipe: schema.TranslationRecipe, folder: Path, *, overfit: int | None, tokenizer: Tokenizer | None = None
) -> PreparedPairs:
    """Write the token ids and the held-out texts of a recipe's data into `folder`.

    Parameters
    ----------
    overfit
        Use only the first so many training pairs, to validate on too.
    tokenizer
        Of another run, to go on from its weights; None for the recipe's, learnt from the training pairs.

    Raises
    ------
    DataError
        The data cannot be used.
    """
    corpus = build_corpus(recipe.data, seed=recipe.seed)
    corpus = first_pairs(corpus, overfit) if overfit else corpus
    sentences = (side for pair in corpus.training_pairs() for side in (pair.source, pair.target))
    tokenizer = tokenizer or build_tokenizer(recipe.tokenizer, sentences, seed=recipe.seed)
    examination = None if overfit or not isinstance(recipe.data, schema.Files) else Examination(recipe.data, corpus)
    reports = [PairReport() for _ in corpus.train]
    readers = [portion.read(report) for portion, report in zip(corpus.train, reports, strict=True)]
    if examination:
        readers = [examination.watch(pairs, corpus=place) for place, pairs in enumerate(readers)]
    store = TokenStore.write(
        folder / "train",
        list(zip(readers, reports, strict=True)),
        tokenizer,
        max_tokens=corpus.max_tokens,
        keep_texts=_sampling(recipe) is not None,
    )
    corpora = [
        CorpusRows(portion.name, portion.weight, report.kept)
        for portion, report in zip(corpus.train, reports, strict=True)
    ]
    write_text_atomically(folder / _CORPORA, json.dumps([each._asdict() for each in corpora], indent=1))
    _write_held_out(folder, corpus, tokenizer)
    _warn_of_losses(sum(reports, PairReport()), corpus.max_tokens)
    report = _reported(corpus, corpora, reports)
    if examination:
        examined = examination.found()
        warn_of(examined, how=f"softsearch check {recipe.path or 'RECIPE'}")
        for split, each in examined.items():
            report.setdefault(split, {}).update(each.to_dict())
    return PreparedPairs(tokenizer, corpus.name, report, longest=int(store.source.lengths.max()))


def open_materialised(
    recipe: schema.TranslationRecipe, folder: Path, *, name: str, tokenizer: Tokenizer
) -> tuple[PairData, HeldOutPairs]:
    """Return what :func:`materialise` wrote, to train on and to validate on.

    Raises
    ------
    DataError
        A file is missing or damaged; or the recipe samples subwords, which this tokenizer or these data cannot.
    """
    store = TokenStore(folder / "train")
    data = PairData(
        store,
        corpora=_corpora(folder / _CORPORA, name, store),
        batch_tokens=recipe.training.batch_tokens,
        seed=recipe.seed,
        segment=_segmentation(recipe, tokenizer, store),
    )
    pairs = list(read_one_file(folder / "valid.tsv", report=PairReport()))
    return data, HeldOutPairs(pairs, TokenStore(folder / "valid"))


def _write_held_out(folder: Path, corpus: Corpus, tokenizer: Tokenizer) -> None:
    valid = [(corpus.valid, PairReport())]
    TokenStore.write(folder / "valid", valid, tokenizer, max_tokens=_ANY_LENGTH, keep_texts=False)
    write_pairs(folder / "valid.tsv", corpus.valid)
    if corpus.test is not None:
        write_pairs(folder / "test.tsv", corpus.test)


def _reported(
    corpus: Corpus, corpora: Sequence[CorpusRows], reports: Sequence[PairReport]
) -> dict[str, dict[str, Any]]:
    """Return what was read, split by split; of several corpora to train on also one by one."""
    found: dict[str, dict[str, Any]] = {"train": sum(reports, PairReport()).to_dict()}
    if len(corpora) > 1:
        found["train"]["corpora"] = [
            each._asdict() | report.to_dict() for each, report in zip(corpora, reports, strict=True)
        ]
    return found | {name: report.to_dict() for name, report in corpus.reports.items()}


def _warn_of_losses(report: PairReport, max_tokens: int) -> None:
    if report.too_long > _MANY * report.read:
        warnings.warn(
            f"{report.too_long} of {report.read} training pairs are left out: one side has more than {max_tokens} "
            "tokens; data.max_tokens sets the limit",
            stacklevel=3,
        )


def _corpora(path: Path, name: str, store: TokenStore) -> list[CorpusRows]:
    """Return the corpora that lie in the store; the data of a run of the first version are one, called `name`."""
    if not path.exists():
        return [CorpusRows(name, 1.0, len(store))]
    try:
        corpora = [CorpusRows(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))]
        if sum(corpus.pairs for corpus in corpora) != len(store):
            raise ValueError("it names other pairs than are stored")
    except (ValueError, TypeError) as error:
        raise DataError(f"the list of corpora is damaged: {error}", path=path, fix="prepare the data again") from error
    return corpora


def _sampling(recipe: schema.TranslationRecipe) -> float | None:
    return recipe.tokenizer.sample if isinstance(recipe.tokenizer, schema.Sentencepiece) else None


def _segmentation(
    recipe: schema.TranslationRecipe, tokenizer: Tokenizer, store: TokenStore
) -> Callable[[Sequence[str], int], list[list[int]]] | None:
    alpha = _sampling(recipe)
    if alpha is None:
        return None
    if not isinstance(tokenizer, SentencePieceTokenizer) or not store.has_texts:
        raise DataError(
            "subwords cannot be sampled: these data were prepared without, or their tokens are no subwords",
            value=alpha,
            fix="leave out tokenizer.sample, or train anew",
        )
    return tokenizer.sampling(alpha)
