"""Set up before anything of softsearch is imported: one thread per process, and every tensor's shape checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["OMP_NUM_THREADS"] = "1"  # a bit-for-bit comparison needs the same number of threads on every machine

import hypothesis
import jaxtyping
import pytest

import tests.shape_checking  # noqa: F401 (the hook finds it by its name)

if TYPE_CHECKING:
    from softsearch.recipes import Recipe

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


@pytest.fixture
def recipe(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Recipe]:
    """Return what loads the recipe that a test module calls RECIPE, or another text, with changes."""
    from softsearch.recipes import load_recipe

    def load(*changes: str, text: str = request.module.RECIPE) -> Recipe:
        path = tmp_path / "recipe.yaml"
        path.write_text(text)
        return load_recipe(path, changes)

    return load


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train what a test module calls RECIPE, once for all its tests."""
    from softsearch import runs
    from softsearch.recipes import load_recipe

    folder = tmp_path_factory.mktemp("module")
    (folder / "recipe.yaml").write_text(request.module.RECIPE)
    return runs.train(load_recipe(folder / "recipe.yaml"), folder / "run", live=False)
