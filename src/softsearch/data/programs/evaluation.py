"""What a small program prints: an evaluator of exactly the programs that are drawn here.

A program is a line for each statement, and a line that is indented by two spaces, or stands behind the colon, for what
a loop or a condition does:

    a=EXPRESSION                         a+=EXPRESSION, a-=EXPRESSION
    for x in range(NUMBER):              one change of a variable
    if COMPARISON:  …  else:  …          one change of a variable each
    print(EXPRESSION)                    last

An expression is a whole number, a variable, a sum, a difference, a product, or ``(e if COMPARISON else e)``; a
comparison is ``e<e`` or ``e>e``. Python's parser reads it; what it means is decided here, and tested against what
Python prints.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

from softsearch.errors import DataError

_ALLOWED = "assignments, a+=e, a-=e, for x in range(n), if … else, print; in them + - *, a if b<c else d"
_ROUNDS, _DIGITS = 100_000, 500  # far more than in any that is drawn
_TOO_LARGE = 10**_DIGITS
_TOO_LONG = f"a number has more than {_DIGITS} digits"
_UNREADABLE = {r"[\0\ud800-\udfff]": "no text has such a character", rf"\d[\d_]{{{_DIGITS},}}": _TOO_LONG}
_NAMES: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<=", ast.GtE: ">=", ast.In: "in", ast.Is: "is",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.UAdd: "+", ast.USub: "-", ast.Invert: "~",
    ast.While: "while", ast.Import: "import", ast.ImportFrom: "import", ast.FunctionDef: "def", ast.ClassDef: "class",
    ast.Return: "return", ast.Pass: "pass", ast.Break: "break", ast.Continue: "continue", ast.Assert: "assert",
    ast.Try: "try", ast.With: "with", ast.Delete: "del", ast.Raise: "raise",
}  # fmt: skip


_COMPUTED: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
}  # fmt: skip


class _WrongError(Exception):
    """What is wrong with a program, and with which part of it."""

    def __init__(self, problem: str, node: ast.stmt | ast.expr) -> None:
        super().__init__(problem)
        self.node = node


def printed(program: str) -> str:
    """Return what a program prints.

    Raises
    ------
    DataError
        It is no program of this kind: says the line, the column and the construct.
    """
    statements = _parsed(program)
    variables: dict[str, int] = {}
    statement = statements[0]
    try:
        for statement in statements[:-1]:
            _run(statement, variables)
        statement = statements[-1]
        return str(_value(_last_expression(statement), variables))
    except _WrongError as error:
        written = ast.get_source_segment(program, error.node)
        raise _refused(str(error), error.node.lineno, error.node.col_offset + 1, value=written) from None
    except RecursionError:
        raise _refused("this is too deep", statement.lineno, statement.col_offset + 1) from None


def operations_in(program: str) -> int:
    """Return how many operations a program has: what is computed, chosen, gone round, or done on a condition.

    A change of a variable is one by itself, but part of the loop or the condition that it stands in.
    """
    tree = ast.parse(program)
    changes = sum(isinstance(each, ast.AugAssign) for each in tree.body)
    return changes + sum(isinstance(each, ast.BinOp | ast.IfExp | ast.For | ast.If) for each in ast.walk(tree))


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Return where a character of a text stands, both counted from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _parsed(program: str) -> list[ast.stmt]:
    """Return the statements of a program, of which there is one at least."""
    for pattern, told in _UNREADABLE.items():  # Python would give advice on these
        if found := re.search(pattern, program):
            raise _refused(told, *line_and_column(program, found.start()))
    try:
        statements = ast.parse(program).body
    except SyntaxError as error:
        raise _refused(f"this is no program: {error.msg}", error.lineno, max(1, error.offset or 1)) from None
    except (RecursionError, MemoryError):
        raise _refused("this is no program: it is too deep", None, None) from None
    if not statements:
        raise _refused("there is nothing here: a program ends with print(…)", 1, 1)
    return statements


def _last_expression(statement: ast.stmt) -> ast.expr:
    """Return what the last statement of a program prints."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[expression], keywords=[])):
            return expression
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            raise _WrongError("print takes one expression", statement)
        case ast.Assign() | ast.AugAssign() | ast.For() | ast.If() | ast.Expr():
            raise _WrongError("a program ends with print(…)", statement)
        case _:
            raise _outside(statement)


