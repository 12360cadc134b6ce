"""Derive: the best guess where only two values are possible."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def mean_of_two(x_t: Expr, ab_t: Expr) -> Expr:
    """E[x_0 | x_t] for x_0 = -1 or 1, each with probability 1/2."""
    return sympy.tanh(sympy.sqrt(ab_t) * x_t / (1 - ab_t))


def _from_the_densities(x_t: Expr, ab_t: Expr) -> Expr:
    a = sympy.sqrt(ab_t) * x_t / (1 - ab_t)
    return (sympy.exp(a) - sympy.exp(-a)) / (sympy.exp(a) + sympy.exp(-a))


def _from_the_probability(x_t: Expr, ab_t: Expr) -> Expr:
    return 2 / (1 + sympy.exp(-2 * sympy.sqrt(ab_t) * x_t / (1 - ab_t))) - 1


def _point(random: Random) -> dict[str, Rational]:
    return {
        "x_t": Rational(random.randint(-1500, 1500), 999),
        "ab_t": Rational(random.randint(50, 900), 999),
    }


EXERCISE = Exercise(
    name="mean-of-two",
    number="1.4.2",
    title="A coin under noise",
    kind=Kind.DERIVE,
    chapter="1-4-why-many-steps",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="guess",
    stub=(
        "import sympy\n\n"
        'x_t = sympy.symbols("x_t", real=True)\n'
        'ab_t = sympy.symbols("ab_t", positive=True)\n\n'
        "guess = None  # an expression in x_t and ab_t"
    ),
    solution=mean_of_two,
    checker=FormulaChecker(
        solution=mean_of_two,
        what="the guess",
        domain=_point,
        forms=(_from_the_densities, _from_the_probability),
        mistakes=(
            Mistake(
                "the root of ab_t is missing: x_t is around +-sqrt(ab_t), not +-ab_t.",
                lambda x_t, ab_t: sympy.tanh(ab_t * x_t / (1 - ab_t)),
            ),
            Mistake(
                "in the exponent of a normal density stands the variance, 1 - ab_t, not its root.",
                lambda x_t, ab_t: sympy.tanh(sympy.sqrt(ab_t) * x_t / sympy.sqrt(1 - ab_t)),
            ),
            Mistake(
                "a factor 2 too many. tanh(a) is made of e^a and e^-a, which differ by 2a "
                "in the exponent: what is your a?",
                lambda x_t, ab_t: sympy.tanh(2 * sympy.sqrt(ab_t) * x_t / (1 - ab_t)),
            ),
            Mistake(
                "this is the *probability* that x_0 is 1. The mean counts the other side as -1.",
                lambda x_t, ab_t: 1 / (1 + sympy.exp(-2 * sympy.sqrt(ab_t) * x_t / (1 - ab_t))),
            ),
            Mistake(
                "a factor 2 is missing. A normal density has 2 (1 - ab_t) below its "
                "square, and the square has a mixed term of 2 sqrt(ab_t) x_t.",
                lambda x_t, ab_t: sympy.tanh(sympy.sqrt(ab_t) * x_t / (2 * (1 - ab_t))),
            ),
            Mistake(
                "this thinks the noise away: it is x_0 only if there is none, and it may "
                "be far outside -1 and 1, between which every mean of the two lies.",
                lambda x_t, ab_t: x_t / sympy.sqrt(ab_t),
            ),
            Mistake(
                "this would be right for Gaussian data of variance 1. Here there are two "
                "values only.",
                lambda x_t, ab_t: sympy.sqrt(ab_t) * x_t,
            ),
        ),
    ),
    meaning=(
        "With much noise it is nearly 0, a value that the data never take; with little, "
        "nearly -1 or 1. The way between is what the steps are for."
    ),
    hints=(
        "By Bayes' rule the two values weigh as the densities "
        "$\\mathcal N(x_t; \\pm\\sqrt{\\bar\\alpha_t}, 1-\\bar\\alpha_t)$. The mean is "
        "(one weight minus the other) over their sum.",
        "What the two weights have in common cancels. Left are $e^{a}$ and $e^{-a}$ with "
        "$a = \\sqrt{\\bar\\alpha_t}\\,x_t/(1-\\bar\\alpha_t)$, and "
        "$(e^a - e^{-a})/(e^a + e^{-a})$ has a name.",
    ),
    on_failure=(
        ("The root.", "At time $t$ the two values have shrunk to $\\pm\\sqrt{\\bar\\alpha_t}$."),
        ("A probability.", "Let $x_t$ be 0: the mean of $-1$ and $1$ is 0."),
        ("A factor 2.", "Write both exponents out and subtract them."),
    ),
    discussion=(
        "The squares $x_t^2$ and $\\bar\\alpha_t$ in the exponents are the same for both "
        "values and cancel; the mixed term has the sign of the value. In code:"
    ),
)
