"""Set up before anything of softsearch is imported: one thread per process, and every tensor's shape checked."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a bit-for-bit comparison needs the same number of threads on every machine

import hypothesis
import jaxtyping
import pytest

import tests.shape_checking  # noqa: F401 (the hook finds it by its name)

TENSOR_LAYERS = [
    "data.batches",
    "data.captions",
    "data.episodes",
    "data.images",
    "data.pairs.batches",
    "data.programs.batches",
    "data.sentences",
    "data.windows",
    "nn",
    "models",
    "decoding",
    "tasks",
]

jaxtyping.install_import_hook([f"softsearch.{layer}" for layer in TENSOR_LAYERS], "tests.shape_checking.check_shapes")

hypothesis.settings.register_profile("softsearch", deadline=None)  # a busy machine is no mistake
hypothesis.settings.load_profile("softsearch")


@pytest.fixture(scope="session", autouse=True)
def _disk_without_delay() -> Iterator[None]:
    """Wait for no disk: what survives a power cut is not for these tests to see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the folder of the repository."""
    return Path(__file__).parent.parent
