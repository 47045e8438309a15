"""Running text is read, tokenised and laid down once, where training reads it from then on."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, assert_never

import numpy as np

from softsearch.build.tokenizer import build_tokenizer
from softsearch.build.vectors import write_vectors
from softsearch.data.library import described, library_texts
from softsearch.data.running import RunningText, TextFile
from softsearch.data.text import read_lines
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import sha256
from softsearch.recipes import schema

_MANY_LONG = 0.1
_MANY_UNKNOWN = 0.5


class PreparedText(NamedTuple):
    """A tokenizer, the name of the text, and what was read."""

    tokenizer: Tokenizer
    name: str
    report: dict[str, Any]


def materialise(
    recipe: schema.LanguageRecipe, folder: Path, *, overfit: int | None, tokenizer: Tokenizer | None
) -> PreparedText:
    """Write the tokens of all splits, and the vectors that embeddings begin with, into `folder`.

    Parameters
    ----------
    overfit
        Use only the first so many lines, to validate on too.
    tokenizer
        Of another run, to go on from its weights; None for the recipe's, learnt from the training text.

    Raises
    ------
    DataError
        The text, or the vectors, cannot be used.
    """
    splits = _splits(recipe.data, overfit)
    for texts in splits.values():  # before the tokenizer, which may take long, is learnt
        _require_text(texts)
    given, lines = tokenizer is not None, (line for text in splits["train"] for line in text.lines)
    tokenizer = tokenizer or build_tokenizer(recipe.tokenizer, lines, seed=recipe.seed)
    report: dict[str, Any] = {}
    for split, texts in splits.items():
        text = RunningText.write(folder / split, texts, tokenizer, by_line=is_by_line(recipe))
        report[split] = _reported(text) | (described(texts) if isinstance(recipe.data, schema.BuiltIn) else {})
        _warn_of_unknown(split, text, own=split == "train" and not given)
    if isinstance(recipe.model, schema.TransformerModel) and not overfit:
        _warn_of_places(RunningText(folder / "train"), recipe.task.window)
    if is_by_line(recipe) and recipe.training is not None:
        report["train"]["long_lines"] = _long_lines(RunningText(folder / "train"), recipe.task.window)
    if not overfit:
        _warn_of_the_same(folder)
    if not given and (vectors := wanted_vectors(recipe)) is not None:  # weights that are given have their embeddings
        report["train"]["vectors"] = write_vectors(vectors, folder, tokenizer, width=_embedding(recipe.model))
    name = recipe.data.train if isinstance(recipe.data, schema.TextFiles) else "built-in text"
    return PreparedText(tokenizer, name, report)


def is_by_line(recipe: schema.LanguageRecipe) -> bool:
    """Whether each line is a text of its own."""
    return isinstance(recipe.data, schema.TextFiles) and recipe.data.by_line


def wanted_vectors(recipe: schema.LanguageRecipe) -> schema.Vectors | None:
    """Return what the embeddings of a recipe begin with; None where it is random numbers."""
    return None if isinstance(recipe.model, schema.NGramModel) else recipe.model.vectors


def _embedding(model: Any) -> int:
    return int(model.width if isinstance(model, schema.TransformerModel) else model.embedding)


class _Lines(Iterable[str]):
    """The lines of a file from `start` up to `stop`, read anew each time."""

    def __init__(self, path: Path, start: int = 0, stop: int | None = None) -> None:
        self.path, self.start, self.stop = path, start, stop

    def __iter__(self) -> Iterator[str]:
        return islice(read_lines(self.path), self.start, self.stop)


def _splits(data: schema.TextFiles | schema.BuiltIn, overfit: int | None) -> dict[str, list[TextFile]]:
    match data:
        case schema.TextFiles():
            splits = {split: [file] for split, file in _files(data)}
        case schema.BuiltIn():
            splits = library_texts(data.part, characters=data.characters)
        case _:
            assert_never(data)
    if overfit:
        few = list(_first_lines(splits["train"], overfit))
        return {"train": few, "valid": few}
    return splits


def _files(data: schema.TextFiles) -> Iterator[tuple[str, TextFile]]:
    """Yield each split's file, or the lines of the training file that are taken for it."""
    folder = Path(data.folder or ".")
    path = folder / data.train
    starts = _starts(path, data.shares)
    yield "train", TextFile(data.train, _Lines(path, stop=min(starts.values(), default=None)))
    for split, name in (("valid", data.valid), ("test", data.test)):
        if isinstance(name, str):
            yield split, TextFile(name, _Lines(folder / name))
        elif name is not None:
            stop = next((start for start in starts.values() if start > starts[split]), None)
            yield split, TextFile(f"{data.train} from line {starts[split] + 1}", _Lines(path, starts[split], stop))


