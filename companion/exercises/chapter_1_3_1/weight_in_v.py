"""Derive: the weight that the bound gives to an error of the velocity."""

from random import Random

from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def weight_of_v(snr_s: Expr, snr_t: Expr) -> Expr:
    """The c in L_s = c ||v - v_hat||^2."""
    return (snr_s - snr_t) / (2 * (snr_t + 1))


def _half_of_it(snr_s: Expr, snr_t: Expr) -> Expr:
    return (snr_s - snr_t) / 2 / (snr_t + 1)


def _point(random: Random) -> dict[str, Rational]:
    low = Rational(random.randint(1, 2000), 999)
    return {"snr_t": low, "snr_s": low + Rational(random.randint(1, 2000), 999)}


EXERCISE = Exercise(
    name="weight-in-v",
    number="1.3.1.2",
    title="The bound in the units of v",
    kind=Kind.DERIVE,
    chapter="1-3-1-what-to-predict",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="c",
    stub=(
        "import sympy\n\n"
        'snr_s, snr_t = sympy.symbols("snr_s snr_t", positive=True)\n\n'
        "c = None  # an expression in snr_s and snr_t"
    ),
    solution=weight_of_v,
    checker=FormulaChecker(
        solution=weight_of_v,
        what="the weight",
        domain=_point,
        forms=(_half_of_it,),
        mistakes=(
            Mistake(
                "this is the weight of an error of x_0 (1-16d).",
                lambda snr_s, snr_t: (snr_s - snr_t) / 2,
            ),
            Mistake(
                "this is the weight of an error of the noise (1-16e).",
                lambda snr_s, snr_t: (snr_s / snr_t - 1) / 2,
            ),
            Mistake(
                "the half is missing, which comes from the exponent of the normal density.",
                lambda snr_s, snr_t: (snr_s - snr_t) / (snr_t + 1),
            ),
            Mistake(
                "multiplied where it has to be divided: v's error is the larger one, so "
                "that its weight has to be smaller.",
                lambda snr_s, snr_t: (snr_s - snr_t) * (snr_t + 1) / 2,
            ),
            Mistake(
                "the network is asked at time t, and its error is one at time t: which "
                "SNR goes into the denominator?",
                lambda snr_s, snr_t: (snr_s - snr_t) / (2 * (snr_s + 1)),
            ),
        ),
    ),
    meaning=(
        "With equal weights for all times, a loss on v leans to the noisy times less "
        "than one on x_0 and more than one on the noise."
    ),
    hints=(
        "(1-16d) has the weight for $\\lVert x_0 - \\hat x_0\\rVert^2$, and (1-12c) says "
        "what that is in units of $v$.",
        "$\\lVert x_0 - \\hat x_0\\rVert^2 = \\lVert v - \\hat v\\rVert^2 / "
        "(\\mathrm{SNR}(t) + 1)$.",
    ),
    on_failure=(
        ("The weight of another error.", "Divide by what (1-12c) has for v."),
        ("The half is missing.", "Look at (1-16d) again."),
        ("Multiplied.", "Let both ratios be large: is v then the noise, nearly?"),
    ),
    discussion=(
        "One substitution. For large ratios it is $(\\mathrm{SNR}(s)/\\mathrm{SNR}(t) - "
        "1)/2$, the weight in the noise; for small ones that in $x_0$. In code:"
    ),
)
