"""The points at which formulas are compared, and the numbers of our own formulas there."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import nan
from random import Random

import mpmath
import sympy
import torch
from sympy import Expr, Rational, Symbol
from torch import Tensor

from companion.exercises import reading

DIGITS = 40


def parameters(function: Callable) -> tuple[str, ...]:
    """The names of a function's parameters."""
    return tuple(inspect.signature(function).parameters)


def points(domain: Callable) -> list[Mapping[str, Rational]]:
    """Twelve random rational points of a domain, the same each time."""
    return [domain(Random(seed)) for seed in range(12)]


@lru_cache(maxsize=128)
def all_letters(
    domain: Callable, names: tuple[str, ...], given: tuple[tuple[str, str], ...]
) -> list[Mapping[str, Rational]]:
    """The points of the check, with the values there of letters that others define."""
    known = {name: Symbol(name) for name in (*names, *dict(given))}
    meanings = {name: reading.formula(meaning, known) for name, meaning in given}
    every = []
    for point in points(domain):
        values = {known[name]: value for name, value in point.items()}
        for name, meaning in meanings.items():
            values[known[name]] = meaning.subs(values)
        every.append({symbol.name: value for symbol, value in values.items()})
    return every


@lru_cache(maxsize=1024)
def reference(formula: Callable[..., Expr], domain: Callable, names: Sequence[str] = ()) -> Tensor:
    """A formula of ours at the points of the check; NaN where it is no real number."""
    names = names or parameters(formula)
    compute = sympy.lambdify(names, formula(*map(Symbol, names)), "mpmath")
    with mpmath.workdps(DIGITS):
        values = [
            _real(lambda point=point: compute(*(_exact(point[n]) for n in names)))
            for point in points(domain)
        ]
    return torch.tensor(values, dtype=torch.float64)


def _exact(value: Rational) -> mpmath.mpf:
    """A rational number as mpmath has it, to as many digits as are asked for just now."""
    return mpmath.mpf(value.p) / value.q


def _real(compute: Callable[[], object]) -> float:
    """What is computed, NaN where that is no real number."""
    try:
        value = mpmath.mpmathify(compute())
    except ZeroDivisionError:
        return nan
    return nan if isinstance(value, mpmath.mpc) and value.imag else float(value.real)