def _starts(path: Path, shares: Mapping[str, float]) -> dict[str, int]:
    """Return the line, counted from 0, with which each share of the characters of a file begins; the last ends it."""
    if not shares:
        return {}
    ends = np.cumsum([len(line) + 1 for line in read_lines(path)])
    if not len(ends):
        raise DataError("there is no text", path=path)
    wanted = np.cumsum([*shares.values()][::-1])[::-1]  # of each, with what stands behind it
    lines = np.searchsorted(ends, (1 - wanted) * ends[-1], side="right")
    starts = {split: int(line) for split, line in zip(shares, lines, strict=True)}
    if len(set(starts.values())) < len(shares) or min(starts.values()) == 0:
        own = " and ".join(f"data.{split}" for split in shares)
        raise DataError(
            f"{len(ends):,} line{'s are' if len(ends) > 1 else ' is'} too few to take a share: it is whole lines",
            path=path,
            fix=f"give a file of its own for {own}",
        )
    return starts


def _first_lines(texts: Sequence[TextFile], number: int) -> Iterator[TextFile]:
    for name, lines in texts:
        some = list(islice(lines, number))
        yield TextFile(name, some)
        number -= len(some)
        if number <= 0:
            return


def _require_text(texts: Sequence[TextFile]) -> None:
    if not any(line.strip() for text in texts for line in text.lines):
        name, lines = texts[0]
        raise DataError("there is no text, or only white space", path=lines.path if isinstance(lines, _Lines) else name)


def _reported(text: RunningText) -> dict[str, Any]:
    return {"kept": text.lines, "tokens": len(text), "words": text.words, "bytes": text.bytes, "unknown": text.unknown}


def _warn_of_unknown(split: str, text: RunningText, *, own: bool) -> None:
    tokens = len(text) - text.lines
    if text.unknown > _MANY_UNKNOWN * tokens:
        why = "tokenizer.size is too small" if own else "the vocabulary is that of another text"
        warnings.warn(f"{split}: {text.unknown:,} of {tokens:,} tokens are unknown: {why}", stacklevel=3)


def _long_lines(text: RunningText, window: int) -> int:
    """Return how many lines are learnt in pieces, and warn where they are many."""
    long = int((text.line_lengths > window).sum())
    if long > _MANY_LONG * text.lines:
        warnings.warn(
            f"{long:,} of {text.lines:,} lines have more than {window} tokens and are learnt in pieces, none of which "
            "knows what stands before it; task.window sets the limit",
            stacklevel=3,
        )
    return long


def _warn_of_places(text: RunningText, window: int) -> None:
    """Warn where nothing to learn from is as long as what a Transformer could look back."""
    longest = int(text.line_lengths.max()) if text.by_line else len(text)
    if longest < window:
        warnings.warn(
            f"task.window {window} is longer than {'any training line' if text.by_line else 'the training text'}: what "
            f"the network makes of tokens behind the first {longest} is never learnt; set task.window: {longest}",
            stacklevel=3,
        )


def _warn_of_the_same(folder: Path) -> None:
    if sha256(folder / "train" / "ids.npy") == sha256(folder / "valid" / "ids.npy"):
        warnings.warn(
            "the text to validate on is the text to train on: the scores say nothing of other text", stacklevel=3
        )
