"""How the trained network is searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Count, Part, Text, mistake


class Decoding(Part):
    """Beam search.

    Attributes
    ----------
    beam
        Hypotheses kept alive for a sentence; with 1 the search is greedy.
    length_penalty
        Scores are divided by the length to this power.
    max_ratio
        A translation has at most this many times its source's tokens, and ten more.
    coverage_penalty
        Weight of the penalty on source positions that were not looked at (Wu et al. 2016, equation 14).
    min_length, max_length
        Tokens of a translation; max_length is in force beside max_ratio.
    no_repeat_ngrams
        No sequence of so many tokens is written twice; 0 for no such rule.
    replace_unknown
        Unknown words may be written; in their place stands the source word that was looked at most.
    dictionary
        A file of ``source word TAB translation``: what stands for an unknown word instead of the source word itself.
    """

    beam: Annotated[int, Field(ge=1, le=1_000)] = 5
    length_penalty: Annotated[float, Field(ge=0, le=10)] = 1.0
    max_ratio: Annotated[float, Field(gt=0, le=100)] = 2.0
    coverage_penalty: Annotated[float, Field(ge=0, le=10)] = 0.0
    min_length: Annotated[int, Field(ge=0, le=10_000)] = 0
    max_length: Count | None = None
    no_repeat_ngrams: Annotated[int, Field(ge=0, le=100)] = 0
    replace_unknown: bool = False
    dictionary: Text | None = None

    @model_validator(mode="after")
    def _some_length_is_allowed(self) -> Decoding:
        check_lengths(self.min_length, self.max_length)
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if self.beam == 1:
            yield from idle_when_greedy(self, "length_penalty", "coverage_penalty", at=at)
        if self.dictionary is not None and not self.replace_unknown:
            yield f"{at}.dictionary has no effect without {at}.replace_unknown"


def check_lengths(least: int, most: int | None) -> None:
    """Raise a mistake where no number of tokens is both enough and not too many."""
    if most is not None and most < least:
        raise mistake("no length is allowed", key="max_length", allowed=f"at least min_length, {least}")


def idle_when_greedy(decoding: Part, *names: str, at: str) -> Iterator[str]:
    """Yield a sentence for each of these options that was changed: nothing but a beam has a use for them."""
    for name in names:
        if getattr(decoding, name) != type(decoding).model_fields[name].default:
            yield f"{at}.{name} has no effect with {at}.beam 1"
