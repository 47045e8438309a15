"""A folder that was exported, with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.networks import exported, make_transformer


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Return a folder that no test may change."""
    pytest.importorskip("ctranslate2")
    folder = tmp_path_factory.mktemp("exported")
    exported(make_transformer(), folder, "ctranslate2")
    return folder
