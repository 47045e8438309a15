"""Every command and every line of Python that the documentation shows is run, as the table of treatments tells."""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from typing import Any

import pytest
import typer

import softsearch
from softsearch.cli import app
from tests.documentation.desk import Call, Desk
from tests.documentation.pages import PROJECT, blocks, commands, mentions

COMMANDS, MENTIONS = commands(), mentions()

QUICK = ["training.max_steps=2", "training.budget=null", "training.threads=1", "training.precision=fp32"]
WORDS = ["tokenizer={kind: words}", "decoding.min_length=2"]
NARROW = ["model.embedding=8", "model.readout=8", "model.encoder.hidden=8", "model.decoder.hidden=8"]
SMALL_TRANSFORMER = ["model.width=8", "model.heads=2", "model.hidden=8"]
FEW = ["data.num_train=40", "data.num_valid=2", "data.num_test=2"]
SMALL_MACHINE = ["model.hidden=8", "model.memory={locations: 8, word: 4}", "training.compiled=false"]
SMALL_NET = ["model.width=4", "training.batch_size=8"]
SMALL_SCENES = ["data.num_train=40", "data.num_valid=4", "data.num_test=4"]
SHORT_CAPTIONS = ["decoding.min_length=2", "decoding.max_length=4"]
NARROW_NET = ["model.encoder.network.width=4", "training.batch_size=8", *SHORT_CAPTIONS]
SHORTER: dict[str, list[str]] = {
    "softsearch train de-en.yaml": [*QUICK, *WORDS, *NARROW],
    "softsearch train translate/builtin-transformer": [*QUICK, *WORDS, *SMALL_TRANSFORMER, *FEW],
    "softsearch train translate/builtin": [*QUICK, *WORDS, *NARROW, *FEW],
    "softsearch demo": [*QUICK, *WORDS, *NARROW, *FEW],
    "softsearch train language/python --set data=": [*QUICK, "model.hidden=8"],
    "softsearch train language/python": [*QUICK, "data.characters=4000", "model.hidden=170"],
    "softsearch train shakespeare.yaml": [*QUICK, *SMALL_TRANSFORMER, "model.layers=1"],
    "softsearch train images/shapes --set data=": [*QUICK, *SMALL_NET],
    "softsearch train mine.yaml": [*QUICK, *SMALL_NET],
    "softsearch (train|sweep) images/shapes": [*QUICK, *SMALL_NET, *FEW],
    "softsearch train sentences/tense --set data=": QUICK,
    "softsearch (train|sweep) sentences/tense": [*QUICK, *FEW],
    "softsearch train captions/scenes --set data=": [*QUICK, *NARROW_NET],
    "softsearch train captions/scenes": [*QUICK, *NARROW_NET, *SMALL_SCENES],
    "softsearch train memory/(copy|repeat-copy)$": [*QUICK, *SMALL_MACHINE, "data.num_valid=16", "data.num_test=16"],
    "softsearch train memory": [*QUICK, "model.hidden=8", "data.num_valid=16", "data.num_test=16"],
    "softsearch train translate/multi30k-transformer": [*QUICK, *SMALL_TRANSFORMER, "decoding.max_length=3"],
    "softsearch train translate/multi30k": [*QUICK, *NARROW, "decoding.max_length=3"],
    "softsearch train language/ptb-ngram": [],
    "softsearch train language/ptb-zaremba": [*QUICK, "model.hidden=8", "model.embedding=8"],
    "softsearch train language/ptb-feed-forward": [*QUICK, "model.hidden=8"],
    "softsearch train language/ptb": [*QUICK, "model.hidden=8", "model.embedding=8"],
    "softsearch train images/cifar10": [*QUICK, "model.width=4"],
    "softsearch train captions/flickr8k": [*QUICK, *NARROW_NET, "decoding.max_length=3", "decoding.beam=1"],
    "softsearch (train|sweep) (images|sentences)": QUICK,
    "softsearch train programs": [*QUICK, "training.batch_size=8", "data.num_valid=4", "data.num_test=4"],
}
"""What is appended to a command, the first that fits: small networks, two steps, little data that are drawn."""

CORPORA = (
    "(translate/multi30k|language/(ptb|shakespeare)|images/(mnist|cifar10|depth)|captions/flickr8k"
    "|sentences/(mr|sst2|trec))"
)
"""Recipes that read what SOFTSEARCH_DATA names."""

