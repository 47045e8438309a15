"""The mean of the last checkpoints is tried at the end, kept where it is better, and never in the way."""

from __future__ import annotations

import signal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from softsearch.errors import RunError
from softsearch.training.checkpoint_mean import Average, in_words
from softsearch.training.checkpoints import load_checkpoint, verify
from softsearch.training.folder import RunFolder
from softsearch.training.schedules import Constant

OFTEN: dict[str, Any] = {"validate_every": (5, "steps"), "schedule": Constant(warmup_steps=5)}


def _scoring(toy: ModuleType, scores: list[float], **hooks: Any) -> Any:
    """Return a task whose validations report these losses, the last of them for the mean."""

    class Scoring(toy.Task):
        def validate(self, model: Any, data: Any) -> Any:
            return super().validate(model, data)._replace(scores={"loss": next(self.losses_to_report)})

    Scoring.losses_to_report = iter(scores)
    return Scoring(**hooks)


def _weights(model: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def _loaded(toy: ModuleType, path: Path, which: Any) -> dict[str, torch.Tensor]:
    model = toy.Model(seed=5)
    load_checkpoint(RunFolder.open(path), which, model=model)
    return _weights(model)


def test_a_better_mean_is_the_runs_best_and_is_the_mean(toy: ModuleType, tmp_path: Path) -> None:
    task = _scoring(toy, [6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0])
    outcome = toy.run(tmp_path / "run", task=task, average=3, keep=6, **OFTEN)
    folder = RunFolder.open(tmp_path / "run")
    assert folder.averaged == outcome.averaged == [20, 25, 30]
    assert folder.about["average"] == {"at": 30, "steps": [20, 25, 30], "scores": {"loss": 1.0}, "better": True}
    assert (outcome.best_score, outcome.best_step, folder.best) == (1.0, 30, 30)
    parts = [_loaded(toy, tmp_path / "run", step) for step in (20, 25, 30)]
    mean = _loaded(toy, tmp_path / "run", "best")
    for name, tensor in mean.items():
        stacked = torch.stack([part[name] for part in parts])
        expected = stacked.mean(0) if tensor.is_floating_point() else stacked[-1]
        torch.testing.assert_close(tensor, expected)
    verify(folder)


def test_a_mean_that_is_no_better_leaves_the_best_checkpoint(toy: ModuleType, tmp_path: Path) -> None:
    outcome = toy.run(tmp_path / "run", task=_scoring(toy, [6.0, 5.0, 1.0, 3.0, 2.0, 4.0, 1.5]), average=3, **OFTEN)
    folder = RunFolder.open(tmp_path / "run")
    assert (outcome.averaged, folder.averaged, folder.best, outcome.best_score) == ([], [], 15, 1.0)
    assert folder.about["average"]["better"] is False
    assert sorted(path.name for path in (folder.path / "checkpoints").iterdir()) == ["step-00000015", "step-00000030"]


def test_afterwards_the_model_has_the_last_weights(toy: ModuleType, tmp_path: Path, monkeypatch: Any) -> None:
    models = []
    monkeypatch.setattr(toy, "Model", lambda made=toy.Model, **seed: models.append(made(**seed)) or models[-1])
    toy.run(tmp_path / "run", average=3, **OFTEN)
    after = _weights(models[0])
    for name, tensor in _loaded(toy, tmp_path / "run", "last").items():
        assert torch.equal(tensor, after[name])
    assert models[0].training


def test_only_what_is_needed_is_kept_while_it_trains_and_afterwards(toy: ModuleType, tmp_path: Path) -> None:
    def stop(number: int) -> None:
        if number == 27:
            signal.raise_signal(signal.SIGTERM)

    settings: dict[str, Any] = {
        "average": 3,
        "keep": 2,
        "validate_every": (5, "steps"),
        "schedule": Constant(warmup_steps=5),
    }
    scores = [1.0, 6.0, 6.0, 6.0, 6.0, 6.0, 7.0]
    toy.run(tmp_path / "run", task=_scoring(toy, scores, hook=stop), **settings)
    assert RunFolder.open(tmp_path / "run").checkpoints == [5, 15, 20, 25, 27]
    toy.run(tmp_path / "run", task=_scoring(toy, scores[5:]), **settings)
    assert RunFolder.open(tmp_path / "run").checkpoints == [5, 25, 30]


def test_keep_holds_on_to_the_last_validated_checkpoints(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "run", keep=3, **OFTEN)
    assert set(RunFolder.open(tmp_path / "run").checkpoints) >= {20, 25, 30}
    toy.run(tmp_path / "none", **OFTEN)
    assert len(RunFolder.open(tmp_path / "none").checkpoints) <= 2


def test_an_interrupted_training_with_averaging_ends_the_same(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "peace", average=4, keep=1, **OFTEN)
    task = [toy.Task(lambda number: signal.raise_signal(signal.SIGTERM) if number == 7 else None) for _ in range(9)]
    while toy.run(tmp_path / "parts", task=task.pop(), average=4, keep=1, **OFTEN).interrupted_by is not None:
        pass
    assert toy.trace(tmp_path / "parts") == toy.trace(tmp_path / "peace")
    assert toy.run(tmp_path / "parts", average=4, keep=1, **OFTEN).step == 30
    assert toy.trace(tmp_path / "parts") == toy.trace(tmp_path / "peace")


def test_an_extended_training_keeps_the_mean_until_something_is_better(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "run", task=_scoring(toy, [6.0, 5.0, 4.0, 3.0, 2.0, 2.0, 1.0]), average=3, **OFTEN)
    RunFolder.open(tmp_path / "run").update(resolved=None)
    toy.run(tmp_path / "run", task=_scoring(toy, [1.5, 2.0, 9.0]), average=2, max_steps=40, **OFTEN)
    folder = RunFolder.open(tmp_path / "run")
    assert (folder.averaged, folder.best) == ([20, 25, 30], 25)
    folder.update(resolved=None)
    outcome = toy.run(tmp_path / "run", task=_scoring(toy, [0.5, 0.7, 9.0]), average=2, max_steps=50, **OFTEN)
    folder = RunFolder.open(tmp_path / "run")
    assert (folder.averaged, folder.best, outcome.best_score) == ([], 45, 0.5)
    assert not folder.average_path.exists()


def test_damaged_mean_weights_are_named_with_a_way_out(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "run", task=_scoring(toy, [6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0]), average=3, **OFTEN)
    folder = RunFolder.open(tmp_path / "run")
    (folder.average_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(RunError, match=r"average/model\.safetensors") as raised:
        load_checkpoint(folder, "best", model=toy.Model())
    assert f"delete {folder.average_path}" in str(raised.value.fix)
    with pytest.raises(RunError, match=r"average/model\.safetensors"):
        verify(folder)
    for file in folder.average_path.iterdir():
        file.unlink()
    folder.average_path.rmdir()
    load_checkpoint(folder, "best", model=toy.Model())


def test_the_result_is_told_in_words() -> None:
    assert "better than the best" in in_words(Average([1, 2], {"loss": 0.5}, True), on="loss")
    assert "no mean" in in_words(None, on="loss")
    assert "the best stays" in in_words(Average([1, 2], {"loss": 0.5}, False), on="loss")
