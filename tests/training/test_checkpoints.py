"""A checkpoint brings back every bit, or says which file is damaged and which checkpoint is whole."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from softsearch.errors import RunError
from softsearch.training.checkpoints import load_checkpoint, save_checkpoint, verify
from softsearch.training.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", files={}, about={})


def _trained(toy: ModuleType, steps: int) -> tuple[nn.Module, torch.optim.Optimizer]:
    model = toy.Model()
    optimizer = toy.make_optimizer(model)
    for _ in range(steps):
        model(toy.Data().tokens).square().sum().backward()
        optimizer.step()
    return model, optimizer


def _save(toy: ModuleType, folder: RunFolder, step: int, *, best: bool = False) -> nn.Module:
    model, optimizer = _trained(toy, step)
    save_checkpoint(folder, step=step, model=model, optimizer=optimizer, carry={}, state={"step": step}, best=best)
    return model


def test_weights_buffers_and_optimizer_come_back_bit_for_bit(toy: ModuleType, folder: RunFolder) -> None:
    model, optimizer = _trained(toy, 3)
    save_checkpoint(folder, step=3, model=model, optimizer=optimizer, carry={}, state={"any": [0.1, None]}, best=True)
    other = toy.Model(seed=5)
    other_optimizer = toy.make_optimizer(other)
    assert load_checkpoint(folder, "best", model=other, optimizer=other_optimizer) == ({"any": [0.1, None]}, {})
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        for key, tensor in optimizer.state[mine].items():
            assert torch.equal(tensor, other_optimizer.state[theirs][key]), key


def test_tied_weights_are_saved_once_and_come_back_tied(toy: ModuleType, folder: RunFolder) -> None:
    model = _save(toy, folder, 1)
    saved = load_file(folder.checkpoint_path(1) / "model.safetensors")
    assert "embedding.weight" in saved
    assert "output.weight" not in saved
    other = toy.Model(seed=5)
    load_checkpoint(folder, 1, model=other)
    assert other.output.weight is other.embedding.weight
    assert torch.equal(other.output.weight, model.output.weight)


def test_only_the_best_and_the_last_are_kept(toy: ModuleType, folder: RunFolder) -> None:
    for step in (1, 2, 3, 4):
        _save(toy, folder, step, best=step == 2)
    assert (folder.best, folder.last, folder.checkpoints) == (2, 4, [2, 4])
    assert sorted(path.name for path in (folder.path / "checkpoints").iterdir()) == ["step-00000002", "step-00000004"]


def test_what_a_killed_save_left_behind_is_deleted_by_the_next(toy: ModuleType, folder: RunFolder) -> None:
    (folder.path / "checkpoints" / ".step-00000001.77.tmp").mkdir(parents=True)
    (folder.path / "checkpoints" / "step-00000009").mkdir()
    _save(toy, folder, 2)
    assert [path.name for path in (folder.path / "checkpoints").iterdir()] == ["step-00000002"]


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("damage", ["flipped", "truncated", "missing"])
def test_a_damaged_file_is_named_with_the_newest_whole_checkpoint(
    toy: ModuleType, folder: RunFolder, name: str, damage: str
) -> None:
    _save(toy, folder, 1, best=True)
    _save(toy, folder, 2)
    path = folder.checkpoint_path(2) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content) if damage == "flipped" else path.read_bytes()[:-7])
    if damage == "missing":
        path.unlink()
    with pytest.raises(RunError) as raised:
        load_checkpoint(folder, "last", model=toy.Model())
    assert raised.value.path == path
    assert "newest whole checkpoint is that of step 1" in str(raised.value)
    assert load_checkpoint(folder, "best", model=toy.Model()).state == {"step": 1}
    with pytest.raises(RunError, match=name):
        verify(folder)


def test_no_whole_checkpoint_is_promised_where_there_is_none(toy: ModuleType, folder: RunFolder) -> None:
    _save(toy, folder, 1, best=True)
    (folder.checkpoint_path(1) / "state.json").write_text("{")
    with pytest.raises(RunError, match="no other checkpoint of this run is whole"):
        load_checkpoint(folder, "last", model=toy.Model())


def test_a_checkpoint_that_is_not_there_is_said_to_be_so(toy: ModuleType, folder: RunFolder) -> None:
    _save(toy, folder, 1)
    with pytest.raises(RunError, match="no checkpoint 'best'"):
        load_checkpoint(folder, "best", model=toy.Model())
    with pytest.raises(RunError, match="no checkpoint 7"):
        load_checkpoint(folder, 7, model=toy.Model())


def test_weights_of_another_model_are_refused_by_name(toy: ModuleType, folder: RunFolder) -> None:
    _save(toy, folder, 1)
    with pytest.raises(RunError, match="weights of another model: bias"):
        load_checkpoint(folder, "last", model=nn.Linear(2, 2))
    wider = toy.Model()
    wider.cell = nn.GRU(toy.HIDDEN, toy.HIDDEN + 1)
    with pytest.raises(RunError, match=r"weights of another model: cell\."):
        load_checkpoint(folder, "last", model=wider)
