"""Derive: after how many steps half of the variance is noise."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def steps_to_half(beta: Expr) -> Expr:
    """The t at which (1 - beta)^t = 1/2."""
    return sympy.log(2) / -sympy.log(1 - beta)


def _as_a_growth(beta: Expr) -> Expr:
    return sympy.log(2) / sympy.log(1 / (1 - beta))


def _beta(random: Random) -> dict[str, Rational]:
    return {"beta": Rational(random.randint(1, 900), 999)}


EXERCISE = Exercise(
    name="half-noise",
    number="1.1.4",
    title="The half-life of a picture",
    kind=Kind.DERIVE,
    chapter="1-1-forward",
    difficulty=2,
    importance=2,
    minutes=10,
    answer="half_time",
    stub=(
        "import sympy\n\n"
        'beta = sympy.symbols("beta", positive=True)\n\n'
        "half_time = None  # an expression in beta"
    ),
    solution=steps_to_half,
    checker=FormulaChecker(
        solution=steps_to_half,
        what="the number of steps",
        domain=_beta,
        forms=(_as_a_growth,),
        mistakes=(
            Mistake(
                "this is the limit for small beta, where log(1 - beta) is about -beta. "
                "Good to remember, but the question is for the exact number.",
                lambda beta: sympy.log(2) / beta,
            ),
            Mistake(
                "this is where sqrt(alpha_bar_t), the weight of the picture, is 1/2. "
                "Its square, the share of the variance, is 1/4 by then.",
                lambda beta: 2 * sympy.log(2) / -sympy.log(1 - beta),
            ),
            Mistake(
                "this is where alpha_bar_t squared is 1/2. The share of the picture in "
                "the variance is alpha_bar_t itself: no square is left to take.",
                lambda beta: sympy.log(2) / (-2 * sympy.log(1 - beta)),
            ),
            Mistake(
                "you added the variances of the noises as t beta = 1/2, but every step "
                "also shrinks the noise of the steps before.",
                lambda beta: 1 / (2 * beta),
            ),
            Mistake(
                "beta^t = 1/2 says that the noises multiply. What is multiplied at "
                "every step is the share of the picture, 1 - beta.",
                lambda beta: sympy.log(2) / -sympy.log(beta),
            ),
        ),
    ),
    meaning=(
        "For small beta it is about 0.69 / beta, the half-life of a decay: constant "
        "betas make noise of a picture as a radioactive sample decays."
    ),
    hints=(
        "With a constant $\\beta$ the product is a power: "
        "$\\bar\\alpha_t = (1 - \\beta)^t$. Which share of the variance of $x_t$ is "
        "noise, if the data has variance 1?",
        "The share is $1 - \\bar\\alpha_t$, so $(1 - \\beta)^t = \\frac12$. Take "
        "logarithms and solve for $t$. In sympy the natural logarithm is `sympy.log`.",
    ),
    on_failure=(
        (
            "The opposite sign.",
            "$\\ln(1 - \\beta)$ is negative, and so is $\\ln\\frac12$. A number of "
            "steps is positive.",
        ),
        (
            "The weight of the picture is 1/2.",
            "*Half the variance* is a statement on $\\bar\\alpha_t$, not on its root.",
        ),
        (
            "A constant factor.",
            "Is one of the logarithms to another base? `sympy.log(x, 2)` is to base 2.",
        ),
    ),
    discussion=(
        "$x_t = \\sqrt{\\bar\\alpha_t}\\,x_0 + \\sqrt{1 - \\bar\\alpha_t}\\,z$ has "
        "variance $\\bar\\alpha_t + (1 - \\bar\\alpha_t) = 1$, and half of it is noise "
        "when $(1 - \\beta)^t = \\frac12$, so at $t = \\ln 2 / (-\\ln(1 - \\beta))$."
    ),
)