MADE = {
    "runs/nested": "softsearch train programs/nested",
    "runs/resnet18": "softsearch train mine.yaml --out runs/resnet18",
    "resnet18.safetensors": "cp runs/resnet18/checkpoints/step-00000002/model.safetensors resnet18.safetensors",
    **{f"runs/{name}": f"cp -r runs/demo runs/{name}" for name in ("multi30k", "multi30k-transformer")},
    **{f"runs/{line}": f"cp -r runs/python runs/{line}" for line in ("ptb", "ptb-ngram", "ptb-zaremba")},
    **{
        f"runs/{line}": f"cp -r runs/python runs/{line}" for line in ("ptb-feed-forward", "ptb-sampled", "ptb-adaptive")
    },
    **{f"runs/{name}": f"cp -r runs/shapes runs/{name}" for name in ("mnist", "cifar10")},
}
"""Runs that the documentation names and does not train, or trains on corpora: another of their kind stands for them."""


def shorter(call: Call) -> list[str]:
    line = str(call)
    if line.startswith("softsearch new"):
        return ["--no-measure", *(["--out", "my.yaml"] if "--pairs" in line else [])]
    more = next((more for start, more in SHORTER.items() if re.match(start, line)), [])
    return [word for setting in more for word in ("--set", setting)]


def makers(*, exports: bool) -> dict[str, str]:
    """Return which line makes a run, a recipe or an exported folder: the first one that the documentation shows."""
    found = dict(MADE)
    for line in COMMANDS:
        words = shlex.split(line)
        if words[:2] == ["softsearch", "demo"]:
            found.setdefault("runs/demo", line)
        elif words[:2] == ["softsearch", "new"] and "train.de" in words:
            found.setdefault("de-en.yaml", line)
        elif words[:2] == ["softsearch", "train"] and "--from" not in words:
            name = re.sub(r"\.yaml$", "", words[2].rpartition("/")[2])
            found.setdefault(words[words.index("--out") + 1] if "--out" in words else f"runs/{name}", line)
        elif words[:2] == ["softsearch", "export"] and exports:
            suffix = "-".join(words[n + 1] for n, word in enumerate(words) if word in ("--to", "--quantization"))
            found.setdefault(f"{words[2]}-{suffix}", line)
    return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTSEARCH_DATA", "/corpora")
        yield Desk(tmp_path_factory.mktemp("desk"), makers(exports=False), shorter)


def executed(desk: Desk, call: Call) -> None:
    """Run a command, with what SHORTER appends to it."""
    ended = desk.run(call)
    assert ended.code == 0, ended.err


COMPUTING = (
    "runs.train",
    "runs.sweeps.sweep",
    "claims.framework.check",
    "cli.checking_recipes._prepared",
    "export.export",
    "portable.__main__.load",
)


def resolved(desk: Desk, call: Call) -> None:
    """Run a command up to where the computing begins: its options and its recipe with all changes are read."""
    reached = []

    def stop(*_: Any, **__: Any) -> None:
        reached.append(call)
        raise SystemExit(0)

    with pytest.MonkeyPatch.context() as patch:
        for place in COMPUTING:
            patch.setattr(f"softsearch.{place}", stop)
        ended = desk.start(call)
    assert (ended.code, reached) == (0, [call]), ended.err


def is_a_target(desk: Desk, call: Call) -> None:
    assert re.search(rf"^{call.words[1]}:", (PROJECT / "Makefile").read_text(), re.MULTILINE)


def is_installed(desk: Desk, call: Call) -> None:
    """Look up the extras and the packages that pip would fetch."""
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = about["optional-dependencies"]
    packages = [*about["dependencies"], *itertools.chain.from_iterable(extras.values())]
    known = {re.split(r"[<>=\[]", package)[0] for package in packages}
    known |= {f"softsearch[{extra}]" for extra in extras} | {".", "--no-deps"}
    assert set(call.words[2:]) <= known


def is_a_benchmark(desk: Desk, call: Call) -> None:
    """Look for the module and for the options that it reads."""
    module = call.words[2].replace(".", "/")
    code = (PROJECT / f"{module}.py").read_text() + (PROJECT / "benchmarks" / "timing.py").read_text()
    assert "__main__" in code
    assert all(f'"{word}"' in code for word in call.words[3:] if word.startswith("--"))


def is_a_script(desk: Desk, call: Call) -> None:
    assert call.words[0] in {each.name for each in metadata.entry_points(group="console_scripts")}


