"""Sums a person writes in chat: + - * / and brackets over plain numbers, evaluated without `eval`."""

import ast
from collections.abc import Callable
from fractions import Fraction

_LONGEST_CHARS = 200
_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}


def calculate(expression: str) -> str | None:
    """The value, to ten digits where it is not whole; None for what is not a sum or cannot be done."""
    plain = expression.replace("×", "*").replace("÷", "/").replace("−", "-").strip()
    if len(plain) > _LONGEST_CHARS:
        return None
    try:
        value = _value(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left), _value(right))
        case _:
            raise ValueError("not a sum")
