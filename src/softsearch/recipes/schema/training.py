"""How the network is trained, and when to stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.duration import Duration
from softsearch.recipes.schema.base import (
    Count,
    NotNegative,
    Part,
    Positive,
    Progress,
    Share,
    Time,
    TimeOrProgress,
    mistake,
)

Steps = Annotated[int, Field(ge=0, le=10**12)]
Momentum = Annotated[float, Field(gt=0, lt=1)]
_USUAL_MOMENTUM = 0.9


class AdamW(Part):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Attributes
    ----------
    betas
        Shares of the old mean, and of the old mean square, of the gradients in the new ones.
    """

    kind: Literal["adamw"]
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    betas: Annotated[tuple[Share, Share], Field(strict=False)] = (0.9, 0.98)


class SGD(Part):
    """Gradient descent, with momentum (Polyak 1964) if asked.

    Attributes
    ----------
    nesterov
        Take the gradient's step after that of the momentum (Nesterov 1983; Sutskever et al. 2013).
    """

    kind: Literal["sgd"]
    learning_rate: Positive = 1.0
    momentum: Share = 0.0
    nesterov: bool = False
    weight_decay: NotNegative = 0.0

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> SGD:
        if self.nesterov and not self.momentum:
            raise mistake("nesterov changes the momentum, and there is none", key="nesterov", fix="add momentum: 0.9")
        return self


class AveragedSGD(Part):
    """Gradient descent that takes the mean of its weights once the validation no longer improves (Merity et al. 2018).

    Attributes
    ----------
    patience
        The mean begins when a validation is no better than the best of those before the last so many.
    """

    kind: Literal["averaged_sgd"]
    learning_rate: Positive = 1.0
    weight_decay: NotNegative = 0.0
    patience: Count = 5


class RMSprop(Part):
    """Each gradient divided by the root of its mean square (Tieleman and Hinton 2012).

    Attributes
    ----------
    rho
        Share of the old mean in the new one.
    momentum
        Share of the last step in the next one (Graves 2013 takes 0.9).
    """

    kind: Literal["rmsprop"]
    learning_rate: Positive = 1e-3
    rho: Share = 0.9
    epsilon: Positive = 1e-8
    momentum: Share = 0.0


class Adadelta(Part):
    """As RMSprop, times the root of the mean square of the last steps (Zeiler 2012); needs no learning rate but 1.

    Attributes
    ----------
    rho
        Share of the old mean in the new one.
    """

    kind: Literal["adadelta"]
    learning_rate: Positive = 1.0
    rho: Share = 0.95
    epsilon: Positive = 1e-6


Optimizer = Annotated[AdamW | SGD | AveragedSGD | RMSprop | Adadelta, Field(discriminator="kind")]


class Linear(Part):
    """Warm up, then fall in a straight line to zero at the end of the training."""

    kind: Literal["linear"]
    warmup_steps: Steps = 200


class Constant(Part):
    """Warm up, then stay."""

    kind: Literal["constant"]
    warmup_steps: Steps = 200


class Cosine(Part):
    """Warm up, then fall to zero at the end of the training along half a cosine (Loshchilov and Hutter 2017)."""

    kind: Literal["cosine"]
    warmup_steps: Steps = 200


class InverseSqrt(Part):
    """Warm up, then fall with the root of the step (Vaswani et al. 2017); the end of the training changes nothing."""

    kind: Literal["inverse_sqrt"]
    warmup_steps: Steps = 200


class Plateau(Part):
    """Warm up, then stay, but fall by `factor` each time that the validation stops improving.

    What counts as improving is said in `stop`.

    Attributes
    ----------
    patience
        So many validations without improvement make it fall.
    min_learning_rate
        It falls no lower.
    """

    kind: Literal["plateau"]
    warmup_steps: Steps = 200
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    patience: Count = 2
    min_learning_rate: NotNegative = 1e-5


class Decay(Part):
    """Stay for `after` epochs, then fall by `factor` at the beginning of each (Zaremba et al. 2014)."""

    kind: Literal["decay"]
    warmup_steps: Steps = 0
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    after: Count = 4


class MultiStep(Part):
    """Warm up, then stay, but fall by `factor` where a share of the training is done (He et al. 2016, section 4.2).

    Attributes
    ----------
    at
        The shares, in order.
    """

    kind: Literal["multi_step"]
    warmup_steps: Steps = 0
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    at: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(strict=False, min_length=1)] = (0.5, 0.75)

    @model_validator(mode="after")
    def _in_order(self) -> MultiStep:
        if list(self.at) != sorted(set(self.at)):
            raise mistake("the shares must increase", key="at", allowed=str(sorted(set(self.at))))
        return self


class OneCycle(Part):
    """Rise from a 25th, then fall to almost zero, along cosines, and the momentum the other way (Smith 2018).

    Attributes
    ----------
    rise
        Share of the training in which it rises.
    momentum
        The least and the greatest; of adamw the first of its betas.
    """

    kind: Literal["one_cycle"]
    rise: Annotated[float, Field(gt=0, lt=1)] = 0.3
    momentum: Annotated[tuple[Momentum, Momentum], Field(strict=False)] = (0.85, 0.95)

    @model_validator(mode="after")
    def _least_first(self) -> OneCycle:
        if self.momentum[0] > self.momentum[1]:
            raise mistake("the greatest comes before the least", key="momentum", allowed=str(self.momentum[::-1]))
        return self


