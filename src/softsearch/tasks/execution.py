"""Programs in, what they print out: what to minimise, how good a network is, and a trained one ready to be asked.

Two scores, which are not to be mixed up (Zaremba and Sutskever 2014, section 6, report the first):

    accuracy    share of the characters of the answers, their ends among them, that the network holds likeliest when it
                is given the right characters before (teacher-forced)
    exact       share of the answers that it writes right from end to end by itself (free-running, greedy)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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
from softsearch.tasks.batched import Asked, Part, decode
from softsearch.tasks.task import Carry, Loss, Term, Validation, evaluating

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


class ExecutionTask:
    """Exercises and their answers, character by character.

    Parameters
    ----------
    problem
        What exercises are, and how they are written.
    tokenizer
        Of their characters.
    """

    def __init__(self, problem: Problem, tokenizer: Tokenizer) -> None:
        self.problem, self.tokenizer = problem, tokenizer

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again, the tokenizer apart."""
        problem = {**dataclasses.asdict(self.problem), "last": list(self.problem.last)}
        return {"kind": "execution", "problem": problem}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], *, tokenizer: Tokenizer) -> ExecutionTask:
        """Return the task that :meth:`to_dict` was asked of."""
        problem = {**fields["problem"], "last": Level(*fields["problem"]["last"])}
        return cls(Problem(**problem), tokenizer)

    def ready(self, model: SequenceModel) -> Executor:
        """Return a network ready to be asked."""
        return Executor(model, self)

    def loss(self, model: SequenceModel, batch: PairBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the characters of the answers and their ends, in nats."""
        features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
        targets, output = batch.target_output[batch.target_mask], model.output
        total = linear_cross_entropy(features, output.weight, output.bias, targets, smoothing=0.0)
        return {"cross_entropy": Term(total, len(targets))}, carry

    def counts(self, batch: PairBatch) -> dict[str, int]:
        """Return how many characters and ends the loss of the batch is a sum over."""
        return {"cross_entropy": batch.num_items}

    def validate(self, model: SequenceModel, data: Sequence[HeldOutLevel]) -> Validation:
        """Return loss, accuracy and exact answers at the last level, the accuracy of each level, and one exercise."""
        scores: dict[str, float] = {}
        with evaluating(model):
            for each in data:
                nats, right = self.forced(model, each.exercises)
                scores[name_of(each.level)] = float(np.concatenate(right).mean())
        last = data[-1].exercises
        executed = self.ready(model).run(last)
        scores |= {
            "loss": float(nats),
            "accuracy": scores[name_of(data[-1].level)],
            "exact": float(np.mean([each.is_right for each in executed])),
        }
        first = executed[0]
        sample = {"program": first.exercise.drawn, "answer": first.exercise.target, "written": first.written}
        return Validation(scores, sample)

    def forced(
        self, model: SequenceModel, exercises: Sequence[Exercise]
    ) -> tuple[float, list[Bool[np.ndarray, " tgt"]]]:
        """Return the mean cost of a character in nats, and of each answer which characters are held likeliest."""
        total, count, right = 0.0, 0, list[np.ndarray]()
        device = next(model.parameters()).device
        for start in range(0, len(exercises), _AT_ONCE):
            batch = batch_of(exercises[start : start + _AT_ONCE], self.tokenizer.encode_batch).to(device)
            features = model(batch.source, batch.source_mask, batch.target_input, batch.target_mask)
            log_probs = model.output(features).float().log_softmax(dim=1)
            targets = batch.target_output[batch.target_mask]
            total -= float(log_probs.gather(1, targets.unsqueeze(1)).sum())
            count += len(targets)
            found = (log_probs.argmax(dim=1) == targets).cpu().numpy()
            right += np.split(found, np.cumsum(batch.target_mask.sum(dim=1).cpu().numpy())[:-1])
        return total / count, right


class Executor:
    """A trained network, ready to be asked what programs print.

    Parameters
    ----------
    model, task
        The network, and what it was trained for.
    """

    def __init__(self, model: SequenceModel, task: ExecutionTask) -> None:
        self.model, self.task = model, task

    def run(self, exercises: Sequence[Exercise]) -> list[Executed]:
        """Return what the network writes for each exercise, greedily."""
        sources = self.task.tokenizer.encode_batch([each.source for each in exercises])
        parts = [Part(ids, [], line, 0) for line, ids in enumerate(sources)]
        with evaluating(self.model):
            found = decode(self.model, parts, Asked(_GREEDY, 1, None))
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
