"""Set up before anything of softsearch is imported: one thread per process, and every tensor's shape checked."""

import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a bit-for-bit comparison needs the same number of threads on every machine

import jaxtyping
import pytest

import tests.shape_checking  # noqa: F401 (the hook finds it by its name)

TENSOR_LAYERS = ["data", "nn", "models", "decoding", "tasks", "training", "inspection", "runs"]

jaxtyping.install_import_hook([f"softsearch.{layer}" for layer in TENSOR_LAYERS], "tests.shape_checking.check_shapes")


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the folder of the repository."""
    return Path(__file__).parent.parent
