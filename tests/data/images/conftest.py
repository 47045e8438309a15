"""A stored split, and a folder of pictures by their class."""

from __future__ import annotations

from pathlib import Path

import pytest

from softsearch.data.images.store import ImageStore
from tests.data.images.made import BLUE, GREEN, RED, image, plain


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    images = [image(str(10 - value % 10), value) for value in range(25)]
    return ImageStore.write(tmp_path / "train", images, size=6, channels=3, classes=None)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name, colour in {"b/1.png": RED, "b/deep/2.PNG": GREEN, "a/9.png": BLUE}.items():
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / name).write_bytes(plain(colour))
    (tmp_path / "train" / "a" / "notes.txt").write_text("no picture")
    (tmp_path / "train" / ".hidden").mkdir()
    return tmp_path / "train"
