"""The built-in text is the same on every machine, whatever a system leaves out of its Python."""

import shutil
import sysconfig
from pathlib import Path

import pytest

from softsearch.data import library
from softsearch.data.library import described, library_texts
from softsearch.errors import DataError

KEPT = ("argparse.py", "ast.py", "calendar.py", "json", "random.py", "string.py", "textwrap.py", "re", "heapq.py")


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """A Python with few modules."""
    folder = Path(sysconfig.get_path("stdlib"))
    for name in KEPT:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, tmp_path / name)
        else:
            shutil.copy(folder / name, tmp_path / name)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    return tmp_path


def size(texts) -> int:
    return sum(len(line) + 1 for text in texts for line in text.lines)


def test_sources_are_split_by_name_and_capped():
    found = library_texts("sources", characters=400_000)
    names = [{text.name for text in texts} for texts in found.values()]
    assert list(found) == ["train", "valid", "test"]
    assert not names[0] & names[1] | names[1] & names[2] | names[0] & names[2]
    assert 390_000 < size(found["train"]) <= 400_000
    assert all(10_000 < size(found[split]) <= 20_001 for split in ("valid", "test"))
    assert "import" in {word for text in found["train"] for line in text.lines for word in line.split()}
    assert described(found["train"]) == described(library_texts("sources", characters=400_000)["train"])
    assert described(found["train"])["sha256"] != described(found["valid"])["sha256"]


def test_prose_is_docstrings_and_the_chapters_of_help(small):
    (small / "own.py").write_text("")
    found = library_texts("prose", characters=10**9)
    lines = [line for texts in found.values() for text in texts for line in text.lines]
    assert not any(line.startswith("import ") for text in found["valid"] for line in text.lines)
    assert any(line.startswith("Shuffle list x in place") for line in lines)
    assert {name for texts in found.values() for name, _ in texts} >= {"topics/while", "random.py", "json/decoder.py"}
    assert "own.py" not in {name for texts in found.values() for name, _ in texts}


def test_where_a_text_goes_does_not_depend_on_what_else_is_there(small):
    whole = library_texts("sources", characters=10**9)
    (small / "random.py").unlink()
    less = library_texts("sources", characters=10**9)
    for split, texts in whole.items():
        assert less[split] == [text for text in texts if text.name != "random.py"]


def test_a_python_without_sources_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "python311.zip"))
    with pytest.raises(DataError) as caught:
        library_texts("sources", characters=1000)
    assert "without the sources" in str(caught.value)
    assert "kind: text" in str(caught.value)


def test_too_few_characters_are_told():
    with pytest.raises(DataError, match="too few characters"):
        library_texts("sources", characters=50)


def test_a_python_without_the_chapters_of_help_has_its_docstrings(monkeypatch, small):
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(library.importlib, "import_module", missing)
    texts = library_texts("prose", characters=10**9)["train"]
    assert texts
    assert not any(text.name.startswith("topics/") for text in texts)
