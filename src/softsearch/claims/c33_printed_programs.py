"""C33: the printed programs and answers of Learning to Execute, run again.

The lecture shows six programs of Zaremba and Sutskever (2014), what each prints, and for four of them what the paper's
networks wrote, one for each curriculum. Our evaluator and Python itself run all six. They are as on the slide, but that
what a loop does stands behind its colon, as in all programs that our networks have read.

One target of the slide is a misprint: the second program prints 12184, not 1218.

The four networks of C20 are asked, too, whatever they were trained on: up to four digits and two operations, where the
first program has three, a loop among them, and others have numbers of three digits. A digit is right where it stands at
its place in the answer; of as many places as the longer has, what was written or the answer.

The claim holds where evaluator and Python agree on all programs, and with the slide on all but the misprint. What
networks write has no part in it: the paper's were larger, and learnt for longer.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from softsearch import runs
from softsearch.claims.c20_curricula import CURRICULA, run_of
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.data.programs.curricula import Curriculum
from softsearch.data.programs.evaluation import printed
from softsearch.metrics.repeats import Figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown(NamedTuple):
    """A program of the slide, its target there, and what the networks of the four curricula wrote, if it is there."""

    program: str
    target: str
    answers: dict[Curriculum, str]


def _answers(*written: str) -> dict[Curriculum, str]:
    return dict(zip(("baseline", "naive", "mix", "combined"), written, strict=True))


SLIDE = (
    Shown("j=8584\nfor x in range(8):j+=920\nb=(1500+j)\nprint((b+7567))", "25011", {}),
    Shown("i=8827\nc=(i-5347)\nprint((c+8704) if 2641<8500 else 5308)", "1218", {}),
    Shown("print(6652)", "6652", _answers("6652", "6652", "6652", "6652")),
    Shown("print((5997-738))", "5259", _answers("5101", "5101", "5249", "5229")),
    Shown(
        "d=5446\nfor x in range(8):d+=(2678 if 4803<2829 else 9848)\nprint((d if 5935<4845 else 3043))",
        "3043",
        _answers("3043", "3043", "3043", "3043"),
    ),
    Shown("print(((1090-3305)+9466))", "7251", _answers("7111", "7099", "7595", "7699")),
)

CLAIM = Claim(
    id="C33",
    statement=STATEMENTS["C33"],
    source="Lecture on learning to execute; Zaremba and Sutskever (2014)",
    seeds=(1,),
    expected={
        "evaluator_and_python_agree": f"{len(SLIDE)}",
        "evaluator_and_slide_agree": f"{len(SLIDE) - 1}, and one misprint",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return on how many programs who agrees, and the share of digits that each network has right.

    Of the four programs that the slide has answers to, the slide's and ours; and ours of all six.
    """
    figures, answers = agreements(), [printed(each.program) for each in SLIDE]
    for curriculum in CURRICULA:
        ours = list(zip(written(curriculum, seed), answers, strict=True))
        slide = [(each.answers.get(curriculum, ""), answer) for each, answer in zip(SLIDE, answers, strict=True)]
        shown = [number for number, each in enumerate(SLIDE) if each.answers]
        figures |= {
            f"slide_digits_{curriculum}": share_of_digits([slide[number] for number in shown]),
            f"our_digits_{curriculum}": share_of_digits([ours[number] for number in shown]),
            f"our_digits_of_all_six_{curriculum}": share_of_digits(ours),
        }
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the evaluator agrees with Python on all, and with the slide on all but one."""
    python, slide = (figures[f"evaluator_and_{who}_agree"].mean for who in ("python", "slide"))
    return "holds" if python == len(SLIDE) and slide == len(SLIDE) - 1 else "fails"


def picture(seed: int) -> Figure:
    """Write each program with what it prints, and what the slide's networks and ours wrote; right answers in green."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.6), facecolor="white")
    ours = {curriculum: written(curriculum, seed) for curriculum in CURRICULA}
    columns = dict(zip(("prints", *CURRICULA), (0.4, 0.49, 0.62, 0.75, 0.88), strict=True))
    for name, left in columns.items():
        figure.text(left, 0.95, name, weight="bold")
    top = 0.89
    for number, each in enumerate(SLIDE):
        answer = printed(each.program)
        figure.text(0.02, top, each.program, family="monospace", size=8, va="top")
        figure.text(columns["prints"], top, answer, family="monospace", va="top")
        for curriculum in CURRICULA:
            told = {"ours": ours[curriculum][number], "slide": each.answers.get(curriculum, "–")}
            for line, (who, text) in enumerate(told.items()):
                colour = "#228833" if text == answer else "#555555"
                place = (columns[curriculum], top - 0.045 * line)
                figure.text(*place, f"{who} {text}", family="monospace", size=8, va="top", color=colour)
        top -= 0.05 + 0.036 * max(2, each.program.count("\n") + 1)
    return figure


def agreements() -> dict[str, float]:
    """Return on how many programs the evaluator agrees with Python, and with the slide."""
    ours = [printed(each.program) for each in SLIDE]
    others = {"python": [printed_by_python(each.program) for each in SLIDE], "slide": [each.target for each in SLIDE]}
    return {f"evaluator_and_{who}_agree": float(sum(map(str.__eq__, ours, theirs))) for who, theirs in others.items()}


def printed_by_python(program: str) -> str:
    """Return what Python prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "slide", "exec"), {"__builtins__": {"print": print, "range": range}})
    return out.getvalue().rstrip("\n")


def share_of_digits(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of places that are right, of as many as the longer has; pairs are (written, answer)."""
    right = sum(one == other for pair in pairs for one, other in zip(*pair, strict=False))
    return right / sum(max(map(len, pair)) for pair in pairs)


@cache
def written(curriculum: Curriculum, seed: int) -> list[str]:
    """Return what our network of a curriculum writes for each program."""
    return [each.written for each in runs.load(run_of(curriculum, seed)).execute([each.program for each in SLIDE])]
