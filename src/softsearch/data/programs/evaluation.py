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

from softsearch.errors import DataError

_ALLOWED = "assignments, a+=e, a-=e, for x in range(n), if … else, print; in them + - *, a if b<c else d"
_ROUNDS, _DIGITS = 100_000, 500  # far more than in any that is drawn
_TOO_LARGE = 10**_DIGITS
_STATEMENTS = (ast.Assign, ast.AugAssign, ast.For, ast.If, ast.Expr)


def printed(program: str) -> str:
    """Return what a program prints.

    Raises
    ------
    DataError
        It is no program of this kind: says the line, the column and the construct.
    """
    try:
        statements = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
        told = next(iter(error.args), "it is too deep")
        raise _refused(f"this is no program: {told}", line, column) from None
    if not statements:
        raise _refused("there is nothing here: a program ends with print(…)", 1, 1)
    if not isinstance(statements[-1], _STATEMENTS):
        raise _outside(statements[-1])
    asked = _printed(statements[-1])
    if asked is None:
        raise _refused("a program ends with print(…)", program.count("\n") + 1, 1)
    variables: dict[str, int] = {}
    try:
        for statement in statements[:-1]:
            _run(statement, variables)
        return str(_value(asked, variables))
    except RecursionError:
        raise _refused("what it prints is too deep", asked.lineno, asked.col_offset + 1) from None


def operations_in(program: str) -> int:
    """Return how many operations a program has: what is computed, chosen, gone round, or done on a condition.

    A change of a variable is one by itself, but part of the loop or the condition that it stands in.
    """
    tree = ast.parse(program)
    changes = sum(isinstance(each, ast.AugAssign) for each in tree.body)
    return changes + sum(isinstance(each, ast.BinOp | ast.IfExp | ast.For | ast.If) for each in ast.walk(tree))


def _printed(statement: ast.stmt) -> ast.expr | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[expression], keywords=[])):
            return expression
    return None


def _run(statement: ast.stmt, variables: dict[str, int]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            variables[name] = _value(value, variables)
        case ast.AugAssign(target=ast.Name(id=name) as target, op=ast.Add() | ast.Sub() as operator, value=value):
            change = _value(value, variables)
            before = _value(target, variables)
            variables[name] = before + change if isinstance(operator, ast.Add) else before - change
        case ast.For(
            target=ast.Name(id=name),
            iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(number))], keywords=[]),
            body=[ast.AugAssign() as change],
            orelse=[],
        ) if not isinstance(number, bool):
            if number > _ROUNDS:
                told = f"a loop goes round {_ROUNDS:,} times at most"
                raise _refused(told, statement.lineno, statement.col_offset + 1, value=str(number))
            for count in range(number):
                variables[name] = count
                _run(change, variables)
        case ast.If(test=test, body=[ast.AugAssign() as one], orelse=[ast.AugAssign() as other]):
            _run(one if _holds(test, variables) else other, variables)
        case _:
            raise _outside(statement)


def _value(expression: ast.expr, variables: dict[str, int]) -> int:
    number = _computed(expression, variables)
    if abs(number) >= _TOO_LARGE:
        told = f"a number has more than {_DIGITS} digits"
        raise _refused(told, expression.lineno, expression.col_offset + 1)
    return number


def _computed(expression: ast.expr, variables: dict[str, int]) -> int:
    match expression:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
            return -_computed(operand, variables)
        case ast.Name(id=name):
            if name not in variables:
                raise _refused(f"{name} has no value yet", expression.lineno, expression.col_offset + 1)
            return variables[name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, variables) + _value(right, variables)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _value(left, variables) - _value(right, variables)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, variables) * _value(right, variables)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _value(body if _holds(test, variables) else otherwise, variables)
        case _:
            raise _outside(expression)


def _holds(test: ast.expr, variables: dict[str, int]) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
            return _value(left, variables) < _value(right, variables)
        case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
            return _value(left, variables) > _value(right, variables)
        case _:
            raise _outside(test)


def _outside(node: ast.stmt | ast.expr) -> DataError:
    inner = node.value if isinstance(node, ast.Constant) else getattr(node, "op", None) or getattr(node, "func", None)
    name = type(node).__name__ + ("" if inner is None else f" with {type(inner).__name__}")
    return _refused(f"{name} is not in these programs", node.lineno, node.col_offset + 1, value=ast.unparse(node))


def _refused(problem: str, line: int | None, column: int | None, *, value: str | None = None) -> DataError:
    place = f"line {line}, column {column}: " if line else ""
    return DataError(place + problem, value=value, allowed=_ALLOWED)
