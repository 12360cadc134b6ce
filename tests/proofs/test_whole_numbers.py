"""Division of whole numbers, decided as every other line of a proof."""

import pytest
from sympy import Function, Rational, S, Symbol, floor, symbols

from companion.proofs.algebra import ProofError, difference, numeric
from companion.proofs.display import tex
from companion.proofs.gradients import Slope
from companion.proofs.whole_numbers import Remainder

n, m = symbols("n m", integer=True, nonnegative=True)
p, q = symbols("p q", integer=True, positive=True)
x = Symbol("x", real=True)
f = Function("f")


@pytest.mark.parametrize(
    "left, right",
    [
        (floor((p * n + m) / p), n + floor(m / p)),
        (floor((p * q * n + p * m) / (p * q)), n + floor(m / q)),
        (p * floor(n / p) + Remainder(n, p), n),
        (Remainder(p * n + m, p), Remainder(m, p)),
        (Remainder(Remainder(n, p), p), Remainder(n, p)),
        (floor(Remainder(n, p) / p), S.Zero),
        (Remainder(q * floor(n / p) + Remainder(m, q), q), Remainder(m, q)),
        (Remainder(x + n, S.One), x - floor(x)),
        # A function without a formula, and its slope
        (Slope(x * f(x), x), f(x) + x * Slope(f(x), x)),
        (Slope(f(x * n), n) - Slope(f(x * n), n), S.Zero),
    ],
)
def test_what_is_equal_is_found_equal(left, right):
    assert difference(left, right) == 0
    assert difference(right, left) == 0


@pytest.mark.parametrize(
    "left, right",
    [
        (floor(n / p), n / p),
        (floor((n + m) / p), floor(n / p) + floor(m / p)),  # a remainder is carried over
        (floor((p * n + m) / q), n + floor(m / q)),
        (Remainder(n, p), Remainder(p, n + 1)),
        (Remainder(n, p), n),
        (floor((n + 1) / p), floor(n / p) + 1),
        (floor(x + Rational(1, 2)), floor(x)),
        (f(x), f(2 * x)),
        (Slope(f(x), x), f(x)),
        (Slope(x * f(x), x), Slope(f(x), x)),
    ],
)
def test_what_differs_is_found_different(left, right):
    assert difference(left, right) != 0
    assert difference(right, left) != 0


def test_what_holds_for_whole_numbers_alone_is_not_refuted_by_fractions():
    """It is true, and no rule of ours shows it: that is said."""
    with pytest.raises(ProofError, match="undecided: .* in numbers the two sides agree"):
        difference(floor(n / 2) + floor((n + 1) / 2), n)
    assert difference(floor(x / 2) + floor((x + 1) / 2), x) != 0


def test_a_remainder_in_numbers():
    by_numbers = numeric(Remainder(floor(n / p), q), n, p, q)
    for number in range(40):
        assert by_numbers(number, 3, 4) == number // 3 % 4


def test_it_is_printed_as_the_book_writes_it():
    assert tex(Remainder(n, p)) == r"\left(n \bmod p\right)"
    assert tex(Remainder(n + m, p)) == r"\left(\left(m + n\right) \bmod p\right)"
    assert tex(Remainder(n, p) ** 2) == r"\left(n \bmod p\right)^{2}"
    rows = r"\left(\left\lfloor{\frac{n}{p}}\right\rfloor \bmod q\right)"
    assert tex(Remainder(floor(n / p), q)) == rows
