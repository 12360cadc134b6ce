"""Derive: the guided guess of the clean data where only two values are possible."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def _mean(x_t: Expr, ab_t: Expr) -> Expr:
    """E[x_0 | x_t] of the coin of exercise 1.4.2."""
    return sympy.tanh(sympy.sqrt(ab_t) * x_t / (1 - ab_t))


def guided_coin(x_t: Expr, ab_t: Expr, s: Expr) -> Expr:
    """The guided guess of x_0 = -1 or 1 where the condition says that it is 1."""
    return s + (1 - s) * sympy.tanh(sympy.sqrt(ab_t) * x_t / (1 - ab_t))


def _on_the_line(x_t: Expr, ab_t: Expr, s: Expr) -> Expr:
    a = sympy.sqrt(ab_t) * x_t / (1 - ab_t)
    return sympy.tanh(a) + s * (1 - sympy.tanh(a))


def _point(random: Random) -> dict[str, Rational]:
    return {
        "x_t": Rational(random.randint(-1500, 1500), 999),
        "ab_t": Rational(random.randint(50, 900), 999),
        "s": Rational(random.randint(1100, 4900), 999),
    }


EXERCISE = Exercise(
    name="guess-outside",
    number="2.2.1.2",
    title="A guess that no coin shows",
    kind=Kind.DERIVE,
    chapter="2-2-1-guidance",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="guess",
    stub=(
        "import sympy\n\n"
        'x_t, s = sympy.symbols("x_t s", real=True)\n'
        'ab_t = sympy.symbols("ab_t", positive=True)\n\n'
        "guess = None  # an expression in x_t, ab_t and s"
    ),
    solution=guided_coin,
    checker=FormulaChecker(
        solution=guided_coin,
        what="the guess",
        domain=_point,
        forms=(_on_the_line,),
        mistakes=(
            Mistake(
                "this is the scale w: at s = 1 it has to be the guess with the condition, which "
                "is 1.",
                lambda x_t, ab_t, s: 1 + s * (1 - _mean(x_t, ab_t)),
            ),
            Mistake(
                "this leads away from the condition: a sign is wrong.",
                lambda x_t, ab_t, s: _mean(x_t, ab_t) - s * (1 - _mean(x_t, ab_t)),
            ),
            Mistake(
                "the two guesses have changed places: at s = 0 the condition has to be gone.",
                lambda x_t, ab_t, s: 1 + s * (_mean(x_t, ab_t) - 1),
            ),
            Mistake(
                "this is the guess without the condition; s does nothing in it.",
                lambda x_t, ab_t, s: _mean(x_t, ab_t),
            ),
            Mistake(
                "this holds for x_t = 0 only, where the guess without the condition is 0.",
                lambda x_t, ab_t, s: s,
            ),
            Mistake(
                "the guess without the condition is a *mean* of -1 and 1, and not the probability "
                "of 1.",
                lambda x_t, ab_t, s: s + (1 - s) * (1 + _mean(x_t, ab_t)) / 2,
            ),
            Mistake(
                "this tilts the *weights* of the two values, as if the data were those of the "
                "tilted density. Guidance mixes two guesses.",
                lambda x_t, ab_t, s: sympy.tanh(
                    sympy.sqrt(ab_t) * x_t / (1 - ab_t) + s * sympy.sqrt(ab_t)
                ),
            ),
            Mistake(
                "the root of ab_t is missing in the guess without the condition.",
                lambda x_t, ab_t, s: s + (1 - s) * sympy.tanh(ab_t * x_t / (1 - ab_t)),
            ),
        ),
    ),
    meaning=(
        "For every scale above 1 it is above 1, a value that the data never take, and the further "
        "the more noise there is."
    ),
    hints=(
        "The guess of x_0 is mixed as the noise is. So you need two guesses: with the condition "
        "and without it.",
        "With the condition there is nothing to guess, x_0 is 1. Without it, take the answer of "
        "exercise 1.4.2.",
    ),
    on_failure=(
        ("w for s.", "s = 1 is no guidance, s = 0 is no condition."),
        ("A sign.", "Let x_t be 0: the guess should be s."),
        ("The root.", "At time t the two values have shrunk to +-sqrt(ab_t)."),
    ),
    discussion=(
        "With the condition the guess is 1, without it $\\tanh$ of exercise 1.4.2. The guided "
        "guess lies on the line through both, $s$ times as far. In code:"
    ),
)