Treatment = Callable[[Desk, Call], None]
SLOW = {f"softsearch (train|sweep|check) {CORPORA}", "softsearch export ", r"python -m softsearch\.portable "}
TREATMENTS: dict[str, Treatment] = {
    "make ": is_a_target,  # the targets are chains of the tools that the tests run in
    "pip install ": is_installed,  # a test fetches nothing
    "tensorboard ": is_a_script,  # it would go on for ever
    r"python -m benchmarks\.": is_a_benchmark,  # each measures for minutes
    "softsearch claims check ": resolved,  # hours
    "softsearch sweep images/depth ": resolved,  # reads CIFAR-10 twelve times
    "softsearch sweep sentences/tense ": resolved,  # nine trainings; another sweep is executed
    **dict.fromkeys(sorted(SLOW), resolved),  # executed by a slow test
    "softsearch ": executed,
}
"""What is done with a command, by how it begins, the first that fits; a command that fits none is a mistake."""


def treatment_of(call: Call) -> Treatment:
    fitting = [treatment for start, treatment in TREATMENTS.items() if re.match(start, str(call))]
    assert fitting, f"no treatment fits {call}"
    return fitting[0]


@pytest.mark.parametrize("line", COMMANDS, ids=list(COMMANDS))
def test_a_command_that_a_console_shows_does_what_it_says(desk, line):
    calls = desk.calls(line)
    assert calls
    for call in calls:
        treatment_of(call)(desk, call)


INCOMPLETE = re.compile(
    r"…|\b(RUN|RECIPE|NAME|CNN)\b|portable$"
    r"|^softsearch (new|new translation|train|evaluate|predict|look|check|sweep|resume|export|claims)$"
)
"""What names a command with something left out."""


def named(call: Call) -> None:
    """Look up a command and the options that stand with it."""
    command, words = typer.main.get_command(app.app), list(call.words[1:])
    while words and isinstance(command, typer.core.TyperGroup):
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("line", MENTIONS, ids=list(MENTIONS))
def test_a_command_that_is_named_in_a_sentence_is_there(desk, line):
    if line.startswith("softsearch") and INCOMPLETE.search(line):
        named(Call(tuple(line.split(" | ")[0].split())))
    elif not line.endswith((".NAME", "portable")):
        for call in desk.calls(line.removesuffix(" --run …")):
            treatment_of(call)(desk, call)


def run_python(desk: Desk, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the blocks of a page one after the other, as somebody who reads it would."""

    def load_recipe(name: str, changes: Sequence[str] = ()) -> softsearch.Recipe:
        return whole(name, [*changes, *SHORTER[f"softsearch train {name}"]])

    whole, names = softsearch.load_recipe, {}
    monkeypatch.setattr(softsearch, "load_recipe", load_recipe)
    for block in blocks("python"):
        if block.page == page:
            desk.provide(block.text)
            with desk.seated():
                exec(compile(block.text, page, "exec"), names)


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("python")} - {"docs/export.md"}))
def test_the_python_of_a_page_runs(desk, page, monkeypatch):
    run_python(desk, page, monkeypatch)


@pytest.mark.parametrize("run", ["scenes", "copy", "attention"])
def test_a_picture_of_the_documentation_is_drawn_again(desk, run, tmp_path):
    spec = importlib.util.spec_from_file_location("make", PROJECT / "docs" / "images" / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for call in desk.calls(f"softsearch evaluate runs/{run}"):
        executed(desk, call)
    with desk.seated():
        make.main(desk.folder / "runs" / run, tmp_path)
    (picture,) = tmp_path.iterdir()
    assert (PROJECT / "docs" / "images" / picture.name).exists()


@pytest.mark.slow
def test_what_was_exported_predicts_as_its_page_shows(tmp_path, monkeypatch):
    desk = Desk(tmp_path, makers(exports=True), shorter)
    for line in COMMANDS:
        if re.match("softsearch export|python -m softsearch.portable", line):
            for call in desk.calls(line):
                executed(desk, call)
    run_python(desk, "docs/export.md", monkeypatch)


@pytest.mark.slow
@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="SOFTSEARCH_DATA names no folder of corpora")
@pytest.mark.parametrize("line", [line for line in COMMANDS if re.search(f" {CORPORA}| language/\\$", line)])
def test_a_command_that_reads_corpora_does_what_it_says(line, tmp_path):
    desk = Desk(tmp_path, MADE, shorter)
    for call in desk.calls(line):
        if re.match(f"softsearch (train|sweep|check) {CORPORA}", str(call)) and "images/depth" not in str(call):
            executed(desk, call)
