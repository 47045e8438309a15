"""What is said at the start of a training: where it is not quite what its recipe seems to ask for."""

from __future__ import annotations

from collections.abc import Iterator

from softsearch.recipes import Recipe, schema
from softsearch.training.folder import RunFolder


def opening_remarks(recipe: Recipe, folder: RunFolder, *, overfit: int | None) -> Iterator[str]:
    """Yield a sentence for each; `overfit` is the number of pairs that was asked for."""
    about, tokenizer = folder.about, recipe.tokenizer
    if overfit is not None and about["overfit"] < overfit:
        yield f"--overfit {overfit}: there are {about['overfit']} training pairs; all of them are used"
    if isinstance(recipe.model, schema.OnePerWord):
        yield (
            "model.kind one_per_word writes one output for each input word, in the source's order: the set-up whose"
            " failure shows why translation needs more (model.kind=encoder_decoder)"
        )
    is_wanted = not isinstance(tokenizer, schema.Characters) and about["from"] is None
    if is_wanted and about["vocabulary"] < tokenizer.size:
        hold = f"the training texts hold no more {tokenizer.kind if tokenizer.kind == 'words' else 'subwords'}"
        yield f"the vocabulary has {about['vocabulary']:,} entries, not tokenizer.size {tokenizer.size:,}: {hold}"
