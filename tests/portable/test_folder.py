"""What an exported folder says of itself, and what is said of one that is not whole."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from softsearch import portable
from softsearch.errors import RunError, SoftsearchError
from softsearch.portable.manifest import FORMAT_VERSION, MANIFEST
from tests.export.networks import SEARCH


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def changed(folder, **fields):
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**content, **fields}))


def test_it_tells_how_to_decode_and_which_ids_are_special(folder):
    content = json.loads((folder / MANIFEST).read_text())
    assert content["special"] == {"pad": 0, "unknown": 1, "begin": 2, "end": 3}
    assert (content["decoding"]["beam"], content["decoding"]["max_ratio"]) == (SEARCH.beam, SEARCH.max_ratio)
    assert set(content["files"]) == {each.name for each in folder.iterdir()} - {MANIFEST}
    loaded = portable.load(folder)
    assert (loaded.search, loaded.max_tokens) == (SEARCH, 12)


def test_it_can_be_moved(copied, folder):
    assert portable.load(copied).translate("a b c") == portable.load(str(folder)).translate(["a b c"])


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.model", "shared_vocabulary.json"])
def test_a_file_that_was_altered_or_is_missing_is_named(name, copied):
    (copied / name).write_bytes((copied / name).read_bytes() + b"\n")
    with pytest.raises(RunError, match=rf"{name}: damaged or altered"):
        portable.load(copied)
    (copied / name).unlink()
    with pytest.raises(RunError, match=rf"{name}: this file is missing"):
        portable.load(copied)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"format_version": FORMAT_VERSION + 1}, "written by a newer softsearch"),
        ({"format_version": None}, "no format_version"),
        ({"files": None}, "damaged"),
        ({"decoding": {"beam": 3}}, "damaged"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_refused(fields, told, copied):
    changed(copied, **fields)
    with pytest.raises(RunError, match=told):
        portable.load(copied)


def test_what_is_no_exported_folder_is_refused(tmp_path, copied):
    with pytest.raises(RunError, match="there is no such folder"):
        portable.load(tmp_path / "nowhere")
    with pytest.raises(RunError, match="it has no manifest"):
        portable.load(tmp_path)
    (copied / MANIFEST).write_text("{")
    with pytest.raises(RunError, match="cannot be read"):
        portable.load(copied)


def test_a_runtime_that_is_not_installed_is_named_with_its_cure(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(SoftsearchError, match="pip install ctranslate2"):
        portable.load(folder)
