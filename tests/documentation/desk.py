"""A folder to work in, where a shell's line is taken apart and each of its commands is run in this process."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from softsearch.cli import app
from softsearch.data.grammar import generate
from softsearch.metrics.score import Statistics
from softsearch.portable import __main__ as portable_main
from tests.documentation.pages import PROGRAMS, blocks
from tests.export.networks import shapes_unchecked

TYPED = "Guten Morgen\n"
"""What somebody types who is asked at a terminal."""

FEWER = {
    "runs.transduction._SWEPT": 16,
    "inspection.gradients_of_runs._STEPS": 8,
    "cli.looking_at_texts._TOKENS_EXPECTED": 20,
    "cli.looking_at_images._TIMES": 2,
    "pictures.saving.DOTS_PER_INCH": 20,
}
"""Of how many things a command makes its answer, where no option says it: fewer, so that it takes no time."""

_RECORDER = (
    "PATH=; exec 3>.calls\nrecord() { printf '%s\\0' \"$@\" >&3; command -p cat >&3; printf '\\036' >&3; }\n"
    + "".join(f'{program}() {{ record {program} "$@"; }}\n' for program in PROGRAMS)
)


class Call(NamedTuple):
    """A program with its words, as a shell understands a line, and what is piped into it."""

    words: tuple[str, ...]
    piped: str = ""

    def __str__(self) -> str:
        return " ".join(self.words)


class Ended(NamedTuple):
    """What became of a call."""

    code: int
    out: str
    err: str


class Desk:
    """A folder with the files that the documentation names. A call is run once, and before it what makes its runs.

    Parameters
    ----------
    makers
        The line that makes a file or a folder, by its path.
    shorter
        Return the words that are appended to a call, so that it takes no time.
    """

    def __init__(self, folder: Path, makers: Mapping[str, str], shorter: Callable[[Call], Sequence[str]]) -> None:
        self.folder = folder
        self._makers = makers
        self._shorter = shorter
        self._ended: dict[Call, Ended] = {}
        write_files(folder)

    def calls(self, line: str) -> list[Call]:
        """Return what a shell would start for a line: pipes, loops, patterns and quotation marks are its business."""
        self.provide(line)
        self._shell(_RECORDER + line)
        records = (self.folder / ".calls").read_text(encoding="utf-8").split("\036")[:-1]
        return [Call(tuple(words), piped) for *words, piped in (record.split("\0") for record in records)]

    def provide(self, text: str) -> None:
        """Make the files and runs that a text names, but for those that it makes itself."""
        for path, line in self._makers.items():
            named = re.search(rf"(?<!--out )(?<![\w/-]){re.escape(path)}(?![\w-])", text)
            if named and not (self.folder / path).exists():
                if line.startswith("cp "):
                    self.provide(line.rpartition(" ")[0])
                    self._shell(line)
                else:
                    for call in self.calls(line):
                        ended = self.run(call)
                        assert ended.code == 0, f"{call}\n{ended.err}"

    def run(self, call: Call) -> Ended:
        """Run a call of softsearch or of softsearch.portable, made shorter; what it needs is made before."""
        if call not in self._ended:
            self.provide(str(call))
            self._ended[call] = self.start(call)
        return self._ended[call]

    def start(self, call: Call) -> Ended:
        """Run a call, whether it has been run or not, and whether what it needs is there or not."""
        words = [*call.words, *self._shorter(call)]
        with self.seated(call.piped) as (out, err), pytest.MonkeyPatch.context() as patch:
            if words[1] != "demo":  # whose report stands for all: it takes longer than what it is about
                patch.setattr("softsearch.inspection.report.write_report", lambda run: run / "report.html")
            try:
                code = app.run(words[1:]) if words[0] == "softsearch" else portable_main.main(words[3:])
            except SystemExit as end:
                code = end.code
        return Ended(code, out.getvalue(), err.getvalue())

    @contextlib.contextmanager
    def seated(self, piped: str = "") -> Iterator[tuple[io.TextIOWrapper, io.StringIO]]:
        """Work in the folder; give what is written to standard output, and to standard error."""
        out, err = _Output(), io.StringIO()
        typed = io.TextIOWrapper(io.BytesIO((piped or TYPED).encode()), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch, shapes_unchecked():
            for place, number in FEWER.items():
                patch.setattr(f"softsearch.{place}", number)
            patch.setitem(Statistics.estimate.__kwdefaults__, "resamples", 20)
            patch.setattr(typed, "isatty", lambda: not piped, raising=False)
            patch.setattr("warnings.showwarning", warnings.showwarning)  # put back afterwards: a command replaces it
            for name, stream in (("stdin", typed), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            patch.chdir(self.folder)
            yield out, err

    def _shell(self, line: str) -> None:
        ended = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert not ended.stderr, ended.stderr  # a program of a pipe that is none of PROGRAMS is not found


class _Output(io.TextIOWrapper):
    """Standard output, kept in memory."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def getvalue(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


def write_files(folder: Path) -> None:
    """Write small files of the names that the documentation uses."""
    pairs = [
        (pair.source, pair.target) for pair in generate(source="de", target="en", num_pairs=300, split="train", seed=1)
    ]
    pairs = sorted(pairs, key=lambda pair: len(pair[0]))[:60]
    pairs += [("Ein Hund läuft durch den Schnee.", "A dog runs through the snow.")] * 20
    verses = ["ROMEO: what light is this?", "JULIET: it is the east, and to be, or not to be.", "", "Exit ROMEO."]
    captions = ["image,caption", *(f"{n}.jpg,a picture of {n} dogs" for n in range(12))]
    texts = {
        "train.de": [source for source, _ in pairs],
        "train.en": [target for _, target in pairs],
        "letter.de": ["Ein Hund läuft durch den Schnee.", "", "Guten Morgen"],
        "test.tsv": ["\t".join(pair) for pair in pairs[-4:]],
        "my.tsv": ["\t".join(pair) for pair in pairs],
        **{f"{name}.txt": verses * 20 for name in ("my", "train", "valid", "test")},
        **{f"{name}.txt": verses for name in ("other", "lines", "opening", "letter")},
        "one.py": ["print(12+34)"],
        "two.py": ["a=3", "print(a+4)"],
        "cal.py": ["def week(day):", "    return day % 7"],
        "messages.csv": ["text,label", *(f"message number {n},{'spam' if n % 2 else 'ham'}" for n in range(40))],
        "mine.csv": ["text,label", "he sang,past", "she will sing,future", "we sing,present"],
        "said.csv": captions,
        "captions.csv": captions,
        "mine.yaml": ["extends: images/shapes", "data: {kind: folders, train: pictures, valid: 0.2}"],
    }
    for name, lines in texts.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (shakespeare,) = (each for each in blocks("yaml") if "kind: characters" in each.text)
    (folder / "shakespeare.yaml").write_text(shakespeare.text, encoding="utf-8")
    random = np.random.default_rng(1)
    names = ["cat.jpg", "photo.jpg", *(f"holiday/{n}.jpg" for n in range(3)), *(f"photos/{n}.jpg" for n in range(12))]
    for name in [*names, *(f"pictures/{shape}/{n}.jpg" for shape in ("circle", "square") for n in range(6))]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (24, 30, 3), dtype=np.uint8)).save(folder / name)
