"""A person sees how training goes; a program that reads stdout sees nothing of it."""

from __future__ import annotations

import io
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from softsearch.training import display
from softsearch.training.display import LiveDisplay, PlainDisplay, make_display

_TRAIN = {"step": 40, "epoch": 2, "elapsed_s": 61.0, "kind": "train", "loss": 2.5, "tokens_per_s": 1234.0}
_VALID = {
    "step": 41,
    "epoch": 2,
    "elapsed_s": 62.0,
    "kind": "valid",
    "loss": 2.25,
    "bleu": 31.5,
    "sample": {"source": "[bold]ein Hund", "reference": "a dog", "translation": "a cat"},
}


def test_plain_lines_tell_step_loss_speed_time_left_and_scores() -> None:
    out = io.StringIO()
    plain = PlainDisplay(Console(file=out, width=200), 100)
    plain.train(_TRAIN, left_s=125)
    plain.valid(_VALID, best=True)
    first, second, *sample = out.getvalue().splitlines()
    assert first == "step 40/100  epoch 2  loss 2.500  1234 tokens/s  2 min 05 s left"
    assert second == "step 41/100  epoch 2  validation: loss 2.25  bleu 31.5  (best so far)"
    assert sample == [f"  {name}: {text}" for name, text in _VALID["sample"].items()]


def test_a_sample_of_several_lines_is_one_line() -> None:
    out = io.StringIO()
    PlainDisplay(Console(file=out, width=200), 100).valid(
        {**_VALID, "sample": {"written": "to be,\nor not"}}, best=True
    )
    assert out.getvalue().splitlines()[1:] == ["  written: to be,↵or not"]


def test_plain_lines_come_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(display.time, "monotonic", lambda: now)
    plain = PlainDisplay(Console(file=io.StringIO()), 100)
    now = 109.0
    assert not plain.due()
    now = 110.0
    assert plain.due()
    plain.train(_TRAIN, left_s=0)
    assert not plain.due()


def test_the_live_table_shows_scores_and_a_sample_as_it_is_written() -> None:
    out = io.StringIO()
    live = LiveDisplay(Console(file=out, width=120, force_terminal=True), 100)
    live.train(_TRAIN, left_s=125)
    live.valid(_VALID, best=True)
    live.say("[x] a sentence")
    live.close()
    for part in (
        "step 40/100",
        "1234 tokens/s",
        "2 min 05 s left",
        "bleu 31.5",
        "[bold]ein Hund",
        "a cat",
        "[x] a sentence",
    ):
        assert part in out.getvalue()


def test_a_pipe_gets_plain_lines_and_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(make_display(live=True, total_steps=1), PlainDisplay)
    make_display(live=False, total_steps=1).say("unheard")
    assert capsys.readouterr() == ("", "")


def test_nothing_of_a_training_is_printed_on_stdout(
    toy: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy, "train", lambda *given, **how: _train(*given, **{**how, "live": True}))
    _train = __import__("softsearch.training.loop", fromlist=["train"]).train
    toy.run(tmp_path / "run", max_steps=6)
    out, err = capsys.readouterr()
    assert out == ""
    assert "step 5/6  epoch 1  validation: loss" in err
    assert "finished at step 6" in err
