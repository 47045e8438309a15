"""Translation: what to minimise, what to show while training, and how good a model is in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from softsearch.data.pairs.batches import PairBatch, make_batch, plan_in_order
from softsearch.data.pairs.pair import Pair
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.metrics.translation import bleu
from softsearch.models.sequence_model import Network, SequenceModel
from softsearch.nn.losses import linear_cross_entropy
from softsearch.tasks.task import Carry, Loss, Task, Term, Validation, device_of, evaluating
from softsearch.tasks.translator import Translator

_VALIDATION_TOKENS = 4096


@dataclass(frozen=True)
class HeldOutPairs:
    """Pairs that are never trained on: their texts, and their tokens for the loss."""

    pairs: list[Pair]
    store: TokenStore


@dataclass(eq=False)
class TranslationTask(Task):
    """Sentences to sentences.

    Parameters
    ----------
    label_smoothing
        Share of the probability spread over the whole vocabulary in the training loss.
    lowercase
        Whether scores ignore case.
    tokenizer, search, max_tokens, dictionary
        As in :class:`~softsearch.tasks.translator.Translator`.
    """

    parts: ClassVar = {"search": Search}

    tokenizer: Tokenizer
    _: KW_ONLY
    label_smoothing: float
    lowercase: bool
    max_tokens: int
    search: Search
    dictionary: Mapping[str, str]

    def ready(self, model: Network) -> Translator:
        """Return a model ready to translate."""
        return Translator(
            model, self.tokenizer, search=self.search, max_tokens=self.max_tokens, dictionary=self.dictionary
        )

    def loss(self, model: SequenceModel, batch: PairBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the smoothed cross-entropy of the real target positions, in nats; nothing is carried on."""
        return {"cross_entropy": self._cross_entropy(model, batch, self.label_smoothing)}, carry

    def validate(self, model: SequenceModel, data: HeldOutPairs) -> Validation:
        """Return the loss in nats a token, BLEU of greedy translations, and one sentence to look at."""
        with evaluating(model):
            terms = [
                self._cross_entropy(model, make_batch(data.store, rows).to(device_of(model)), 0.0)
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
