"""Classification of sentences: what to minimise, how good a network is, and a trained one ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch.nn import functional

from softsearch.data.batches import pad
from softsearch.data.sentences.batches import SentenceBatch
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.models.sentence_classifier import SentenceClassifier
from softsearch.shapes import Float
from softsearch.tasks.classified import Classified, HeldOutLabelled, cross_entropy, likeliest, validation
from softsearch.tasks.task import Carry, Loss, Validation, evaluating

_AT_ONCE = 250  # sentences


class SentenceTask:
    """Sentences, of one class each.

    Parameters
    ----------
    tokenizer
        Of the sentences.
    classes
        Their names.
    label_smoothing
        Share of the target that all classes have alike.
    """

    def __init__(self, tokenizer: Tokenizer, classes: Sequence[str], *, label_smoothing: float) -> None:
        self.tokenizer = tokenizer
        self.classes = tuple(classes)
        self.label_smoothing = label_smoothing

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again, tokenizer apart."""
        own = {"classes": list(self.classes), "label_smoothing": self.label_smoothing}
        return {"kind": "sentence_classification", **own}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], *, tokenizer: Tokenizer) -> SentenceTask:
        """Return the task that :meth:`to_dict` was asked of."""
        return cls(tokenizer, fields["classes"], label_smoothing=fields["label_smoothing"])

    def ready(self, model: SentenceClassifier) -> ClassifierOfSentences:
        """Return a model ready to tell sentences apart."""
        return ClassifierOfSentences(model, self)

    def loss(self, model: SentenceClassifier, batch: SentenceBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the sentences, in nats."""
        shares = functional.one_hot(batch.labels, len(self.classes)).float()
        term = cross_entropy(model(batch.tokens, batch.mask), shares, smoothing=self.label_smoothing)
        return {"cross_entropy": term}, carry

    def counts(self, batch: SentenceBatch) -> dict[str, int]:
        """Return how many sentences the loss of the batch is a sum over."""
        return {"cross_entropy": batch.num_items}

    def validate(self, model: SentenceClassifier, data: HeldOutLabelled[SentenceStore]) -> Validation:
        """Return the loss in nats a sentence, and the share of them whose likeliest class is the right one."""
        store = data.store
        log_probs = self.log_probs(model, list(store.sentences))
        return validation(log_probs, np.asarray(store.labels), self.classes, shown=store.texts)

    def log_probs(
        self, model: SentenceClassifier, sentences: Sequence[Sequence[int] | np.ndarray]
    ) -> Float[np.ndarray, "rows classes"]:
        """Return the log-probability of each class, in nats, for the token ids of sentences."""
        found = np.zeros((len(sentences), len(self.classes)), dtype=np.float32)
        device = next(model.parameters()).device
        by_length = np.argsort([len(each) for each in sentences], kind="stable")
        with evaluating(model):
            for start in range(0, len(sentences), _AT_ONCE):
                rows = by_length[start : start + _AT_ONCE]
                tokens, mask = (each.to(device) for each in pad([sentences[row] for row in rows.tolist()], end=False))
                found[rows] = functional.log_softmax(model(tokens, mask).float(), dim=1).cpu().numpy()
        return found


class ClassifierOfSentences:
    """A trained network, ready to tell sentences apart.

    Parameters
    ----------
    model, task
        The network, and what it was trained for.
    """

    def __init__(self, model: SentenceClassifier, task: SentenceTask) -> None:
        self.model, self.task = model, task

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their numbers."""
        return self.task.classes

    def classify(self, sentences: Sequence[str], *, top: int = 1) -> list[Classified]:
        """Return the `top` likeliest classes of each sentence."""
        return likeliest(self.log_probs(sentences), self.classes, top=top)

    def log_probs(self, sentences: Sequence[str]) -> Float[np.ndarray, "rows classes"]:
        """Return the log-probability of each class, in nats."""
        return self.task.log_probs(self.model, self.task.tokenizer.encode_batch(list(sentences)))
