"""What the fields of all parts share: ranges, durations, and how a mistake is raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from softsearch.errors import RecipeError
from softsearch.recipes.duration import UNIT_WORDS, Duration, Unit

Count = Annotated[int, Field(ge=1, le=10**12)]
Vocabulary = Annotated[int, Field(ge=6, le=10**12)]  # four marks, and two entries to tell apart
Width = Annotated[int, Field(ge=1, le=65_536)]
Batch = Annotated[int, Field(ge=1, le=65_536)]  # that is drawn when it is needed
Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Weight = Annotated[float, Field(gt=0, le=1_000)]
Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]


def mistake(problem: str, *, key: str = "", allowed: str = "", nearest: str = "", fix: str = "") -> PydanticCustomError:
    """Return an error that a validator raises; `key` is the field below the validated model that is to blame."""
    context = {"problem": problem, "key": key, "allowed": allowed, "nearest": nearest, "fix": fix}
    return PydanticCustomError("mistake", "{problem}", context)


def _duration_in(*units: Unit) -> Callable[[object], Duration]:
    words = [word for unit in units for word in UNIT_WORDS[unit]]
    allowed = f"a number and a unit: {', '.join(words)}"

    def parse(value: object) -> Duration:
        try:
            duration = value if isinstance(value, Duration) else Duration.parse(value)
        except RecipeError as error:
            close = error.nearest if error.nearest in words else ""
            raise mistake(error.problem, allowed=allowed, nearest=close or "", fix=error.fix or "") from None
        if duration.unit not in units:
            raise mistake(f"a duration in {duration.unit} cannot stand here", allowed=allowed)
        return duration

    return parse


Time = Annotated[Duration, PlainValidator(_duration_in("seconds")), PlainSerializer(str)]
Progress = Annotated[Duration, PlainValidator(_duration_in("steps", "epochs")), PlainSerializer(str)]
TimeOrProgress = Annotated[Duration, PlainValidator(_duration_in("steps", "epochs", "seconds")), PlainSerializer(str)]


class Part(BaseModel):
    """What all parts of a recipe share: no unknown keys, no silent conversions, no changes afterwards.

    Attributes
    ----------
    also_called
        What others call this kind: whoever writes one of these is told the name that it has here.
    """

    also_called: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option, of a part that stands at `at`, that changes nothing beside the others."""
        for name in type(self).model_fields:
            if isinstance(part := getattr(self, name), Part):
                yield from part.without_effect(f"{at}.{name}" if at else name)
