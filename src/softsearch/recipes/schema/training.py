"""How the network is trained, and when to stop."""

from __future__ import annotations

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


class AdamW(Part):
    """Adam with decoupled weight decay."""

    kind: Literal["adamw"]
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    betas: Annotated[tuple[Share, Share], Field(strict=False)] = (0.9, 0.98)


class Linear(Part):
    """Warm up, then fall in a straight line to zero at the end of the training."""

    kind: Literal["linear"]
    warmup_steps: Annotated[int, Field(ge=0, le=10**12)] = 200


class Constant(Part):
    """Warm up, then stay."""

    kind: Literal["constant"]
    warmup_steps: Annotated[int, Field(ge=0, le=10**12)] = 200


Schedule = Annotated[Linear | Constant, Field(discriminator="kind")]


class Stop(Part):
    """What decides which checkpoint is best, and when to give up.

    Attributes
    ----------
    patience
        So many validations without a better one end the training; null: none do.
    """

    on: Literal["loss", "bleu"] = "loss"
    patience: Count | None = 5


class Training(Part):
    """How to train, and when to stop: at the first of the limits that is reached.

    Attributes
    ----------
    batch_tokens
        Padded tokens in a batch, on either side.
    clip_norm
        Longer gradients are cut to this length; null: none are.
    threads
        Processor cores to use; null: all.
    """

    batch_tokens: Count = 2_048
    optimizer: AdamW = AdamW(kind="adamw")
    schedule: Schedule = Linear(kind="linear")
    clip_norm: Positive | None = 1.0
    max_steps: Count | None = None
    max_epochs: Count | None = None
    budget: Time | None = None
    validate_every: Progress = Duration(1, "epochs")
    checkpoint_every: TimeOrProgress = Duration(120.0, "seconds")
    stop: Stop = Stop()
    threads: Annotated[int, Field(ge=1, le=1_024)] | None = None

    @model_validator(mode="after")
    def _it_ends(self) -> Training:
        if self.max_steps is None and self.max_epochs is None and self.budget is None:
            fix = "add, for instance, budget: 30 minutes"
            raise mistake("training has no end", allowed="at least one of max_steps, max_epochs, budget", fix=fix)
        return self
