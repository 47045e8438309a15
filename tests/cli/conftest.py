"""The commands run in this process, on a run that is faked where a real one would have to be trained."""

from __future__ import annotations

import itertools
import json
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from matplotlib.figure import Figure

import softsearch
from softsearch.cli import app
from softsearch.errors import RunError


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys, monkeypatch):
    """Run a command line and return its exit code and what it printed."""
    monkeypatch.setattr("warnings.showwarning", None)  # put back afterwards: a command replaces it

    def run(*words: object) -> Ended:
        capsys.readouterr()
        code = app.run([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return run


MAX_TOKENS = 20


@dataclass
class FakeTranslation:
    source: str
    text: str
    score: float = -0.5
    weights: np.ndarray | None = field(default_factory=lambda: np.eye(2))
    alternatives: list[FakeTranslation] = field(default_factory=list)

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

    def stream(self, lines, *, beam=None, nbest=1):
        lines = iter(lines)
        while chunk := list(itertools.islice(lines, 1024)):
            self.calls.append(("translate", {"num_lines": len(chunk)}))
            for line in chunk:
                others = [FakeTranslation(line, line.lower(), -1.0 * rank) for rank in range(1, nbest)]
                yield FakeTranslation(line, line.upper(), alternatives=others)

    def translate(self, sentences, *, beam=None, nbest=1):
        return list(self.stream([sentences] if isinstance(sentences, str) else sentences, beam=beam, nbest=nbest))


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


@pytest.fixture
def fake_runs(monkeypatch):
    """Stand in for everything that trains or loads; `calls` says what was asked of it."""
    calls: list[tuple[str, dict[str, object]]] = []

    def trained(folder: Path) -> Path:
        (folder / "evaluations").mkdir(parents=True)
        (folder / "evaluations" / "test.json").write_text(json.dumps(EVALUATION))
        return folder

    def train(recipe, out, *, overfit=None, live=True):
        calls.append(("train", {"recipe": recipe, "out": out, "overfit": overfit}))
        folder = trained(Path(out))
        (folder / "data").mkdir()
        (folder / "data" / "test.tsv").write_text("".join(f"Satz {i}\tsentence {i}\n" for i in range(9)))
        return folder

    def resume(run, *, live=True):
        calls.append(("resume", {"run": run}))
        return trained(run)

    def is_finished(run):
        return run.name == "finished"

    def dry_run(recipe, *, overfit=None):
        calls.append(("dry_run", {"recipe": recipe, "overfit": overfit}))
        sizes = {"parameters": 1234567, "train_pairs": 100, "vocabulary": 50, "peak_memory_bytes": 2**28}
        return {**sizes, "seconds_per_step": 0.25, "steps": 80, "predicted_s": 20.0}

    def evaluate(run, *, on=None, beam=None, on_progress=None):
        if on_progress is not None:
            on_progress(12)
        calls.append(("evaluate", {"run": run, "on": on, "beam": beam}))
        return EVALUATION

    def load(run, *, model=None):
        if not Path(run).exists():
            raise RunError("there is no such run folder", path=run, nearest="runs/demo")
        return FakeTranslator(calls)

    def unused_folder(path):
        return path if not path.exists() else path.with_name(f"{path.name}-2")

    faked = types.ModuleType("softsearch.runs")
    for one in (train, resume, is_finished, dry_run, evaluate, load, unused_folder):
        setattr(faked, one.__name__, one)
    monkeypatch.setitem(sys.modules, "softsearch.runs", faked)
    monkeypatch.setattr(softsearch, "runs", faked, raising=False)
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
