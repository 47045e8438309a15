"""A folder that was exported, with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.networks import make_transformer


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Return a folder that no test may change."""
    pytest.importorskip("ctranslate2")
    from softsearch.export.writing import write

    folder = tmp_path_factory.mktemp("exported")
    write(make_transformer(), folder, to="ctranslate2", quantization="float32")
    return folder
