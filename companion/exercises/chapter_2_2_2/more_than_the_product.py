"""Derive: the rate of whole captions where some pictures fail altogether."""

from random import Random

from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def whole_captions(p: Expr, f: Expr, n: Expr) -> Expr:
    """The share of whole captions of n words, if f of the pictures keep no word."""
    return (1 - f) * (p / (1 - f)) ** n


def _in_one_power(p: Expr, f: Expr, n: Expr) -> Expr:
    return p**n / (1 - f) ** (n - 1)


def _point(random: Random) -> dict[str, Rational]:
    return {
        "p": Rational(random.randint(450, 700), 997),
        "f": Rational(random.randint(50, 280), 997),
        "n": Rational(random.randint(2, 7)),
    }


EXERCISE = Exercise(
    name="more-than-the-product",
    number="2.2.2.2",
    title="More than the product",
    kind=Kind.DERIVE,
    chapter="2-2-2-words",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="whole",
    stub=(
        "import sympy\n\n"
        'p, f, n = sympy.symbols("p f n", positive=True)\n\n'
        "whole = None  # an expression in p, f and n"
    ),
    solution=whole_captions,
    checker=FormulaChecker(
        solution=whole_captions,
        what="the share",
        domain=_point,
        forms=(_in_one_power,),
        mistakes=(
            Mistake(
                "this takes the words for independent over *all* pictures. They fail together in "
                "the share f.",
                lambda p, f, n: p**n,
            ),
            Mistake(
                "p is measured over all pictures. Among those that are not lost a word is kept "
                "more often than that: how often?",
                lambda p, f, n: (1 - f) * p**n,
            ),
            Mistake(
                "this is the share among the pictures that are not lost. Asked is that of all.",
                lambda p, f, n: (p / (1 - f)) ** n,
            ),
            Mistake(
                "the rate among the pictures that are not lost is p divided by their share, for "
                "each of the n words and not for one of them.",
                lambda p, f, n: p**n / (1 - f),
            ),
            Mistake(
                "this is the rate of one word. The caption has n of them.",
                lambda p, f, n: p,
            ),
            Mistake(
                "the lost pictures keep no word, so nothing is taken from p: it is already the "
                "rate of words that are kept.",
                lambda p, f, n: (1 - f) * ((p - f) / (1 - f)) ** n,
            ),
            Mistake(
                "the rate among the pictures that are not lost is *higher* than p. Is it p times "
                "their share, or p divided by it?",
                lambda p, f, n: (1 - f) * (p * (1 - f)) ** n,
            ),
            Mistake(
                "here the lost pictures count as whole. They keep no word.",
                lambda p, f, n: f + (1 - f) * (p / (1 - f)) ** n,
            ),
            Mistake(
                "here f is the share of the pictures that are *not* lost.",
                lambda p, f, n: f * (p / f) ** n,
            ),
        ),
    ),
    meaning=(
        "It is above p^n, by one factor 1 - f less for each word beyond the first. So measured "
        "whole captions lie above the product where errors come together."
    ),
    hints=(
        "Let r be the rate of a word among the pictures that are not lost. What is p, in r and f?",
        "Of all pictures a share $1 - f$ is not lost, and of those $r^n$ are whole.",
    ),
    on_failure=(
        ("f = 0.", "Then all words are independent: is your expression $p^n$?"),
        ("n = 1.", "Then a whole caption is one word: is your expression p?"),
    ),
    discussion=(
        "Over all pictures $p = (1 - f)\\,r$, so $r = p/(1-f)$. Whole is what is not lost and "
        "keeps n words, $(1-f)\\,r^n = p^n/(1-f)^{n-1}$. A curve of whole captions above the "
        "product says so much: some pictures fail altogether. In code:"
    ),
)
