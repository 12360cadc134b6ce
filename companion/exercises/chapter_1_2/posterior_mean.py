"""Derive: the mean of the posterior, by completing the square (1-11a)."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def posterior_mean(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    """The mean of q(x_s | x_t, x_0): the centre of the completed square."""
    alpha = ab_t / ab_s
    a = alpha / (1 - alpha) + 1 / (1 - ab_s)
    b = sympy.sqrt(alpha) * xt / (1 - alpha) + sympy.sqrt(ab_s) * x0 / (1 - ab_s)
    return b / a


def _two_weights(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    on_x0 = sympy.sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    on_xt = sympy.sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    return on_x0 * x0 + on_xt * xt


def _one_fraction(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    on_x0, on_xt = sympy.sqrt(ab_s) * (1 - alpha), sympy.sqrt(alpha) * (1 - ab_s)
    return (on_x0 * x0 + on_xt * xt) / (1 - ab_t)


def _domain(random: Random) -> dict[str, Rational]:
    low, high = sorted(random.sample(range(1, 998), 2))
    point = {"xt": random.randint(-200, 200), "x0": random.randint(-100, 100)}
    point = {name: Rational(value, 100) for name, value in point.items()}
    return point | {"ab_s": Rational(high, 999), "ab_t": Rational(low, 999)}


def _printed(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    on_x0 = sympy.sqrt(ab_s * (1 - alpha)) / (1 - ab_t)
    return on_x0 * x0 + sympy.sqrt(alpha) * (1 - ab_s) / (1 - ab_t) * xt


def _not_divided(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    return sympy.sqrt(alpha) * xt / (1 - alpha) + sympy.sqrt(ab_s) * x0 / (1 - ab_s)


def _nothing_under(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    return posterior_mean(xt, x0, ab_s, ab_t) * (1 - ab_t)


def _no_roots(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    return (ab_s * (1 - alpha) * x0 + alpha * (1 - ab_s) * xt) / (1 - ab_t)


def _weights_swapped(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    return posterior_mean(x0, xt, ab_s, ab_t)


def _by_variances(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    alpha = ab_t / ab_s
    return (sympy.sqrt(alpha) * xt * (1 - alpha) + sympy.sqrt(ab_s) * x0 * (1 - ab_s)) / (
        1 - alpha + 1 - ab_s
    )


def _prior_only(xt: Expr, x0: Expr, ab_s: Expr, ab_t: Expr) -> Expr:
    return sympy.sqrt(ab_s) * x0 + 0 * xt * ab_t


EXERCISE = Exercise(
    name="posterior-mean",
    number="1.2.2",
    title="The mean, by completing the square",
    kind=Kind.DERIVE,
    chapter="1-2-posterior",
    difficulty=2,
    importance=3,
    minutes=25,
    answer="posterior_mean",
    stub=(
        "import sympy\n\n"
        'xt, x0 = sympy.symbols("xt x0", real=True)\n'
        "ab_s, ab_t, alpha, beta = sympy.symbols(\n"
        '    "ab_s ab_t alpha beta", positive=True\n'
        ")\n\n"
        "posterior_mean = None  # an expression in the symbols above"
    ),
    solution=posterior_mean,
    checker=FormulaChecker(
        solution=posterior_mean,
        what="the mean",
        domain=_domain,
        forms=(_two_weights, _one_fraction),
        given={"alpha": "ab_t / ab_s", "beta": "1 - ab_t / ab_s"},
        mistakes=(
            Mistake(
                "this is the article's printed 1-11, with beta under the root in front "
                "of x_0. Only alpha_bar_s belongs there.",
                _printed,
            ),
            Mistake(
                "this is the coefficient b of the linear term. The centre of "
                "-(a x^2 - 2 b x)/2 is b / a: divide by a.",
                _not_divided,
            ),
            Mistake(
                "both weights are right but for what stands under them. With ab_s = 1 "
                "the mean has to be x_0: what is in front of x_0 there?",
                _nothing_under,
            ),
            Mistake(
                "the two roots are missing: x_s is centred at sqrt(ab_s) x_0 and x_t "
                "at sqrt(alpha) x_s.",
                _no_roots,
            ),
            Mistake("x_0 and x_t have changed places.", _weights_swapped),
            Mistake(
                "you weighted each term by its variance. The sharper Gaussian says "
                "more: the weights are one over the variances, and the likelihood's "
                "sees x_s through the factor sqrt(alpha).",
                _by_variances,
            ),
            Mistake(
                "this is the mean of x_s given x_0 alone: x_t has been left out.",
                _prior_only,
            ),
        ),
    ),
    meaning=(
        "This is (1-11a), and with s = t - 1 the mean of (1-11), as it should have been printed."
    ),
    hints=(
        "In the exponent of $q(x_t \\mid x_s)\\,q(x_s \\mid x_0)$ collect the terms by "
        "powers of $x_s$: $-\\frac12 (a\\,x_s^2 - 2 b\\,x_s + c)$. What are $a$ and "
        "$b$? The constant $c$ does not matter for the mean.",
        "$a = \\frac{\\alpha}{1 - \\alpha} + \\frac{1}{1 - \\bar\\alpha_s}$ and "
        "$b = \\frac{\\sqrt{\\alpha}\\,x_t}{1 - \\alpha} + "
        "\\frac{\\sqrt{\\bar\\alpha_s}\\,x_0}{1 - \\bar\\alpha_s}$. "
        "Now $a x^2 - 2 b x = a (x - b/a)^2 - b^2/a$.",
    ),
    on_failure=(
        (
            "This is the printed 1-11.",
            "At $s = 0$ the coefficient of $x_0$ has to be 1. With $\\beta$ under the "
            "root it is $1/\\sqrt{\\beta}$ there.",
        ),
        (
            "The coefficient b of the linear term.",
            "The variance is $1/a$, the mean is $b/a$.",
        ),
        (
            "A symbol that is not expected.",
            "Use the symbols of the cell: the check knows that `alpha` is "
            "`ab_t / ab_s` and `beta` is `1 - alpha`.",
        ),
    ),
    discussion=(
        "With $a$ and $b$ of hint 2, up to a constant,\n\n"
        "$$\n\\begin{aligned}\n-\\tfrac12(a x_s^2 - 2 b x_s) &= "
        "-\\tfrac a2 (x_s - b/a)^2, \\\\\n"
        "a &= \\frac{1 - \\bar\\alpha_t}{(1 - \\alpha)(1 - \\bar\\alpha_s)},\n"
        "\\end{aligned}\n$$\n\n"
        "so the mean $b/a$ is "
        "$\\frac{\\sqrt{\\bar\\alpha_s}(1 - \\alpha)}{1 - \\bar\\alpha_t} x_0 + "
        "\\frac{\\sqrt{\\alpha}(1 - \\bar\\alpha_s)}{1 - \\bar\\alpha_t} x_t$. The "
        "check takes it in any form:"
    ),
)
