"""Derive: the noise of two steps as the noise of one, when the two are related (1-3)."""

from random import Random

import sympy
from sympy import Expr, Rational, sqrt

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def merged_weight(alpha_s: Expr, alpha_t: Expr, rho: Expr) -> Expr:
    """The weight of the one noise that replaces two of correlation rho."""
    first, second = sqrt(alpha_t * (1 - alpha_s)), sqrt(1 - alpha_t)
    return sqrt(sympy.expand(first**2 + second**2) + 2 * rho * first * second)


def _with_the_sum(alpha_s: Expr, alpha_t: Expr, rho: Expr) -> Expr:
    both = sqrt(alpha_t * (1 - alpha_s) * (1 - alpha_t))
    return sqrt(1 - alpha_s * alpha_t + 2 * rho * both)


def _term_by_term(alpha_s: Expr, alpha_t: Expr, rho: Expr) -> Expr:
    both = sqrt(alpha_t) * sqrt(1 - alpha_s) * sqrt(1 - alpha_t)
    return sqrt(alpha_t * (1 - alpha_s) + (1 - alpha_t) + 2 * rho * both)


def _numbers(random: Random) -> dict[str, Rational]:
    names = ("alpha_s", "alpha_t")
    alphas = {name: Rational(random.randint(1, 998), 999) for name in names}
    sign = random.choice((-1, 1))
    return alphas | {"rho": sign * Rational(random.randint(200, 900), 997)}


EXERCISE = Exercise(
    name="two-step-merge",
    number="1.1.2",
    title="Two steps become one",
    kind=Kind.DERIVE,
    chapter="1-1-forward",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="noise_weight",
    stub=(
        "import sympy\n\n"
        'alpha_s, alpha_t = sympy.symbols("alpha_s alpha_t", positive=True)\n'
        'rho = sympy.symbols("rho", real=True)\n\n'
        "noise_weight = None  # an expression in alpha_s, alpha_t and rho"
    ),
    solution=merged_weight,
    checker=FormulaChecker(
        solution=merged_weight,
        what="the noise weight",
        domain=_numbers,
        forms=(_with_the_sum, _term_by_term),
        mistakes=(
            Mistake(
                "this is right for independent noises. The variance of a sum has a "
                "third term, twice the covariance.",
                lambda alpha_s, alpha_t, rho: sqrt(1 - alpha_s * alpha_t),
            ),
            Mistake(
                "the covariance is in it once. The square of a + b has 2 a b.",
                lambda alpha_s, alpha_t, rho: sqrt(
                    1 - alpha_s * alpha_t + rho * sqrt(alpha_t * (1 - alpha_s) * (1 - alpha_t))
                ),
            ),
            Mistake(
                "the covariance has the two variances in it; the weights are their roots.",
                lambda alpha_s, alpha_t, rho: sqrt(
                    1 - alpha_s * alpha_t + 2 * rho * alpha_t * (1 - alpha_s) * (1 - alpha_t)
                ),
            ),
            Mistake(
                "the covariance has the wrong sign: two noises that agree make more "
                "noise than two that do not.",
                lambda alpha_s, alpha_t, rho: sqrt(
                    1 - alpha_s * alpha_t - 2 * rho * sqrt(alpha_t * (1 - alpha_s) * (1 - alpha_t))
                ),
            ),
            Mistake(
                "you added the weights of the two noises. That is right for rho = 1 "
                "alone. Add variances and twice the covariance, and take the root.",
                lambda alpha_s, alpha_t, rho: sqrt(alpha_t * (1 - alpha_s)) + sqrt(1 - alpha_t),
            ),
            Mistake(
                "the second step also shrinks the noise of the first: multiply its "
                "variance by alpha_t, and the covariance by the root of that.",
                lambda alpha_s, alpha_t, rho: sqrt(
                    2 - alpha_s - alpha_t + 2 * rho * sqrt((1 - alpha_s) * (1 - alpha_t))
                ),
            ),
            Mistake(
                "this is the weight of the picture, sqrt(alpha_s alpha_t).",
                lambda alpha_s, alpha_t, rho: sqrt(alpha_s * alpha_t),
            ),
        ),
    ),
    meaning=(
        "With rho = 0 it is the weight of (1-3). With any other, no single alpha does "
        "for both the picture and the noise: the closed form of the forward process "
        "needs fresh noise at every step."
    ),
    hints=(
        "Put the first equation into the second. Two noise terms appear, "
        "$\\sqrt{\\alpha_t}\\sqrt{1 - \\alpha_s}\\, \\epsilon_s$ and "
        "$\\sqrt{1 - \\alpha_t}\\, \\epsilon_t$. What is the variance of their sum?",
        "For two numbers of variance 1 and correlation $\\rho$, "
        "$\\mathrm{Var}[a\\epsilon_s + b\\epsilon_t] = a^2 + b^2 + 2\\rho ab$.",
    ),
    on_failure=(
        (
            "The square of the expected value.",
            "What you have is the variance. The weight in front of $\\epsilon$ is its root.",
        ),
        ("rho = 0.", "Then $w^2 = 1 - \\alpha_s\\alpha_t$ has to be left."),
        ("rho = 1.", "It is one noise then, and the two weights add up."),
        (
            "It shrinks the noise of the first.",
            "Write out $\\sqrt{\\alpha_t}\\,(\\sqrt{\\alpha_s}\\,x + "
            "\\sqrt{1 - \\alpha_s}\\,\\epsilon_s)$ and multiply both terms.",
        ),
    ),
    discussion=(
        "$x_t = \\sqrt{\\alpha_t\\alpha_s}\\,x + "
        "\\sqrt{\\alpha_t(1 - \\alpha_s)}\\,\\epsilon_s + "
        "\\sqrt{1 - \\alpha_t}\\,\\epsilon_t$. The two variances add up to "
        "$1 - \\alpha_s\\alpha_t$, as in (1-3), and twice the covariance comes on top. A "
        "jointly Gaussian pair has a Gaussian sum, so that its variance says everything. "
        "In code:"
    ),
)
