"""An exported folder needs neither torch nor what else training needs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from softsearch import portable
from softsearch.data.tokenizers import ByteTokenizer
from softsearch.decoding.settings import Generation
from softsearch.tasks.writer import Writer
from tests.export.networks import SOURCES, exported, make_transformer
from tests.tasks.language_models import network

NEEDED = {"numpy", "sentencepiece"}
BLOCKED = """
import sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {missing!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
from softsearch import portable
from softsearch.decoding.settings import Search
for line in portable.load({folder!r}, threads=1).translate({sources!r}):
    print(line)
"""


def dependencies(project: Path) -> set[str]:
    """Return what softsearch installs, by the names that are imported."""
    listed = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {line.partition(">")[0].strip() for line in listed}
    return {{"Pillow": "PIL", "ruamel.yaml": "ruamel"}.get(name, name) for name in names}


def test_of_all_that_is_installed_two_packages_and_a_runtime_are_enough(folder, project):
    missing = dependencies(project) - NEEDED
    assert {"torch", "jaxtyping", "pydantic", "safetensors"} <= missing
    code = BLOCKED.format(missing=missing, folder=str(folder), sources=SOURCES)
    result = subprocess.run([sys.executable, "-c", code], cwd=project / "src", capture_output=True, text=True)
    assert result.stderr == ""
    assert result.stdout.splitlines() == portable.load(folder, threads=1).translate(SOURCES)


@pytest.fixture(scope="module")
def bare(tmp_path_factory, project) -> Path:
    """Return the Python of an environment with softsearch, and of its dependencies those that are needed."""
    python = tmp_path_factory.mktemp("environment") / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
    for words in [*sorted(NEEDED), "onnxruntime", "ctranslate2"], ["--no-deps", project]:
        installed = subprocess.run([python, "-m", "pip", "install", *words], capture_output=True, text=True)
        if installed.returncode:
            pytest.skip(f"pip cannot install {words}: {installed.stderr[-300:]}")
    return python


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("to", ["onnx", "ctranslate2"])
def test_an_environment_without_torch_translates_as_torch_does(to, bare, tmp_path):
    translator = make_transformer()
    exported(translator, tmp_path, to)
    wanted = [each.text for each in translator.translate(SOURCES, beam=1)]
    assert output(bare, tmp_path, "--beam", "1", given="\n".join(SOURCES)).splitlines() == wanted


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_environment_without_torch_goes_on_with_a_text_as_torch_does(bare, tmp_path):
    tokenizer = ByteTokenizer()
    model = network("transformer", tokenizer.size).float()
    writer = Writer(model, tokenizer, generation=Generation(temperature=0.7), by_line=False)
    exported(writer, tmp_path, "onnx")
    written = output(bare, tmp_path, "--prompt", "So it", "--max-tokens", "50")
    assert written == "So it" + writer.write("So it", max_tokens=50)[0].text + "\n"


def output(python: Path, folder: Path, *words: str, given: str = "") -> str:
    code = "import importlib.util as util, sys; sys.exit(util.find_spec('torch') is not None)"
    subprocess.run([python, "-c", code], check=True)
    command = [python, "-m", "softsearch.portable", folder, *words]
    result = subprocess.run(command, cwd=folder, input=given.encode(), capture_output=True, check=True)
    assert result.stderr == b""
    return result.stdout.decode()
