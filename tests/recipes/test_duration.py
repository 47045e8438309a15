import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsearch.errors import RecipeError
from softsearch.recipes.duration import Duration


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("20 epochs", 20, "epochs"),
        ("1 epoch", 1, "epochs"),
        ("500steps", 500, "steps"),
        ("2 minutes", 120, "seconds"),
        ("1.5 hours", 5400, "seconds"),
        ("45 s", 45, "seconds"),
        ("0.5 Seconds", 0.5, "seconds"),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, amount: float, unit: str) -> None:
    assert Duration.parse(text) == Duration(amount, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["", "epochs", "3", 3, 3.5, None, True, [1], "-3 steps", "0 steps", "1e3 steps", "3 4 s"]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(RecipeError):
        Duration.parse(value)


def test_steps_have_no_fraction() -> None:
    with pytest.raises(RecipeError, match="whole numbers"):
        Duration.parse("1.5 steps")


def test_a_number_alone_is_told_to_lack_its_unit() -> None:
    with pytest.raises(RecipeError, match="without a unit"):
        Duration.parse(30)


def test_a_misspelt_unit_names_the_nearest() -> None:
    with pytest.raises(RecipeError) as caught:
        Duration.parse("3 minuts")
    assert caught.value.nearest == "minutes"


def test_a_duration_beyond_reason_is_refused() -> None:
    with pytest.raises(RecipeError, match="out of range"):
        Duration.parse("9" * 400 + " steps")


@given(st.floats(min_value=1e-9, max_value=1e11))
def test_seconds_survive_being_written_and_read(seconds: float) -> None:
    duration = Duration(seconds, "seconds")
    amount = Duration.parse(str(duration)).amount
    assert amount == pytest.approx(seconds, rel=1e-12)
    assert Duration.parse(str(duration)) == Duration.parse(str(Duration(amount, "seconds")))


@pytest.mark.parametrize("text", ["1 epoch", "20 epochs", "500 steps", "2 minutes", "1 hour", "90 seconds", "1 step"])
def test_a_duration_is_written_as_a_person_would(text: str) -> None:
    assert str(Duration.parse(text)) == text
