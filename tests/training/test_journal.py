"""The journal has one row per event, whatever happened in between, and TensorBoard reads what the board writes."""

from __future__ import annotations

import json
import math
import resource
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from softsearch.errors import RunError
from softsearch.training.folder import RunFolder
from softsearch.training.journal import Board, Journal, Meter
from softsearch.training.step import StepResult


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", files={}, about={})


def _write(folder: RunFolder, *steps: int, after: int = 0) -> None:
    journal = Journal(folder, step=after)
    for step in steps:
        journal.write({"step": step, "kind": "train", "loss": 1.0 / step})
    journal.close()


def _steps(folder: RunFolder) -> list[int]:
    return [json.loads(line)["step"] for line in (folder.path / "metrics.jsonl").read_text().splitlines()]


def test_rows_beyond_the_checkpoint_are_cut_and_none_is_doubled(folder: RunFolder) -> None:
    _write(folder, 10, 20, 30)
    _write(folder, 30, 40, after=20)
    assert _steps(folder) == [10, 20, 30, 40]


@pytest.mark.parametrize("rest", ['{"step": 4', '{"step": 20, "kind": "train"}', "\x00\x00\n", "[]\n", "{}\n"])
def test_a_line_cut_short_is_dropped(folder: RunFolder, rest: str) -> None:
    _write(folder, 10, 20)
    with (folder.path / "metrics.jsonl").open("a") as file:
        file.write(rest)
    _write(folder, 30, after=20)
    assert _steps(folder) == [10, 20, 30]


def test_what_is_no_number_is_null(folder: RunFolder) -> None:
    journal = Journal(folder, step=0)
    journal.write({"step": 1, "kind": "valid", "loss": math.nan, "sample": {"source": "ä"}})
    journal.close()
    text = (folder.path / "metrics.jsonl").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail)["loss"] is None
    assert "ä" in text


def test_tensorboard_gets_the_same_figures(folder: RunFolder) -> None:
    _write(folder, 10, 20)
    content = b"".join(path.read_bytes() for path in folder.path.glob("events.out.tfevents*"))
    assert b"train/loss" in content


def test_a_full_disk_names_the_journal(folder: RunFolder) -> None:
    journal = Journal(folder, step=0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(RunError, match=r"metrics\.jsonl: no space left"):
            journal.write({"step": 1, "kind": "train", "loss": 1.0})
        journal.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_loss_is_a_mean_over_items_not_over_batches() -> None:
    meter = Meter()
    meter.add(StepResult(grad_norm=1.0, terms={"token": (30.0, 10)}, updated=True), items=10, seconds=1.0)
    meter.add(
        StepResult(grad_norm=3.0, terms={"token": (10.0, 10), "image": (4.0, 2)}, updated=True), items=10, seconds=1.0
    )
    means = meter.means(unit="tokens")
    assert means == {"loss": 40 / 20 + 4 / 2, "token": 2.0, "image": 2.0, "tokens_per_s": 10.0, "grad_norm": 2.0}


def test_a_skipped_step_counts_only_in_time() -> None:
    meter = Meter()
    meter.add(StepResult(grad_norm=2.0, terms={"token": (30.0, 10)}, updated=True), items=10, seconds=1.0)
    meter.add(StepResult(grad_norm=math.nan, terms={"token": (math.nan, 10)}, updated=False), items=10, seconds=1.0)
    assert meter.means(unit="tokens") == {"loss": 3.0, "tokens_per_s": 5.0, "grad_norm": 2.0}


def _read(folder: Path) -> EventAccumulator:
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return accumulator


def test_curves_and_texts_are_read_back(tmp_path: Path) -> None:
    board = Board(tmp_path, step=0)
    board.scalar("train/loss", 2.5, 10)
    board.scalar("train/loss", 1.5, 20)
    board.text("sample", "source: ä", 20)
    board.close()
    events = _read(tmp_path)
    assert [(point.step, point.value) for point in events.Scalars("train/loss")] == [(10, 2.5), (20, 1.5)]
    assert events.Tensors("sample/text_summary")[0].tensor_proto.string_val[0].decode() == "source: ä"


def test_points_beyond_the_step_that_a_resume_starts_from_are_forgotten(tmp_path: Path) -> None:
    for start, steps in ((0, (10, 20, 30)), (20, (30, 40))):
        board = Board(tmp_path, step=start)
        for step in steps:
            board.scalar("train/loss", float(step + start), step)
        board.close()
    points = [(point.step, point.value) for point in _read(tmp_path).Scalars("train/loss")]
    assert points == [(10, 10.0), (20, 20.0), (30, 50.0), (40, 60.0)]
