"""Programs in, what they print out: what to minimise, how good a network is, and a trained one ready to be asked.

Two scores, which are not to be mixed up (Zaremba and Sutskever 2014, section 6, report the first):

    accuracy    share of the characters of the answers, their ends among them, that the network holds likeliest when it
                is given the right characters before (teacher-forced)
    exact       share of the answers that it writes right from end to end by itself (free-running, greedy)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from softsearch.data.pairs.batches import PairBatch
from softsearch.data.programs.batches import HeldOutLevel, batch_of, name_of
from softsearch.data.programs.curricula import Level
from softsearch.data.programs.problems import Exercise, Problem
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.losses import linear_cross_entropy
from softsearch.shapes import Bool, Float
from softsearch.tasks.batched import Decoding, Part, decode
from softsearch.tasks.task import Carry, Loss, Task, Term, Trained, Validation, device_of, evaluating

_AT_ONCE = 256
_GREEDY = Search(beam=1, length_penalty=0.0, max_ratio=1.0)


class Executed(NamedTuple):
    """What became of an exercise: its answer, what was written, and where the network looked for each character."""

    exercise: Exercise
    written: str
    log_prob: float
    weights: Float[np.ndarray, "tgt src"] | None

    @property
    def is_right(self) -> bool:
        """Whether the answer was written from end to end."""
        return self.written == self.exercise.target

    @property
    def wrong(self) -> list[int]:
        """The places of the characters that are not those of the answer, counted from the left."""
        target = self.exercise.target
        return [place for place, each in enumerate(self.written) if place >= len(target) or each != target[place]]


@dataclass(eq=False)
class ExecutionTask(Task):
    """Exercises and their answers, character by character; `problem` says what they are, and how they are written."""

    kind = "execution"
    parts: ClassVar = {"problem": Problem}
    apart = frozenset({"problem"})

    problem: Problem
    tokenizer: Tokenizer

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], **files: Any) -> Self:
        """Return the task that :meth:`to_dict` was asked of; ``tokenizer=`` is given."""
        problem = {**kept["problem"], "last": Level(*kept["problem"]["last"])}
        return cls(Problem(**problem), **files)

    def ready(self, model: SequenceModel) -> Executor:
        """Return a network ready to be asked."""
        return Executor(model, self)

    def loss(self, model: SequenceModel, batch: PairBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the characters of the answers and their ends, in nats."""
        features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
        targets, output = batch.target_output[batch.target_mask], model.output
        total = linear_cross_entropy(features, output.weight, output.bias, targets, smoothing=0.0)
        return {"cross_entropy": Term(total, len(targets))}, carry

    def validate(self, model: SequenceModel, data: Sequence[HeldOutLevel]) -> Validation:
        """Return loss, accuracy and exact answers at the last level, the accuracy of each level, and one exercise."""
        executor, last, scores = self.ready(model), data[-1], dict[str, float]()
        for each in data:
            loss, right = executor.forced(each.exercises)  # in the end, those of the last level
            scores[name_of(each.level)] = float(np.concatenate(right).mean())
        executed = executor.run(last.exercises)
        exact = float(np.mean([each.is_right for each in executed]))
        scores |= {"loss": loss, "accuracy": scores[name_of(last.level)], "exact": exact}
        first = executed[0]
        sample = {"program": first.exercise.drawn, "answer": first.exercise.target, "written": first.written}
        return Validation(scores, sample)


class Executor(Trained[SequenceModel, ExecutionTask]):
    """A trained network, ready to be asked what programs print."""

    def forced(self, exercises: Sequence[Exercise]) -> tuple[float, list[Bool[np.ndarray, " tgt"]]]:
        """Return the mean cost of a character in nats, and of each answer which characters are held likeliest."""
        total, count, right, model = 0.0, 0, list[np.ndarray](), self.model
        with evaluating(model):
            for start in range(0, len(exercises), _AT_ONCE):
                some = exercises[start : start + _AT_ONCE]
                batch = batch_of(some, self.task.tokenizer.encode_batch).to(device_of(model))
                features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
                log_probs = model.output(features).float().log_softmax(dim=1)
                targets = batch.target_output[batch.target_mask]
                total -= float(log_probs.gather(1, targets.unsqueeze(1)).sum())
                count += len(targets)
                found = (log_probs.argmax(dim=1) == targets).cpu().numpy()
                right += np.split(found, np.cumsum(batch.target_mask.sum(dim=1).cpu().numpy())[:-1])
        return total / count, right

    def run(self, exercises: Sequence[Exercise]) -> list[Executed]:
        """Return what the network writes for each exercise, greedily."""
        sources = self.task.tokenizer.encode_batch([each.source for each in exercises])
        parts = [Part(ids, [], line, 0) for line, ids in enumerate(sources)]
        with evaluating(self.model):
            found = decode(self.model, parts, Decoding(_GREEDY, 1, None))
        return [
            Executed(
                exercise,
                self.task.tokenizer.decode(best.tokens),
                best.log_prob,
                None if best.weights is None else np.asarray(best.weights),
            )
            for exercise, (best, *_) in zip(exercises, found, strict=True)
        ]

    def execute(self, programs: Sequence[str]) -> list[Executed]:
        """Return what the network says that programs print.

        Raises
        ------
        DataError
            One is no program of this kind, or has characters that none has.
        """
        return self.run([self.task.problem.asked(each) for each in programs])
