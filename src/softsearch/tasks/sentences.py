"""Classification of sentences: what to minimise, how good a network is, and a trained one ready to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
from torch.nn import functional

from softsearch.data.batches import pad
from softsearch.data.sentences.batches import SentenceBatch
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import Tokenizer
from softsearch.models.sentence_classifier import SentenceClassifier
from softsearch.shapes import Float
from softsearch.tasks.classified import Classified, cross_entropy, likeliest, validation
from softsearch.tasks.task import Carry, HeldOut, Loss, Task, Trained, Validation, device_of, evaluating

_AT_ONCE = 250  # sentences


@dataclass(eq=False)
class SentenceTask(Task):
    """Sentences, of one class each; `label_smoothing` is the share of the target that all classes have alike."""

    kind = "sentence_classification"

    tokenizer: Tokenizer
    classes: tuple[str, ...]
    _: KW_ONLY
    label_smoothing: float

    def ready(self, model: SentenceClassifier) -> ClassifierOfSentences:
        """Return a model ready to tell sentences apart."""
        return ClassifierOfSentences(model, self)

    def loss(self, model: SentenceClassifier, batch: SentenceBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the sentences, in nats."""
        shares = functional.one_hot(batch.labels, len(self.classes)).float()
        term = cross_entropy(model(batch.tokens, batch.mask), shares, smoothing=self.label_smoothing)
        return {"cross_entropy": term}, carry

    def validate(self, model: SentenceClassifier, data: HeldOut[SentenceStore]) -> Validation:
        """Return the loss in nats a sentence, and the share of them whose likeliest class is the right one."""
        store = data.store
        log_probs = self.ready(model).log_probs_of_tokens(list(store.sentences))
        return validation(log_probs, np.asarray(store.labels), self.classes, shown=store.texts)


class ClassifierOfSentences(Trained[SentenceClassifier, SentenceTask]):
    """A trained network, ready to tell sentences apart."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their numbers."""
        return self.task.classes

    def classify(self, sentences: Sequence[str], *, top: int = 1) -> list[Classified]:
        """Return the `top` likeliest classes of each sentence."""
        return likeliest(self.log_probs(sentences), self.classes, top=top)

    def log_probs(self, sentences: Sequence[str]) -> Float[np.ndarray, "rows classes"]:
        """Return the log-probability of each class, in nats."""
        return self.log_probs_of_tokens(self.task.tokenizer.encode_batch(list(sentences)))

    def log_probs_of_tokens(self, sentences: Sequence[Sequence[int] | np.ndarray]) -> Float[np.ndarray, "rows classes"]:
        """Return the same for the token ids of sentences."""
        found = np.zeros((len(sentences), len(self.classes)), dtype=np.float32)
        by_length = np.argsort([len(each) for each in sentences], kind="stable")
        with evaluating(self.model):
            for start in range(0, len(sentences), _AT_ONCE):
                rows = by_length[start : start + _AT_ONCE]
                batch = pad([sentences[row] for row in rows.tolist()], end=False)
                tokens, mask = (each.to(device_of(self.model)) for each in batch)
                found[rows] = functional.log_softmax(self.model(tokens, mask).float(), dim=1).cpu().numpy()
        return found
