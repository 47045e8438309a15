"""A thousand wrong recipes, texts and run folders: each is explained, none ends in a traceback.

The commands run in this process. What hypothesis finds is printed with its example and can be repeated.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import random
import shutil
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softsearch import runs
from softsearch.cli import app
from softsearch.recipes import load_recipe

RUN = Path(__file__).parent / "formats" / "format-1"
SHIPPED = Path(app.__file__).parents[1] / "recipes" / "shipped" / "translate" / "builtin.yaml"
WRITING = """\
seed: 1
task: {kind: language_model, window: 8}
data:
  kind: text
  train: text.txt
  valid: text.txt
  by_line: false
tokenizer:
  kind: characters
model:
  kind: transformer
  width: 8
  heads: 2
  hidden: 8
  layers: 1
  output: {kind: adaptive, cutoffs: [6, 9]}
  tie_embeddings: false
training:
  batch_tokens: 64
  max_steps: 2
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
decoding:
  temperature: 0.5
  top_p: 0.9
"""
FEW, MANY = 8, 334  # of each kind, in `make test` and in `make test-slow`; three kinds make a thousand

SCALARS = [
    "null",
    "-1",
    "0",
    "1e400",
    ".nan",
    "yes",
    '"',
    "[",
    "{a: 1}",
    "[1, 2]",
    "*x",
    "&x 1",
    "!!python/none",
    "ß\0",
]
SCALARS += ["9" * 40, "'", ">", "1 minute", "de", "~"]
TEXTS = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=120).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=4).map("\t".join), max_size=8
    ).map(lambda lines: "\n".join(lines).encode()),
    st.text('ab \t\n\r|{}":,-01\u2028\u200b\ufeff\x00', max_size=80).map(str.encode),
)


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of a language model, beside its recipe and its text."""
    folder = tmp_path_factory.mktemp("writing")
    (folder / "text.txt").write_text("the cat sat on the mat\nand slept\n" * 20)
    (folder / "recipe.yaml").write_text(WRITING)
    return runs.train(load_recipe(folder / "recipe.yaml"), folder / "run", live=False)


def explained(*words: object) -> int:
    """Run a command; it must succeed or explain itself to a person."""
    out, err = io.StringIO(), io.StringIO()
    shown = warnings.showwarning
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = app.run([str(word) for word in words])
    finally:
        warnings.showwarning = shown
    told = err.getvalue()
    assert code in (0, 2), (words, code, told)
    assert "Traceback" not in told, (words, told)
    assert "this is a bug" not in told, (words, told)
    assert code == 0 or told.strip(), f"{words} failed without a word"
    return code


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Return a file as a slip of a hand, an editor or a disk might leave it."""
    place = draw.randrange(len(content) + 1)
    match draw.randrange(5):
        case 0:
            return content[:place]
        case 1:
            return content[:place] + draw.randbytes(draw.randrange(1, 9)) + content[place:]
        case 2:
            return content[:place] + content[place + draw.randrange(1, 40) :]
        case 3:
            lines = content.split(b"\n")
            draw.shuffle(lines)
            return b"\n".join(lines)
        case _:
            return b""


def misspelt(recipe: str, draw: random.Random) -> str:
    """Return a recipe with a key, a value or an indentation changed."""
    lines = recipe.splitlines()
    for _ in range(draw.randrange(1, 4)):
        number = draw.choice([number for number, line in enumerate(lines) if ":" in line])
        key, _, value = lines[number].partition(":")
        changes = [
            f"{key}: {draw.choice(SCALARS)}",
            f"{key}{draw.choice('xyz')}:{value}",
            f"{draw.choice([' ', '    ', chr(9)])}{lines[number]}",
            lines[number].lstrip(),
            f"{lines[number]}\n{lines[number]}",
            key,
        ]
        lines[number] = draw.choice(changes)
    return "\n".join(lines)


def check_recipes(examples: int, writing: Path) -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def every_wrong_recipe_is_explained(draw: random.Random) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "wrong.yaml"
            shutil.copy(writing.parent / "text.txt", folder)
            content = misspelt(draw.choice([shipped, WRITING]), draw).encode()
            path.write_bytes(content if draw.random() < 0.7 else mutated(content, draw))
            explained("check", path)

    every_wrong_recipe_is_explained()


def check_texts(examples: int, writing: Path) -> None:
    count = itertools.count()

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS, TEXTS, st.sampled_from([".tsv", ".jsonl", ".txt", ".gz"]))
    def every_wrong_text_is_explained(first: bytes, second: bytes, ending: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            one, two = Path(folder) / f"one{ending}", Path(folder) / f"two{ending}"
            one.write_bytes(first)
            two.write_bytes(second)
            explained("check", one)
            explained("check", one, two)
            match next(count) % 5:
                case 0:
                    explained("predict", RUN, one, "--beam", "1")
                case 1:
                    run = shutil.copytree(RUN, Path(folder) / "run")
                    explained("evaluate", run, "--on", one)
                case 2:
                    explained("predict", writing, one, "--max-tokens", 3)
                case 3:
                    run = shutil.copytree(writing, Path(folder) / "run")
                    explained("evaluate", run, "--on", one)
                case _:
                    out = Path(folder) / "new.yaml"
                    pairs = ["--pairs", one, "--source", "de", "--target", "en"]
                    explained("new", "translation", *pairs, "--out", out)

    every_wrong_text_is_explained()


def check_runs(examples: int, writing: Path) -> None:
    asked = {
        RUN: {
            "check": [],
            "evaluate": ["--on", "valid"],
            "resume": [],
            "predict": [RUN / "data" / "valid.tsv", "--beam", "1"],
            "look": ["--attention", "Der Hund schläft."],
        },
        writing: {
            "evaluate": ["--on", "valid"],
            "resume": [],
            "predict": ["--prompt", "the cat"],
            "look": ["--next", "--text", "the cat"],
        },
    }
    commands = [(run, name, words) for run, own in asked.items() for name, words in own.items()]

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def every_damaged_run_is_explained(draw: random.Random) -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            source, command, words = draw.choice(commands)
            run = shutil.copytree(source, Path(folder) / "run")
            files = sorted(path for path in run.rglob("*") if path.is_file())
            for path in draw.sample(files, draw.randrange(1, 4)):
                if draw.random() < 0.25:
                    path.unlink()
                else:
                    path.write_bytes(mutated(path.read_bytes(), draw))
            explained(command, run, *words)

    every_damaged_run_is_explained()


@pytest.mark.parametrize("check", [check_recipes, check_texts, check_runs])
def test_wrong_input_is_explained(check, writing):
    check(FEW, writing)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("check", [check_recipes, check_texts, check_runs])
def test_a_thousand_wrong_inputs_are_explained(check, writing):
    check(MANY, writing)
