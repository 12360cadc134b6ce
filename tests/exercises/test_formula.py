"""A solution as a formula: what is one, and what is none and so has no slips."""

import ast

import pytest

from companion.exercises.formula import Formula
from companion.exercises.slips import Slips


def in_a_loop(a: float = 2.0) -> float:
    x = a
    for _ in range(2):
        x = x * a
    return x + 1


def asks_in_a_loop(a: float = 2.0) -> float:
    x = a
    for _ in range(2):
        if x < 3:
            return x
        x = x * a
    return x


def unpacks(a: float = 2.0) -> float:
    x, y = (k * a for k in (1, 2))
    return x + y


def test_a_loop_is_written_out():
    assert ast.unparse(Formula(in_a_loop, {}).tree) == "a * a * a + 1"


@pytest.mark.parametrize(
    "solution, problem",
    [
        (asks_in_a_loop, "^function: got more in a loop, expected assignments"),
        (unpacks, "^function: got a tuple unpacked, expected one expression"),
    ],
)
def test_what_is_no_formula_is_said_and_has_no_slips(solution, problem):
    with pytest.raises(ValueError, match=problem):
        Formula(solution, {})
    assert Slips([solution], [{}]).slips == []
