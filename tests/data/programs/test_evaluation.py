"""The evaluator of small programs, against Python itself."""

import contextlib
import io

import numpy as np
import pytest

from softsearch.data.programs.drawing import draw_program
from softsearch.data.programs.evaluation import printed
from softsearch.errors import DataError


def by_python(program: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "drawn", "exec"), {"__builtins__": {"print": print, "range": range}})
    return out.getvalue().rstrip("\n")


def test_ten_thousand_programs_print_what_python_says_they_print():
    random = np.random.default_rng(0)
    for number in range(10_000):
        length, nesting = 1 + number % 6, 1 + number // 6 % 4
        program = draw_program(random, length=length, nesting=nesting)
        assert printed(program) == by_python(program), program


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("j=8584\nfor x in range(8):\n  j+=920\nb=(1500+j)\nprint((b+7567))", "25011"),
        ("i=8827\nc=(i-5347)\nprint((c+8704) if 2641<8500 else 5308)", "12184"),
        ("print(-5)", "-5"),
        ("a=3\nif 1>2:\n  a-=1\nelse:\n  a+=1\nprint(a)", "4"),
        ("a=1\nfor x in range(0):a+=1\nprint(a)", "1"),
    ],
)
def test_programs_that_were_printed_elsewhere(program, expected):
    assert printed(program) == expected == by_python(program)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("a=1\nwhile a<2:\n  a+=1\nprint(a)", "line 2, column 1: while is not in these programs"),
        ("print(7//2)", "line 1, column 7: // is not in these programs"),
        ("a=1\nprint(a+b)", "line 2, column 9: b has no value yet"),
        ("a+=1\nprint(a)", "line 1, column 1: a has no value yet"),
        ("print(abs(3))", "line 1, column 7: a call of abs is not in these programs"),
        ("abs(3)\nprint(3)", "line 1, column 1: a call of abs is not in these programs"),
        ("print('a')", "line 1, column 7: a text is not in these programs"),
        ("print(1.5)", "line 1, column 7: 1.5 is not in these programs"),
        ("print(True)", "line 1, column 7: True is not in these programs"),
        ("print(-True)", "line 1, column 8: True is not in these programs"),
        ("a=1\nprint(-a)", "line 2, column 7: - before an expression is not in these programs"),
        ("print([1])", "line 1, column 7: this is not in these programs\n  value: '[1]'"),
        ("a=1", "line 1, column 1: a program ends with print(…)"),
        ("", "line 1, column 1: there is nothing here: a program ends with print(…)"),
        ("while True: pass", "line 1, column 1: while is not in these programs"),
        ("print(" + "+".join(["1"] * 20_000) + ")", "this is no program: it is too deep"),
        ("a=1\nb=" + "+".join(["1"] * 2_000) + "\nprint(b)", "line 2, column 1: this is too deep"),
        ("print(" + "*".join(["9" * 300] * 2) + ")", "line 1, column 7: a number has more than 500 digits"),
        ("a=9\nfor x in range(99999):a+=a\nprint(a)", "line 2, column 26: a number has more than 500 digits"),
        ("a=99\n" + "a=a*a\n" * 30 + "print(a)", "line 9, column 3: a number has more than 500 digits"),
        ("a=1\nprint(" + "9" * 5_000 + ")", "line 2, column 7: a number has more than 500 digits"),
        ("print(1", "line 1, column 6: this is no program"),
        ("print(1 if 1==1 else 2)", "line 1, column 12: == is not in these programs"),
        ("print(1 if 1 else 2)", "line 1, column 12: a condition is a<b or a>b"),
        ("print(1<2)", "line 1, column 7: a comparison stands in a condition only"),
        ("for x in range(-1):a+=1\nprint(1)", "line 1, column 10: a loop is over range(n)"),
        ("a=1\nfor x in range(True):a+=1\nprint(a)", "line 2, column 10: a loop is over range(n)"),
        ("a=1\nfor x in range(9):\n  for y in range(9):a+=1\nprint(a)", "line 3, column 3: in a loop, in if"),
        ("a=1\nfor x in range(9):\n\ta=a*a\nprint(a)", "line 3, column 2: in a loop, in if"),
        ("a=1\nfor x in range(9):\n  a+=1\n  a-=1\nprint(a)", "line 4, column 3: in a loop, in if"),
        ("a=1\nif a<2:a+=1\nelse:a=2\nprint(a)", "line 3, column 6: in a loop, in if"),
        (
            "a=1\nfor x in range(9999999999):a+=1\nprint(a)",
            "line 2, column 10: a loop goes round 100,000 times at most",
        ),
        ("a=1\nif a<2:a+=1\nprint(a)", "line 2, column 1: an if has an else"),
        ("a=b=1\nprint(a)", "line 1, column 1: this is not in these programs\n  value: 'a=b=1'"),
        ("a*=2\nprint(a)", "line 1, column 1: *= is not in these programs"),
        ("print(1, 2)", "line 1, column 1: print takes one expression"),
        ("print(1)\nprint(2)", "line 1, column 1: only the last line prints"),
        ("1+2\nprint(2)", "line 1, column 1: this line changes nothing"),
        ("import os\nprint(1)", "line 1, column 1: import is not in these programs"),
        ("print(\n'\0')", "line 2, column 2: no text has such a character"),
        ("print('\ud800')", "line 1, column 8: no text has such a character"),
    ],
)
def test_what_is_outside_is_refused_with_its_place_and_its_construct(program, told):
    with pytest.raises(DataError) as error:
        printed(program)
    assert told in str(error.value)
    assert "assignments" in str(error.value)
