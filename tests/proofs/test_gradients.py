"""Slopes and what stops them, decided as every other line of a proof."""

import pytest
from sympy import S, exp, log, symbols

from companion.proofs.algebra import difference
from companion.proofs.display import tex
from companion.proofs.gradients import Slope, Stopped

x, y = symbols("x y", real=True)
a = symbols("a", positive=True)


@pytest.mark.parametrize(
    "left, right",
    [
        (Slope(x**2, x), 2 * x),
        (Slope(x * y, y), x),
        (Slope(Stopped(x), x), S.Zero),
        (Slope(x * Stopped(x), x), x),
        (Slope((x - Stopped(y)) ** 2, y), S.Zero),
        (Slope(exp(Stopped(x) * y), y), x * exp(x * y)),
        (Slope(log(a), a), 1 / a),
        (Slope(Slope(x**3, x), x), 6 * x),
        (Stopped(x), x),
        (Stopped(x - y) + y, x),
        (Stopped(Slope(x**2, x)), 2 * x),
        (y * Slope(x**2, x), 2 * x * y),
    ],
)
def test_what_is_equal_is_found_equal(left, right):
    assert difference(left, right) == 0


@pytest.mark.parametrize(
    "left, right",
    [
        (Slope(Stopped(x), x), S.One),
        (Slope(x * Stopped(x), x), 2 * x),
        (Slope((x - Stopped(y)) ** 2, y), -2 * (x - y)),
        (Slope(x**2, x), x),
        (Stopped(x), S.Zero),
        (Stopped(x), -x),
    ],
)
def test_what_differs_is_found_different(left, right):
    assert difference(left, right) != 0


def test_they_are_printed_as_the_book_writes_them():
    assert tex(Stopped(x - y)) == r"\mathrm{sg}\left[x - y\right]"
    assert tex(Stopped(x) ** 2) == r"\mathrm{sg}^{2}\left[x\right]"
    assert tex(Slope(x, y)) == r"\frac{\partial}{\partial y} x"
    assert tex(Slope(x, y) ** 2) == r"\left(\frac{\partial}{\partial y} x\right)^{2}"
    assert tex(Slope(x + y, y)) == r"\frac{\partial}{\partial y} \left(x + y\right)"
