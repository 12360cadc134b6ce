"""Reads what a reader gives: a formula as text, a number, a row of numbers, of whatever type.

A text is taken apart by Python's own parser, and put together from the few things that a formula
needs. It is not run.
"""

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import log2

import numpy as np
import sympy
import torch
from sympy import Expr, Rational, Symbol
from torch import Tensor

from companion.exercises.exercise import Objection, Status

LONGEST = 2000  # characters of a text
DEEPEST = 100  # brackets, operations or calls inside each other
DIGITS = 50  # of a number that is written out
LARGEST_POWER = 1000
LARGEST_BITS = 20_000  # of a power of numbers

_NAMES = (
    "sqrt cbrt exp log Rational Abs Min Max sign erf "
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh"
).split()
FUNCTIONS: Mapping[str, Callable[..., Expr]] = {name: getattr(sympy, name) for name in _NAMES} | {
    "ln": sympy.log,
    "abs": sympy.Abs,
}
CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "E": sympy.E}
_OPERATIONS: Mapping[type, Callable[[Expr, Expr], Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


def formula(text: str, known: Mapping[str, Expr]) -> Expr:
    """The expression that a text stands for; `^` is a power.

    Args:
        text: what the reader has typed.
        known: what the names in it stand for; any other name is a symbol.

    Raises:
        Objection: Whatever is no arithmetic of names and numbers, and what is too long, deep
            or large.
    """
    if len(text) > LONGEST:
        raise _refused(
            f"the text has {len(text)} characters, expected a formula of {LONGEST} at most."
        )
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise _unreadable(text) from None
    return _built(tree, text, known, 0)


def _built(node: ast.expr, text: str, known: Mapping[str, Expr], depth: int) -> Expr:
    """The expression of a part of the text, or an Objection."""
    if depth > DEEPEST:
        raise _refused(f"the text is nested more than {DEEPEST} deep: write it in a shorter form.")

    def inner(part: ast.expr) -> Expr:
        return _built(part, text, known, depth + 1)

    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _number(value)
        case ast.Name(id=name):
            return known.get(name) or CONSTANTS.get(name) or Symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -inner(part)
        case ast.UnaryOp(op=ast.UAdd(), operand=part):
            return inner(part)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(inner(left), inner(right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](inner(left), inner(right))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            try:
                return FUNCTIONS[name](*map(inner, args))
            except (
                TypeError,
                ValueError,
            ):  # the wrong number of arguments, or Rational of a symbol
                raise _unreadable(text, f"look at `{name}`") from None
        case ast.Call(func=ast.Name(id=name)):
            raise _unreadable(text, f"`{name}` is no function that it may use")
    raise _unreadable(text)


def _number(value: float) -> Expr:
    """A number that is written in a text, exactly, or an Objection."""
    if abs(value) >= 10**DIGITS:
        raise _refused(f"the text contains a number of more than {DIGITS} digits.")
    return Rational(repr(value))


def _power(base: Expr, exponent: Expr) -> Expr:
    """base**exponent, if a person could write it down, or else an Objection."""
    whole = base.as_base_exp()[1] * exponent  # (x^a)^b is x^(a b)
    if whole.is_comparable:
        too_large = abs(whole) > LARGEST_POWER or abs(exponent) > LARGEST_POWER
        if too_large or (base.is_number and abs(exponent) * _bits(base) > LARGEST_BITS):
            raise _refused("the text contains a power that is too large to be written out.")
    return base**exponent


def _bits(expression: Expr) -> float:
    """The size of the largest number in an expression."""
    return max((log2(max(abs(n.p), n.q)) for n in expression.atoms(Rational)), default=0)


def _refused(words: str) -> Objection:
    return Objection(words, Status.STOPPED)


def _unreadable(text: str, why: str = "") -> Objection:
    shown = repr(text if len(text) <= 80 else text[:77] + "...")
    return _refused(
        f"the text {shown} cannot be read as a formula{why and ': ' + why}. "
        "Write it with the symbols of the cell, not in quotation marks."
    )


def number(answer: object) -> int | float | Fraction | None:
    """One real number as Python has it, None for what is none.

    It may be Python's, NumPy's, torch's or sympy's, also an expression of sympy that has a value.
    """
    if isinstance(answer, Tensor | np.ndarray | np.generic):
        size = answer.numel() if isinstance(answer, Tensor) else answer.size
        answer = answer.item() if size == 1 else None
    try:
        if isinstance(answer, sympy.Basic):
            return _of_sympy(answer)
        if answer is None or isinstance(answer, bool | str | bytes | bytearray):
            return None
        if isinstance(answer, int | float | Fraction):
            return answer
        if isinstance(answer, Decimal) and answer.is_finite():
            return Fraction(answer)
        return float(answer)
    except OverflowError:
        return float("inf")
    except MemoryError:
        raise
    except Exception:  # whatever a strange object raises
        return None


def _of_sympy(answer: sympy.Basic) -> float | None:
    """The value of an expression of sympy, or of an equation's right side; None if it has none."""
    value = (answer.rhs if isinstance(answer, sympy.Equality) else answer).doit()
    return float(value) if value.is_number else None


def tensor(value: object) -> Tensor | None:
    """Numbers, or lists, tuples and arrays of them, as one tensor; None for what is none.

    Whole numbers become int64, others float64; an array or a tensor keeps its own dtype.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value)
        if array.dtype.kind in "fiub" and array.dtype != np.longdouble:
            return torch.from_numpy(array)
        value = array.tolist()
    if isinstance(value, list | tuple):
        return _stacked(value)
    one = number(value)
    if type(one) is int and abs(one) < 2**63:
        return torch.tensor(one)
    return None if one is None else torch.tensor(_float(one), dtype=torch.float64)


def _stacked(values: list | tuple) -> Tensor | None:
    """A list of numbers, or of such lists, as one tensor.

    None for another list, and for one of whole tensors.
    """
    parts = [None if isinstance(one, Tensor) and one.ndim else tensor(one) for one in values]
    if not parts or any(part is None for part in parts) or len({part.shape for part in parts}) > 1:
        return None
    dtype = reduce(torch.promote_types, (part.dtype for part in parts))
    return torch.stack([part.detach().cpu().to(dtype) for part in parts])


def _float(number: float | Fraction) -> float:
    """A number as a float, infinite where it is larger than one."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def output(value: object, parts: int) -> object:
    """What a function returned, with numbers, lists and arrays as tensors; the rest as it is.

    Args:
        value: what was returned.
        parts: how many tensors are expected.
    """
    if (
        isinstance(value, tuple | list)
        and len(value) == parts
        and (parts > 1 or isinstance(value[0], Tensor))
    ):
        return tuple(_plain(one) for one in value)
    return _plain(value)


def _plain(value: object) -> object:
    """A value as a tensor of torch's own class, if it is one or can be one."""
    read = tensor(value)
    return value if read is None else read.as_subclass(Tensor)
