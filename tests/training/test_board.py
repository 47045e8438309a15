"""TensorBoard reads what the board writes."""

from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from softsearch.training.board import Board


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
