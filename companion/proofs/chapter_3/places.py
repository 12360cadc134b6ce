"""Places in sines and cosines: 3-3, what a shift does to them, and what two of them share."""

from sympy import Expr, IndexedBase, S, Sum, Symbol, cos, sin, symbols

from companion.proofs.algebra import Derivation, Given, chain, equation

n, m, k, omega = symbols(r"n m k \omega", real=True)
y, x = symbols("y x", real=True)
y_2, x_2 = symbols("y' x'", real=True)
i = Symbol("i", integer=True, nonnegative=True)
D = Symbol("D", integer=True, positive=True)
omegas = IndexedBase(r"\omega", real=True)
shared, shared_by_axis = (Symbol(rf"P({of})", real=True) for of in ("n, m", r"y, x;\ y', x'"))


def over_waves(term: Expr, waves: Expr) -> Sum:
    """The sum over so many frequencies."""
    return Sum(term, (i, 0, waves - 1))


def _products(one: Expr, other: Expr, waves: Expr) -> Sum:
    a, b = omegas[i] * one, omegas[i] * other
    return over_waves(sin(a) * sin(b) + cos(a) * cos(b), waves)


def _by_distance(distance: Expr, waves: Expr) -> Sum:
    return over_waves(cos(omegas[i] * distance), waves)


def sines_of_places() -> Derivation:
    """3-3: A shift in is a rotation out, and two places share what their distance says."""
    sines = cos(omega * k) * sin(omega * n) + sin(omega * k) * cos(omega * n)
    cosines = cos(omega * k) * cos(omega * n) - sin(omega * k) * sin(omega * n)
    by_distance = _by_distance(n - m, D / 2)
    both = _products(y, y_2, D / 4) + _products(x, x_2, D / 4)
    by_axis = _by_distance(y - y_2, D / 4) + _by_distance(x - x_2, D / 4)
    steps = (
        *chain(
            sin(omega * (n + k)),
            ("The sine, $k$ places further: the sine of a sum of angles.", sines),
        ),
        *chain(
            cos(omega * (n + k)),
            (
                "The cosine. Both together are the pair at $n$, rotated by $k \\omega$.",
                cosines,
            ),
        ),
        *chain(
            sines**2 + cosines**2,
            ("A rotation keeps the length, which is one everywhere.", S.One),
        ),
        *chain(
            shared,
            ("The inner product of two places, pair by pair.", _products(n, m, D / 2)),
            ("The cosine of a difference of angles.", by_distance),
        ),
        *chain(
            shared_by_axis,
            ("Half of the numbers say the row, the other half the column.", both),
            ("Each half by the line above.", by_axis),
        ),
    )
    given = (
        Given("the inner product of the sines of $n$ and $m$", shared, _products(n, m, D / 2)),
        Given("the same of two places of an image", shared_by_axis, both),
    )
    claims = (
        equation(sin(omega * (n + k)), sines),
        equation(cos(omega * (n + k)), cosines),
        equation(shared, by_distance),
        equation(shared_by_axis, by_axis),
    )
    return Derivation("Places in sines", ("3-3",), steps, claims, given)
