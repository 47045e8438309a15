"""The recipe of a translator."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import model_validator

from softsearch.recipes.schema.data import Data
from softsearch.recipes.schema.decoding import Decoding
from softsearch.recipes.schema.model import EncoderDecoder, Mean, Model, NoAttention
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.task import Translation
from softsearch.recipes.schema.tokenizer import Sentencepiece, Tokenizer
from softsearch.recipes.schema.training import TextTraining, require_score


class TranslationRecipe(Recipe):
    """Sentences of one language in, sentences of another out."""

    task: Translation = Translation(kind="translation")
    data: Data
    tokenizer: Tokenizer = Sentencepiece(kind="sentencepiece")
    model: Model = EncoderDecoder(kind="encoder_decoder")
    training: TextTraining
    decoding: Decoding = Decoding()

    @model_validator(mode="after")
    def _it_stops_on_a_score_that_it_has(self) -> TranslationRecipe:
        require_score(self.training, "loss", "bleu")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        if isinstance(self.model, EncoderDecoder) and isinstance(self.model.attention, Mean | NoAttention):
            for name in ("coverage_penalty", "replace_unknown"):
                if getattr(self.decoding, name):
                    yield f"decoding.{name} has no effect without attention"
