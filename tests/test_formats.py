"""A run folder of every released format is kept here and loaded for ever.

``tests/formats/format-1`` was made by ``softsearch train translate/builtin`` with the settings in its own recipe.yaml;
its report and its TensorBoard file were then deleted, since nothing reads them.
"""

import shutil
from pathlib import Path

import pytest

import softsearch
from softsearch import runs
from softsearch.training.sealing import FORMAT_VERSION

FORMATS = Path(__file__).parent / "formats"
KNOWN = {"format-1": ("Der Hund schläft.", "The curions monks.", -1.1466)}


def test_a_run_of_the_present_format_is_kept() -> None:
    assert f"format-{FORMAT_VERSION}" in KNOWN
    assert {path.name for path in FORMATS.iterdir()} == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_a_run_of_a_released_format_translates_as_it_did(name: str) -> None:
    source, text, score = KNOWN[name]
    (translation,) = softsearch.load(FORMATS / name).translate(source)
    assert translation.text == text
    assert translation.score == pytest.approx(score, abs=1e-3)


@pytest.mark.parametrize("name", KNOWN)
def test_a_run_of_a_released_format_is_evaluated_and_its_end_is_known(name: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(FORMATS / name, run)
    assert runs.evaluate(run, on="valid")["num_sentences"] == 20
    assert runs.resume(run, live=False) == run
