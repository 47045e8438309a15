"""A run folder is whole, says what is wrong with it when it is not, and belongs to one training at a time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from softsearch.errors import RunError
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    files = {"recipe.yaml": "seed: 1\n", "tokenizer.model": b"\x00\xff"}
    return RunFolder.create(tmp_path / "runs" / "first", files=files, about={"task": "toy"})


def test_a_new_run_folder_opens_with_its_files_and_facts(folder: RunFolder) -> None:
    again = RunFolder.open(folder.path)
    assert again.about == {"task": "toy"}
    assert (again.path / "tokenizer.model").read_bytes() == b"\x00\xff"
    assert (again.checkpoints, again.best, again.last) == ([], None, None)


def test_a_fact_is_still_there_after_the_folder_is_moved(folder: RunFolder) -> None:
    folder.update(resolved={"threads": 2})
    folder.path.rename(folder.path.with_name("moved"))
    assert RunFolder.open(folder.path.with_name("moved")).about == {"task": "toy", "resolved": {"threads": 2}}


def test_facts_are_changed_only_by_update(folder: RunFolder) -> None:
    folder.about["task"] = "other"
    assert folder.about["task"] == "toy"


def test_a_folder_that_holds_something_is_never_overwritten(folder: RunFolder) -> None:
    with pytest.raises(RunError, match="already and not empty"):
        RunFolder.create(folder.path, files={}, about={})
    assert RunFolder.open(folder.path).about == {"task": "toy"}


def test_an_empty_folder_may_become_a_run(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert RunFolder.create(tmp_path / "run", files={}, about={}).path == tmp_path / "run"


@pytest.mark.parametrize("length", [0, 1, 40, 200])
def test_a_truncated_index_is_named(folder: RunFolder, length: int) -> None:
    index = folder.path / "run.json"
    index.write_bytes(index.read_bytes()[:length])
    with pytest.raises(RunError, match=r"run\.json: damaged or cut short"):
        RunFolder.open(folder.path)


@pytest.mark.parametrize("content", ["[]", "3", '"text"', "\udcff"])
def test_an_index_that_is_something_else_is_named(folder: RunFolder, content: str) -> None:
    (folder.path / "run.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(RunError, match=r"run\.json: damaged"):
        RunFolder.open(folder.path)


def test_an_altered_index_is_named(folder: RunFolder) -> None:
    index = folder.path / "run.json"
    index.write_text(index.read_text().replace("toy", "boy"))
    with pytest.raises(RunError, match=r"run\.json: altered"):
        RunFolder.open(folder.path)


def test_a_run_of_a_newer_format_asks_for_a_newer_softsearch(folder: RunFolder) -> None:
    index = folder.path / "run.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "format_version": 2}))
    with pytest.raises(RunError, match="written by a newer softsearch") as raised:
        RunFolder.open(folder.path)
    assert raised.value.fix == "upgrade softsearch"


def test_an_altered_file_of_the_run_is_named(folder: RunFolder) -> None:
    (folder.path / "recipe.yaml").write_text("seed: 2\n")
    with pytest.raises(RunError, match=r"recipe\.yaml: damaged or altered"):
        RunFolder.open(folder.path)


def test_a_missing_file_of_the_run_is_named(folder: RunFolder) -> None:
    (folder.path / "tokenizer.model").unlink()
    with pytest.raises(RunError, match=r"tokenizer\.model: this file of the run is missing"):
        RunFolder.open(folder.path)


def test_a_misspelt_run_gets_the_nearest_name(folder: RunFolder) -> None:
    with pytest.raises(RunError, match="no such run folder") as raised:
        RunFolder.open(folder.path.with_name("frist"))
    assert raised.value.nearest == str(folder.path)


def test_any_other_folder_or_file_is_no_run(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no run\.json"):
        RunFolder.open(tmp_path)
    with pytest.raises(RunError, match="this is a file"):
        RunFolder.open(folder.path / "recipe.yaml")


def test_the_old_facts_stay_when_new_ones_cannot_be_written(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"run\.json: no space left") as raised:
        folder.update(task="other")
    assert f"softsearch resume {folder.path}" in str(raised.value)
    assert RunFolder.open(folder.path).about == folder.about == {"task": "toy"}


def test_a_folder_belongs_to_one_training_at_a_time(folder: RunFolder) -> None:
    with (
        folder.locked(),
        pytest.raises(RunError, match="another process is training"),
        RunFolder.open(folder.path).locked(),
    ):
        pass
    with RunFolder.open(folder.path).locked():
        pass


def test_whoever_gets_the_lock_knows_what_the_one_before_wrote(folder: RunFolder) -> None:
    late = RunFolder.open(folder.path)
    with folder.locked():
        folder.update(step=7)
    with late.locked():
        late.update(status="finished")
    assert RunFolder.open(folder.path).about == {"task": "toy", "step": 7, "status": "finished"}


def test_what_a_killed_write_left_behind_is_deleted(folder: RunFolder) -> None:
    (folder.path / ".metrics.jsonl.77.tmp").write_text("{")
    folder.prune()
    assert not list(folder.path.glob("*.tmp"))
    verify(RunFolder.open(folder.path))


def test_a_file_in_the_place_of_a_run_folder_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="this is a file"):
        RunFolder.create(tmp_path / "run", files={}, about={})
