"""Derive: the best guess of the noise that is a multiple of x_t."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def best_multiple(ab_t: Expr, var: Expr) -> Expr:
    """The c for which the mean of (eps - c x_t)^2 is least."""
    return sympy.sqrt(1 - ab_t) / (ab_t * var + 1 - ab_t)


def _point(random: Random) -> dict[str, Rational]:
    return {
        "ab_t": Rational(random.randint(1, 998), 999),
        "var": Rational(random.randint(1, 3000), 999),
    }


EXERCISE = Exercise(
    name="linear-noise",
    number="1.3.2",
    title="The best guess on a straight line",
    kind=Kind.DERIVE,
    chapter="1-3-training",
    difficulty=2,
    importance=2,
    minutes=15,
    answer="c",
    stub=(
        "import sympy\n\n"
        'ab_t, var = sympy.symbols("ab_t var", positive=True)\n\n'
        "c = None  # an expression in ab_t and var"
    ),
    solution=best_multiple,
    checker=FormulaChecker(
        solution=best_multiple,
        what="the multiple",
        domain=_point,
        mistakes=(
            Mistake(
                "this is right for data of variance 1 only. The variance of x_t is "
                "ab_t var + 1 - ab_t.",
                lambda ab_t, var: sympy.sqrt(1 - ab_t),
            ),
            Mistake(
                "this would be right if x_t were nothing but noise: it blames all of "
                "x_t on the noise.",
                lambda ab_t, var: 1 / sympy.sqrt(1 - ab_t),
            ),
            Mistake(
                "this is the best multiple for x_0: the covariance of x_0 and x_t over "
                "the variance of x_t. The noise has another covariance with x_t.",
                lambda ab_t, var: sympy.sqrt(ab_t) * var / (ab_t * var + 1 - ab_t),
            ),
            Mistake(
                "the root is missing: the covariance of eps and x_t is the weight of "
                "the noise, sqrt(1 - ab_t), and not its variance.",
                lambda ab_t, var: (1 - ab_t) / (ab_t * var + 1 - ab_t),
            ),
        ),
    ),
    meaning=(
        "It is the covariance over the variance, as in any linear regression, and all "
        "that a network without bends could learn."
    ),
    hints=(
        "Write out the mean of $(\\epsilon - c\\,x_t)^2$ with "
        "$x_t = \\sqrt{\\bar\\alpha_t}\\,x_0 + \\sqrt{1-\\bar\\alpha_t}\\,\\epsilon$; "
        "$x_0$ and $\\epsilon$ are independent with mean 0. It is a parabola in $c$.",
        "$1 - 2c\\,\\sqrt{1-\\bar\\alpha_t} + c^2\\,(\\bar\\alpha_t\\sigma^2 + 1 - "
        "\\bar\\alpha_t)$. Set its derivative to zero.",
    ),
    on_failure=(
        ("Right for variance 1.", "Let `var` go to 0: then $x_t$ is all noise."),
        (
            "Nothing but noise.",
            "Let `ab_t` go to 1: then $x_t$ says little of the noise.",
        ),
        ("The multiple for $x_0$.", "The question is for the noise."),
    ),
    discussion=(
        "The parabola has its lowest point at $c = \\mathrm{Cov}(\\epsilon, x_t) / "
        "\\mathrm{Var}(x_t)$. With Gaussian data nothing does better; a network earns "
        "its keep on data that are not. In code:"
    ),
)
