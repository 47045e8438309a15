"""What a model made of given pairs: its translations, and where it looked while it was made to write the references."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import UNK, UNKNOWN
from softsearch.decoding.settings import Search
from softsearch.tasks.translator import Scored, Translation, Translator


@dataclass(frozen=True)
class Outputs:
    """What there is to score, an entry for each pair.

    Parameters
    ----------
    translations
        As the translator is set.
    known
        Whether the tokenizer knows every word of the pair.
    meets_unknown
        Whether a word of a source is unknown, or one was written.
    replacing
        Translations with unknown words replaced; None where no source holds one, and from a model that looks at no word
        in particular and so cannot replace them.
    forced
        The references as the model was made to write them, of pairs with gold links or tags; None for the others.
    search
        How the translations were looked for.
    """

    translations: list[Translation]
    known: list[bool]
    meets_unknown: bool
    replacing: list[Translation] | None
    forced: list[Scored | None]
    search: Search

    @property
    def texts(self) -> list[str]:
        """The translations as plain text."""
        return [translation.text for translation in self.translations]


def outputs_of(
    translator: Translator,
    pairs: Sequence[Pair],
    *,
    beam: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Outputs:
    """Translate `pairs` and read where the model looks.

    Parameters
    ----------
    beam
        Other than the translator's own.
    on_progress
        Is told how many are translated so far.
    """
    search = translator.search if beam is None else dataclasses.replace(translator.search, beam=beam)
    sources = [pair.source for pair in pairs]
    translations = []
    for translation in translator.stream(sources, search=search):
        translations.append(translation)
        if on_progress:
            on_progress(len(translations))
    unknown_sources, unknown_targets = (
        [UNK in ids for ids in translator.tokenizer.encode_batch(side)]
        for side in (sources, [pair.target for pair in pairs])
    )
    known = [not any(sides) for sides in zip(unknown_sources, unknown_targets, strict=True)]
    replacing = None
    writes_unknown = any(UNKNOWN in each.unreplaced for each in translations)
    if writes_unknown:
        replacing = translations
    elif any(unknown_sources) and translator.has_links:
        replacing = translator.translate(sources, search=search, replace_unknown=True)
    meets_unknown = writes_unknown or any(unknown_sources)
    return Outputs(translations, known, meets_unknown, replacing, _forced(translator, pairs), search)


def _forced(translator: Translator, pairs: Sequence[Pair]) -> list[Scored | None]:
    rows = [row for row, pair in enumerate(pairs) if pair.links is not None or (pair.source_tags and pair.target_tags)]
    scored = translator.score([pairs[row].source for row in rows], [pairs[row].target for row in rows])
    found: list[Scored | None] = [None] * len(pairs)
    for row, each in zip(rows, scored, strict=True):
        found[row] = each
    return found
