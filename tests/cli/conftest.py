"""The commands run in this process, on a run that is faked where a real one would have to be trained."""

from __future__ import annotations

import io
import itertools
import json
import sys
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from matplotlib.figure import Figure

import softsearch
from softsearch.cli import app
from softsearch.decoding.settings import Search
from softsearch.errors import RunError
from softsearch.tasks.translated import Scored
from softsearch.training.folder import RunFolder


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys, monkeypatch):
    """Run a command line and return its exit code and what it printed."""
    monkeypatch.setattr("warnings.showwarning", warnings.showwarning)  # put back afterwards: a command replaces it

    def run(*words: object) -> Ended:
        capsys.readouterr()
        code = app.run([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def typed(monkeypatch):
    """Put bytes on standard input."""

    def put(content: bytes, *, terminal: bool = False):
        stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
        monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
        monkeypatch.setattr(sys, "stdin", stream)

    return put


MAX_TOKENS = 20


@dataclass
class FakeTranslation:
    source: str
    text: str
    score: float = -0.5
    weights: np.ndarray | None = field(default_factory=lambda: np.eye(2))
    alternatives: list[FakeTranslation] = field(default_factory=list)
    unreplaced: str = ""

    @property
    def target_pieces(self) -> list[str]:
        return self.text.split()

    @property
    def num_parts(self) -> int:
        return -(-len(self.source.split()) // MAX_TOKENS)

    def to_dict(self) -> dict[str, object]:
        return {"source": self.source, "translation": self.text, "score": self.score, "alignment": [[0, 0]]}

    def pharaoh(self) -> str:
        return " ".join(f"{i}-{i}" for i in range(len(self.text.split())))

    def plot(self) -> Figure:
        return Figure(figsize=(1, 1))


class FakeTranslator:
    """Translates by writing in capitals; like the real one it takes as many lines at a time as there are."""

    has_links = True
    max_tokens = MAX_TOKENS

    def __init__(self, calls):
        self.calls = calls
        self.search = Search(beam=5, length_penalty=1.0, max_ratio=2.0)
        self.dictionary = {}

    def stream(self, lines, *, search=None, nbest=1, prefixes="", sampling=None, first=0):
        lines = zip(lines, itertools.repeat(prefixes) if isinstance(prefixes, str) else prefixes, strict=False)
        asked = {"search": search, "sampling": sampling, "first": first, "dictionary": self.dictionary}
        while chunk := list(itertools.islice(lines, 1024)):
            self.calls.append(("translate", {"num_lines": len(chunk), **asked}))
            for line, prefix in chunk:
                others = [FakeTranslation(line, line.lower(), -1.0 * rank) for rank in range(1, nbest)]
                yield FakeTranslation(line, prefix + line.upper(), alternatives=others, unreplaced=line)

    def translate(self, sentences, *, nbest=1):
        return list(self.stream([sentences] if isinstance(sentences, str) else sentences, nbest=nbest))

    def score(self, sources, targets):
        pairs = zip(sources, targets, strict=True)
        return [Scored(*pair, -1.5 * len(pair[1]), 2, [-1.0], [(0, 0)], None) for pair in pairs]


SCORE = {"value": 91.25, "low": 90.0, "high": 92.5, "signature": "nrefs:1|case:mixed"}
ERROR_RATE = {"value": 0.0421, "low": 0.04, "high": 0.0449, "signature": "aer|gold:sure"}
EVALUATION = {
    "data": "test",
    "date": "2024-05-01T12:00:00+00:00",
    "overfit": None,
    "decoding": {"beam": 5},
    "num_sentences": 12,
    "metrics": {"bleu": SCORE, "chrf": SCORE, "aer": ERROR_RATE},
    "by_length": [
        {"low": 1, "high": 10, "count": 7, "bleu": SCORE},
        {"low": 51, "high": 60, "count": 5, "bleu": SCORE},
    ],
    "sentences": [],
}

DIFFERENCE = {
    "baseline": "one", "metric": "bleu", "value": 1.25, "low": -0.5, "high": 2.75, "p_bootstrap": 0.0123,
    "p_randomisation": 0.0456, "signature": "nrefs:1",
}  # fmt: skip


@pytest.fixture
def fake_runs(monkeypatch):
    """Stand in for everything that trains or loads; `calls` says what was asked of it."""
    calls: list[tuple[str, dict[str, object]]] = []

    def trained(folder: Path) -> Path:
        RunFolder.create(folder, files={}, about={})
        (folder / "evaluations").mkdir()
        (folder / "evaluations" / "test.json").write_text(json.dumps(EVALUATION))
        return folder

    def train(recipe, out, *, start=None, overfit=None, live=True):
        calls.append(("train", {"recipe": recipe, "out": out, "start": start, "overfit": overfit}))
        folder = trained(Path(out))
        (folder / "data").mkdir()
        (folder / "data" / "test.tsv").write_text("".join(f"Satz {i}\tsentence {i}\n" for i in range(9)))
        return folder

    def resume(run, overrides=(), *, live=True):
        calls.append(("resume", {"run": run, "overrides": overrides}))
        return trained(run)

    def is_finished(run, overrides=()):
        return run.name == "finished" and not overrides

    def dry_run(recipe, *, start=None, overfit=None):
        calls.append(("dry_run", {"recipe": recipe, "start": start, "overfit": overfit}))
        sizes = {
            "parameters": 1234567,
            "train_items": 100,
            "items": "pairs",
            "vocabulary": 50,
            "peak_memory_bytes": 2**28,
            "remarks": [],
        }
        return {**sizes, "seconds_per_step": 0.25, "steps": 80, "predicted_s": 20.0}

    def evaluate(run, *, on_progress=None, **asked):
        if on_progress is not None:
            on_progress(12)
        calls.append(("evaluate", {"run": run, **asked}))
        return EVALUATION

    def compare(runs, *, on_progress, **asked):
        on_progress(24)
        calls.append(("compare", {"runs": runs, **asked}))
        systems = [{"name": run.name, **EVALUATION} for run in runs]
        about = {"data": "test", "date": "2024-05-01", "num_sentences": 12}
        return {**about, "systems": systems, "comparisons": [{"system": runs[1].name, **DIFFERENCE}]}

    def load(run, *, model=None):
        for each in run if isinstance(run, list) else [run]:
            if not Path(each).exists():
                raise RunError("there is no such run folder", path=each, nearest="runs/demo")
        return FakeTranslator(calls)

    def kind_of(run):
        load(run)
        return "translation"

    def called(run):
        return "a translator"

    def unused_folder(path):
        return path if not path.exists() else path.with_name(f"{path.name}-2")

    faked = types.ModuleType("softsearch.runs")
    for one in (train, resume, is_finished, dry_run, evaluate, compare, called, kind_of, load, unused_folder):
        setattr(faked, one.__name__, one)
    monkeypatch.setitem(sys.modules, "softsearch.runs", faked)
    monkeypatch.setattr(softsearch, "runs", faked, raising=False)
    monkeypatch.setattr("softsearch.cli.looking._offered", lambda views, run: [f"--{each}" for each in views])
    monkeypatch.setattr("softsearch.inspection.report.write_report", lambda run: run / "report.html")
    return calls


@pytest.fixture
def corpus(tmp_path):
    """Two files of forty pairs, one of them blank on one side and one repeated."""
    sources = [f"ein kleiner Satz Nummer {number}" for number in range(38)]
    targets = [f"a small sentence number {number}" for number in range(38)]
    files = tmp_path / "train.de", tmp_path / "train.en"
    files[0].write_text("\n".join([*sources, sources[0], "ohne Übersetzung"]) + "\n", encoding="utf-8")
    files[1].write_text("\n".join([*targets, targets[0], ""]) + "\n", encoding="utf-8")
    return files
