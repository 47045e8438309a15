"""Translation: what to minimise, what to show while training, and how good a model is in the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from softsearch.data.pairs.batches import PairBatch, make_batch, plan_in_order
from softsearch.data.pairs.pair import Pair
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.decoding.stepper import Network
from softsearch.metrics.translation import bleu
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.losses import linear_cross_entropy
from softsearch.tasks.task import Carry, Loss, Term, Validation, evaluating
from softsearch.tasks.translator import Translator

_VALIDATION_TOKENS = 4096


@dataclass(frozen=True)
class HeldOut:
    """Pairs that are never trained on: their texts, and their tokens for the loss."""

    name: str
    pairs: list[Pair]
    store: TokenStore


class TranslationTask:
    """Sentences to sentences.

    Parameters
    ----------
    tokenizer
        Of source and target.
    label_smoothing
        Share of the probability spread over the whole vocabulary in the training loss.
    lowercase
        Whether scores ignore case.
    search
        How the trained model translates.
    max_tokens, dictionary
        See :class:`~softsearch.tasks.translator.Translator`.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        label_smoothing: float,
        lowercase: bool,
        search: Search,
        max_tokens: int,
        dictionary: Mapping[str, str],
    ) -> None:
        self.tokenizer = tokenizer
        self.label_smoothing = label_smoothing
        self.lowercase = lowercase
        self.search = search
        self.max_tokens = max_tokens
        self.dictionary = dictionary

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again, tokenizer and dictionary apart."""
        own = {"label_smoothing": self.label_smoothing, "lowercase": self.lowercase, "max_tokens": self.max_tokens}
        return {**own, **dataclasses.asdict(self.search)}

    @classmethod
    def from_dict(
        cls, fields: Mapping[str, Any], *, tokenizer: Tokenizer, dictionary: Mapping[str, str]
    ) -> TranslationTask:
        """Return the task that :meth:`to_dict` was asked of; a field of the search that is not there is off."""
        names = {field.name for field in dataclasses.fields(Search)}
        search = Search(**{name: value for name, value in fields.items() if name in names})
        own = {name: value for name, value in fields.items() if name not in names}
        return cls(tokenizer, search=search, dictionary=dictionary, **own)

    def ready(self, model: Network) -> Translator:
        """Return a model ready to translate."""
        return Translator(
            model, self.tokenizer, search=self.search, max_tokens=self.max_tokens, dictionary=self.dictionary
        )

    def loss(self, model: SequenceModel, batch: PairBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the smoothed cross-entropy of the real target positions, in nats; nothing is carried on."""
        return {"cross_entropy": self._cross_entropy(model, batch, self.label_smoothing)}, carry

    def counts(self, batch: PairBatch) -> dict[str, int]:
        """Return how many target positions the loss of the batch is a sum over."""
        return {"cross_entropy": batch.num_items}

    def validate(self, model: SequenceModel, data: HeldOut) -> Validation:
        """Return the loss in nats a token, BLEU of greedy translations, and one sentence to look at."""
        device = next(model.parameters()).device
        with evaluating(model):
            terms = [
                self._cross_entropy(model, make_batch(data.store, rows).to(device), 0.0)
                for rows in plan_in_order(data.store, batch_tokens=_VALIDATION_TOKENS)
            ]
            translations = self.ready(model).translate([pair.source for pair in data.pairs], beam=1)
        loss = sum(float(term.total) for term in terms) / sum(term.count for term in terms)
        texts = [translation.text for translation in translations]
        references = [pair.target for pair in data.pairs]
        score = bleu(texts, references, lowercase=self.lowercase, resamples=1).value
        sample = {"source": data.pairs[0].source, "reference": references[0], "translation": texts[0]}
        return Validation({"loss": loss, "bleu": score}, sample)

    def _cross_entropy(self, model: SequenceModel, batch: PairBatch, smoothing: float) -> Term:
        features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
        targets = batch.target_output[batch.target_mask]
        output = model.output
        return Term(
            linear_cross_entropy(features, output.weight, output.bias, targets, smoothing=smoothing), len(targets)
        )
