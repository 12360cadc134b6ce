"""Derive: how wide a cloud the encoder draws from, when it has to pay for precision."""

from random import Random

import sympy
from sympy import Expr, Rational, sqrt

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def best_width(a: Expr, w: Expr) -> Expr:
    """The s > 0 where a s^2 + w (m^2 + s^2 - 2 log s - 1) / 2 is smallest."""
    return sqrt(w / (2 * a + w))


def _point(random: Random) -> dict[str, Rational]:
    return {
        "a": Rational(random.randint(1500, 4000), 999),
        "w": Rational(random.randint(100, 2500), 997),
    }


EXERCISE = Exercise(
    name="width-of-a-cloud",
    number="2.1.2",
    title="How wide a cloud is",
    kind=Kind.DERIVE,
    chapter="2-1-autoencoder",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="width",
    stub=(
        "import sympy\n\n"
        'a, w = sympy.symbols("a w", positive=True)\n\n'
        "width = None  # an expression in a and w"
    ),
    solution=best_width,
    checker=FormulaChecker(
        solution=best_width,
        what="the width",
        domain=_point,
        mistakes=(
            Mistake(
                "this is the variance. Asked for is the standard deviation, s.",
                lambda a, w: w / (2 * a + w),
            ),
            Mistake(
                "a factor of 2 is missing. The square has one from its derivative; has "
                "the divergence a half in front of all its terms?",
                lambda a, w: sqrt(w / (a + w)),
            ),
            Mistake(
                "a counts twice here. Write down the derivative of each of the three terms.",
                lambda a, w: sqrt(w / (4 * a + w)),
            ),
            Mistake(
                "the divergence has a square of s as well, and you have only its logarithm. "
                "Let a be 0: what has s to be then?",
                lambda a, w: sqrt(w / (2 * a)),
            ),
            Mistake(
                "this is one over it. Should a cloud get wider when the decoder minds "
                "it more, so when a grows?",
                lambda a, w: sqrt((2 * a + w) / w),
            ),
            Mistake(
                "the squares of s have different signs here. Both grow with s, and "
                "the logarithm alone holds against them.",
                lambda a, w: sqrt(w / (2 * a - w)),
            ),
            Mistake(
                "w has changed places: it weighs the divergence here, and not the error of the "
                "decoder.",
                lambda a, w: sqrt(1 / (2 * a * w + 1)),
            ),
            Mistake(
                "the weight w is left out: this is right for w = 1 only.",
                lambda a, w: sqrt(1 / (2 * a + 1)),
            ),
            Mistake(
                "this is the log-variance, as the encoder gives it. Asked for is s.",
                lambda a, w: sympy.log(w / (2 * a + w)),
            ),
            Mistake(
                "the logarithm counts half here. In (2-4a) stands that of the "
                "variance, and log s^2 is 2 log s.",
                lambda a, w: sqrt(w / (2 * a + w) / 2),
            ),
        ),
    ),
    meaning=(
        "With w of a millionth it is the root of w / (2 a) wherever the pixels depend "
        "on the number at all: a hundred times smaller a weight, ten times narrower a "
        "cloud. Where they do not depend on it, a = 0, it is 1, and says nothing."
    ),
    hints=(
        "Write $s^2$ for $e^{\\ell}$ in (2-4a), add $a s^2$ to $w$ times that, and take "
        "the derivative with respect to $s$. What becomes of $m$?",
        "$2as + w\\,(s - 1/s)$ has to be 0. Multiply by $s$.",
    ),
    on_failure=(
        ("A factor of 2.", "The divergence has a half in front, and $\\ell = 2\\log s$."),
        ("a = 0.", "The decoder does not mind: what has the cheapest $s$ to be?"),
        ("a very large.", "The cloud has to shrink to nothing."),
    ),
    discussion=(
        "From $2as + w\\,(s - 1/s) = 0$ follows $s^2 = w/(2a + w)$; $m$ has fallen out. "
        "The second derivative, $2a + w + w/s^2$, is positive, so it is the smallest "
        "value. What the draw costs the decoder at this $s$, $as^2$, is less than "
        "$w/2$: with so small a weight the noise hardly blurs anything. In code:"
    ),
)