Schedule = Annotated[
    Linear | Constant | Cosine | InverseSqrt | Plateau | Decay | MultiStep | OneCycle, Field(discriminator="kind")
]


class Stop(Part):
    """What decides which checkpoint is best, and when to give up.

    Attributes
    ----------
    on
        The validation's loss; the BLEU, or the CIDEr-D, of what is written greedily; or the share of its items that
        are classified right.
    patience
        So many validations in a row without a better one end the training, unless the trend of the last twice as many,
        which is less noisy than any of them, still improves; null: none do.
    min_delta
        Less than this is no improvement: in nats, points of BLEU or CIDEr-D, or as a share.
    """

    on: Literal["loss", "bleu", "cider", "accuracy"] = "loss"
    patience: Count | None = 5
    min_delta: NotNegative = 0.0


class Training(Part):
    """How to train, and when to stop: at the first of the limits that is reached.

    Attributes
    ----------
    accumulate
        Batches that are learnt from together, in one step.
    max_steps, max_epochs, budget
        The limits; the budget is a time, turned into steps by timing the first ones.
    validate_every, checkpoint_every
        How often it is validated; how often all is saved, beside validations.
    clip_norm
        Longer gradients are cut to this length; null: none are.
    average
        At the end, the mean of the weights of so many last validations is tried, too; null: it is not.
    keep
        The checkpoints of so many last validations stay in the run, beside the best and the last.
    threads
        Processor cores to use; null: all.
    precision
        In which numbers the layers' products are taken: bf16 is twice as fast where the processor has instructions for
        it, and everything else, but for maps between convolutions, stays in fp32; auto: what the first steps, taken in
        both, show to be faster.
    """

    accumulate: Annotated[int, Field(ge=1, le=10_000)] = 1
    optimizer: Optimizer = AdamW(kind="adamw")
    schedule: Schedule = Linear(kind="linear")
    clip_norm: Positive | None = 1.0
    max_steps: Count | None = None
    max_epochs: Count | None = None
    budget: Time | None = None
    validate_every: Progress = Duration(1, "epochs")
    checkpoint_every: TimeOrProgress = Duration(120.0, "seconds")
    stop: Stop = Stop()
    average: Annotated[int, Field(ge=2, le=1_000)] | None = None
    keep: Annotated[int, Field(ge=0, le=10_000)] = 0
    threads: Annotated[int, Field(ge=1, le=1_024)] | None = None
    precision: Literal["fp32", "bf16", "auto"] = "fp32"

    @model_validator(mode="after")
    def _it_ends(self) -> Training:
        if self.max_steps is None and self.max_epochs is None and self.budget is None:
            fix = "add, for instance, budget: 30 minutes"
            raise mistake("training has no end", allowed="at least one of max_steps, max_epochs, budget", fix=fix)
        return self

    @model_validator(mode="after")
    def _a_floor_is_below(self) -> Training:
        rate = self.optimizer.learning_rate
        if self.schedule.kind == "plateau" and self.schedule.min_learning_rate >= rate:
            problem = (
                f"min_learning_rate ({self.schedule.min_learning_rate}) must be less than the learning rate ({rate})"
            )
            raise mistake(problem, key="schedule")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        warmup_steps, rate = getattr(self.schedule, "warmup_steps", 0), self.optimizer.learning_rate
        if self.max_steps is not None and warmup_steps >= self.max_steps:
            yield (
                f"training ends in its {warmup_steps} steps of warm-up: it never reaches the learning rate "
                f"{rate}; set a smaller {at}.schedule.warmup_steps"
            )
        if isinstance(self.schedule, OneCycle):
            yield from self._momentum_without_effect(self.schedule, at)
        if self.stop.min_delta and self.stop.patience is None and self.schedule.kind != "plateau":
            yield f"{at}.stop.min_delta has no effect with {at}.stop.patience null"

    def _momentum_without_effect(self, schedule: OneCycle, at: str) -> Iterator[str]:
        """Yield what one cycle sets of the optimiser, or cannot set."""
        own: float | None = None
        if isinstance(self.optimizer, SGD | RMSprop) and self.optimizer.momentum:
            own, name = self.optimizer.momentum, "momentum"
        elif isinstance(self.optimizer, AdamW):
            own, name = self.optimizer.betas[0], "betas[0]"
        if own is None and schedule.momentum != OneCycle.model_fields["momentum"].default:
            yield f"{at}.schedule.momentum has no effect: {at}.optimizer has no momentum"
        elif own is not None and own != _USUAL_MOMENTUM:
            yield f"{at}.optimizer.{name} has no effect with {at}.schedule.kind one_cycle, which sets it"


class TextTraining(Training):
    """Training on text.

    Attributes
    ----------
    batch_tokens
        Padded tokens in a batch, on either side.
    """

    batch_tokens: Count = 2_048


class ClassifierTraining(Training):
    """Training on what has a class.

    Attributes
    ----------
    batch_size
        Images, or sentences, in a batch.
    """

    batch_size: Count = 128


def require_score(training: Training | None, *scores: str) -> None:
    """Raise a mistake where a training is to stop by a score that its validation has not."""
    if training is not None and training.stop.on not in scores:
        allowed = " or ".join(f"stop: {{on: {score}}}" for score in scores)
        raise mistake("its validation has no such score", key="training", allowed=allowed)