def _run(statement: ast.stmt, variables: dict[str, int]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            variables[name] = _value(value, variables)
        case ast.AugAssign(target=ast.Name(id=name) as target, op=ast.Add() | ast.Sub() as sign, value=value):
            change = _value(value, variables)
            variables[name] = _COMPUTED[type(sign)](_value(target, variables), change)
        case ast.For(target=ast.Name(id=name), orelse=[]):
            rounds, inside = _rounds(statement.iter), _change(statement.body)
            for count in range(rounds):
                variables[name] = count
                _run(inside, variables)
        case ast.If(orelse=[]):
            raise _WrongError("an if has an else", statement)
        case ast.If():
            one, other = _change(statement.body), _change(statement.orelse)
            _run(one if _holds(statement.test, variables) else other, variables)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            raise _WrongError("only the last line prints", statement)
        case ast.Expr(value=ast.Call() as call):
            raise _outside(call)
        case ast.Expr():
            raise _WrongError("this line changes nothing", statement)
        case _:
            raise _outside(statement)


def _rounds(iterated: ast.expr) -> int:
    """Return how often a loop goes round."""
    match iterated:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=bool())]):
            pass
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(number))], keywords=[]):
            if number > _ROUNDS:
                raise _WrongError(f"a loop goes round {_ROUNDS:,} times at most", iterated)
            return number
    raise _WrongError("a loop is over range(n), with n a number that is written out", iterated)


def _change(body: list[ast.stmt]) -> ast.AugAssign:
    """Return the one change of a variable that a loop, or a side of a condition, consists of."""
    first, *others = body
    if not isinstance(first, ast.AugAssign) or others:
        wrong = others[0] if isinstance(first, ast.AugAssign) else first
        raise _WrongError("in a loop, in if and in else stands one a+=e or a-=e, and nothing else", wrong)
    return first


def _value(expression: ast.expr, variables: dict[str, int]) -> int:
    number = _computed(expression, variables)
    if abs(number) >= _TOO_LARGE:
        raise _WrongError(_TOO_LONG, expression)
    return number


def _computed(expression: ast.expr, variables: dict[str, int]) -> int:
    match expression:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
            return -_computed(operand, variables)
        case ast.Name(id=name):
            if name not in variables:
                raise _WrongError(f"{name} has no value yet", expression)
            return variables[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _COMPUTED:
            return _COMPUTED[type(sign)](_value(left, variables), _value(right, variables))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _value(body if _holds(test, variables) else otherwise, variables)
        case ast.Compare(ops=[ast.Lt() | ast.Gt()]):
            raise _WrongError("a comparison stands in a condition only", expression)
        case _:
            raise _outside(expression)


def _holds(test: ast.expr, variables: dict[str, int]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
            return _value(left, variables) < _value(right, variables)
        case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
            return _value(left, variables) > _value(right, variables)
        case ast.Compare(ops=[_]):
            raise _outside(test)
        case _:
            raise _WrongError("a condition is a<b or a>b", test)


def _outside(node: ast.stmt | ast.expr) -> _WrongError:
    return _WrongError(f"{_called(node)} is not in these programs", node)


def _called(node: ast.stmt | ast.expr) -> str:
    """Return what is said of a construct, in Python's words where it has one."""
    match node:
        case ast.Constant(value=value):
            return "a text" if isinstance(value, str) else repr(value)
        case ast.Call(func=ast.Name(id=name)):
            return f"a call of {name}"
        case ast.AugAssign(target=ast.Name(), op=sign) if type(sign) in _NAMES:
            return f"{_NAMES[type(sign)]}="
        case ast.UnaryOp(op=sign):
            return f"{_NAMES[type(sign)]} before an expression"
        case ast.BinOp(op=sign) | ast.BoolOp(op=sign) | ast.Compare(ops=[sign]):
            return _NAMES.get(type(sign), "this")
        case _:
            return _NAMES.get(type(node), "this")


def _refused(problem: str, line: int | None, column: int | None, *, value: str | None = None) -> DataError:
    place = f"line {line}, column {column}: " if line else ""
    return DataError(place + problem, value=value, allowed=_ALLOWED)
