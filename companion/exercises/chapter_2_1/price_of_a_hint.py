"""Derive: what one number of a latent costs, in nats."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def price_in_nats(m: Expr, s: Expr) -> Expr:
    """The divergence of N(m, s^2) from N(0, 1)."""
    return (s**2 + m**2 - 1) / 2 - sympy.log(s)


def _point(random: Random) -> dict[str, Rational]:
    return {
        "m": Rational(random.randint(-2500, 2500), 999),
        "s": Rational(random.randint(200, 2500), 999),
    }


EXERCISE = Exercise(
    name="price-of-a-hint",
    number="2.1.2",
    title="The price of a hint",
    kind=Kind.DERIVE,
    chapter="2-1-autoencoder",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="nats",
    stub=(
        "import sympy\n\n"
        'm = sympy.symbols("m", real=True)\n'
        's = sympy.symbols("s", positive=True)\n\n'
        "nats = None  # an expression in m and s"
    ),
    solution=price_in_nats,
    checker=FormulaChecker(
        solution=price_in_nats,
        what="the price",
        domain=_point,
        mistakes=(
            Mistake(
                "this is the divergence in the other direction, of N(0, 1) from "
                "N(m, s^2). From which of the two is z drawn?",
                lambda m, s: sympy.log(s) + (1 + m**2) / (2 * s**2) - Rational(1, 2),
            ),
            Mistake(
                "put m = 0 and s = 1 in: the two densities are the same then, and the "
                "divergence has to be 0.",
                lambda m, s: (s**2 + m**2) / 2 - sympy.log(s),
            ),
            Mistake(
                "the logarithm counts twice. In (1-16b) stands that of the variance; "
                "what does the half in front make of log(s^2)?",
                lambda m, s: (s**2 + m**2 - 1) / 2 - 2 * sympy.log(s),
            ),
            Mistake(
                "only half of the logarithm is there. In (1-16b) stands that of the "
                "variance; what does the half in front make of log(s^2)?",
                lambda m, s: (s**2 + m**2 - 1) / 2 - sympy.log(s) / 2,
            ),
            Mistake(
                "this is twice the divergence: (1-16b) has a half in front of all of "
                "it.",
                lambda m, s: s**2 + m**2 - 1 - 2 * sympy.log(s),
            ),
            Mistake(
                "the half has reached the logarithm, but not the squares.",
                lambda m, s: s**2 + m**2 - 1 - sympy.log(s),
            ),
            Mistake(
                "m is not squared. Can a mean of -3 be cheaper than a mean of 3?",
                lambda m, s: (s**2 + m - 1) / 2 - sympy.log(s),
            ),
            Mistake(
                "the logarithm has the wrong sign. Should a narrower Gaussian, a more "
                "exact hint, be cheaper?",
                lambda m, s: (s**2 + m**2 - 1) / 2 + sympy.log(s),
            ),
            Mistake(
                "s is taken for the variance here. It is the standard deviation.",
                lambda m, s: (s + m**2 - 1) / 2 - sympy.log(s) / 2,
            ),
            Mistake(
                "this counts in bits. In nats the logarithm is the natural one.",
                lambda m, s: ((s**2 + m**2 - 1) / 2 - sympy.log(s)) / sympy.log(2),
            ),
        ),
    ),
    meaning=(
        "It is 0 for m = 0 and s = 1 only, where the draw tells nothing. Once s is "
        "small, each halving of it costs about log 2 = 0.69 nats more."
    ),
    hints=(
        "(1-16b) has four letters: $m$ and $C$ for the one Gaussian, $n$ and $D$ for "
        "the other. What are the four here?",
        "$C = s^2$, $n = 0$ and $D = 1$. What is left of $\\log(D/C)$ and of the "
        "fraction?",
    ),
    on_failure=(
        ("The other direction.", "The expectation is over z, drawn from N(m, s^2)."),
        ("m = 0 and s = 1.", "Nothing may be left there."),
        ("The logarithm.", "$C$ is a variance, $s$ its root."),
    ),
    discussion=(
        "With $n = 0$ and $D = 1$ the fraction in (1-16b) is $s^2 + m^2$, and "
        "$\\tfrac12\\log(1/s^2) = -\\log s$. What the decoder can tell apart depends "
        "on $m$ in units of $s$. To double that by twice the $m$ costs $\\tfrac32m^2$ "
        "nats more, by half the $s$ never more than $\\log 2$. In code:"
    ),
)
