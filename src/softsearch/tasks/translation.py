"""Translation: what to minimise, what to show while training, and how good a model is in the end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from softsearch.data.batches import PairBatch, make_batch, pad_sources, plan_in_order
from softsearch.data.parallel import Pair
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import BOS, Tokenizer
from softsearch.decoding.forced import forced_weights
from softsearch.metrics.alignment import Link
from softsearch.metrics.translation import bleu
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.losses import linear_cross_entropy
from softsearch.tasks.scoring import scores
from softsearch.tasks.task import Loss, Term, Validation
from softsearch.tasks.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    beam, length_penalty, max_ratio, max_tokens
        How the trained model translates; see :class:`~softsearch.tasks.translator.Translator`.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        label_smoothing: float,
        lowercase: bool,
        beam: int,
        length_penalty: float,
        max_ratio: float,
        max_tokens: int,
    ) -> None:
        self.tokenizer = tokenizer
        self.label_smoothing = label_smoothing
        self.lowercase = lowercase
        self.search: dict[str, Any] = {
            "beam": beam,
            "length_penalty": length_penalty,
            "max_ratio": max_ratio,
            "max_tokens": max_tokens,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the keywords that make this task again, tokenizer apart."""
        return {"label_smoothing": self.label_smoothing, "lowercase": self.lowercase, **self.search}

    def translator(self, model: SequenceModel) -> Translator:
        """Return a model ready to translate."""
        return Translator(model, self.tokenizer, **self.search)

    def loss(self, model: SequenceModel, batch: PairBatch) -> Loss:
        """Return the smoothed cross-entropy of the real target positions, in nats."""
        return {"cross_entropy": self._cross_entropy(model, batch, self.label_smoothing)}

    def validate(self, model: SequenceModel, data: HeldOut) -> Validation:
        """Return the loss in nats a token, BLEU of greedy translations, and one sentence to look at."""
        device = next(model.parameters()).device
        with _evaluating(model):
            terms = [
                self._cross_entropy(model, make_batch(data.store, rows).to(device), 0.0)
                for rows in plan_in_order(data.store, batch_tokens=_VALIDATION_TOKENS)
            ]
            translations = self.translator(model).translate([pair.source for pair in data.pairs], beam=1)
        loss = sum(float(term.total) for term in terms) / sum(term.count for term in terms)
        texts = [translation.text for translation in translations]
        references = [pair.target for pair in data.pairs]
        score = bleu(texts, references, lowercase=self.lowercase, resamples=1).value
        sample = {"source": data.pairs[0].source, "reference": references[0], "translation": texts[0]}
        return Validation({"loss": loss, "bleu": score}, sample)

    def evaluate(
        self,
        model: SequenceModel,
        pairs: list[Pair],
        *,
        beam: int | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> dict[str, Any]:
        """Translate `pairs` and return scores with intervals, scores by length, and the best and worst sentences."""
        translations = []
        with _evaluating(model):
            for translation in self.translator(model).stream([pair.source for pair in pairs], beam=beam):
                translations.append(translation)
                if on_progress:
                    on_progress(len(translations))
            aligned = self.align(model, [pair for pair in pairs if pair.links is not None])
        decoding = {**self.search, "beam": self.search["beam"] if beam is None else beam}
        scored = scores(pairs, translations, aligned, tokenizer=self.tokenizer, lowercase=self.lowercase)
        return {**scored, "decoding": decoding}

    def align(self, model: SequenceModel, pairs: list[Pair]) -> list[set[Link]] | None:
        """Return the word links of given pairs, from where the model looks while it is made to write the target.

        None for a model that looks at no word in particular, or without pairs.
        """
        device = next(model.parameters()).device
        found: list[set[Link]] = []
        translator = self.translator(model)
        for start in range(0, len(pairs), 64):
            some = pairs[start : start + 64]
            sources = self.tokenizer.encode_batch([pair.source for pair in some])
            targets = self.tokenizer.encode_batch([pair.target for pair in some])
            ids, mask = pad_sources(sources)
            width = max(len(target) for target in targets)
            written = torch.tensor([[BOS, *target, *[BOS] * (width - len(target))] for target in targets])[:, :width]
            with torch.inference_mode():
                encoded = model.encode(ids.to(device), mask.to(device))
            weights = forced_weights(model, encoded, written.to(device))
            if weights is None:
                return None
            for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
                own = weights[row, : len(target), : len(source) + 1].cpu().numpy()
                found.append(translator.word_links(self.tokenizer.word_ids(source), target, own))
        return found if any(found) else None

    def _cross_entropy(self, model: SequenceModel, batch: PairBatch, smoothing: float) -> Term:
        features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
        targets = batch.target_output[batch.target_mask]
        output = model.output
        return Term(
            linear_cross_entropy(features, output.weight, output.bias, targets, smoothing=smoothing), len(targets)
        )


@contextmanager
def _evaluating(model: SequenceModel) -> Iterator[None]:
    """Switch dropout and gradients off, and back."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
