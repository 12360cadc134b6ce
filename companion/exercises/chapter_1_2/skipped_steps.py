"""Explore: where the posterior of skipped steps leans on x_0 as much as on x_t."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def balance(ab_t: Expr) -> Expr:
    """The alpha_bar_s at which x_0 and x_t have the same weight."""
    return sympy.sqrt(ab_t)


def _domain(random: Random) -> dict[str, Rational]:
    return {"ab_t": Rational(random.randint(1, 998), 999)}


EXERCISE = Exercise(
    name="skipped-steps",
    number="1.2.6",
    title="The middle of a long step back",
    kind=Kind.EXPLORE,
    chapter="1-2-posterior",
    difficulty=3,
    importance=2,
    minutes=25,
    answer="rule",
    stub=(
        "import sympy\n\n"
        'ab_t = sympy.symbols("ab_t", positive=True)\n\n'
        "rule = None  # alpha_bar_s at the balance, an expression in ab_t"
    ),
    solution=balance,
    checker=FormulaChecker(
        solution=balance,
        what="the rule",
        domain=_domain,
        mistakes=(
            Mistake(
                "this is the arithmetic middle of alpha_bar_0 = 1 and alpha_bar_t. "
                "Close for a short step, but compare it for a t near T.",
                lambda ab_t: (1 + ab_t) / 2,
            ),
            Mistake(
                "this is alpha_bar_t itself, so s = t: no step back at all.",
                lambda ab_t: ab_t,
            ),
            Mistake(
                "half of alpha_bar_t would be a time after t. You look for an s "
                "before it, so alpha_bar_s is between alpha_bar_t and 1.",
                lambda ab_t: ab_t / 2,
            ),
            Mistake(
                "the balance is not at one place for all t: try two different t.",
                lambda ab_t: sympy.Rational(1, 2) + 0 * ab_t,
            ),
            Mistake(
                "this is the harmonic mean of alpha_bar_0 = 1 and alpha_bar_t. There "
                "is another mean between it and the arithmetic one.",
                lambda ab_t: 2 * ab_t / (1 + ab_t),
            ),
        ),
    ),
    meaning=(
        "The balance is the geometric mean of alpha_bar_0 = 1 and alpha_bar_t, and it "
        "is also where the posterior is widest."
    ),
    hints=(
        "Take `cosine(1000)` and $t = 800$. For each $s$ from 0 to 799 compute the two "
        "weights of (1-11a) and the standard deviation, and plot the three. At which "
        "$\\bar\\alpha_s$ do the weights cross? Repeat for other $t$ and print the "
        "crossing beside $\\bar\\alpha_t$.",
        "Set the weights equal: "
        "$\\sqrt{\\bar\\alpha_s}(1 - \\alpha) = \\sqrt{\\alpha}(1 - \\bar\\alpha_s)$ "
        "with $\\alpha = \\bar\\alpha_t / \\bar\\alpha_s$. Multiply by "
        "$\\sqrt{\\bar\\alpha_s}$ and solve for $\\bar\\alpha_s$.",
    ),
    on_failure=(
        (
            "The arithmetic middle.",
            "Try $\\bar\\alpha_t = 0.01$: the crossing is near 0.1.",
        ),
        (
            "No step back at all.",
            "Close to $s = t$ the weight of $x_t$ is nearly 1 and that of $x_0$ "
            "nearly 0. They cross further back.",
        ),
        (
            "The balance is not at one place.",
            "Plot the crossing against $\\bar\\alpha_t$, on logarithmic axes.",
        ),
    ),
    discussion=(
        "A sample answer. For $s$ close to $t$ the posterior stays near $x_t$; for $s$ "
        "close to 0 it is drawn to $x_0$; at both ends it is sharp, because one of the "
        "two nearly says it all. In between the weights cross. Setting them equal "
        "gives $\\bar\\alpha_s - \\bar\\alpha_t = \\sqrt{\\bar\\alpha_t}"
        "(1 - \\bar\\alpha_s)$, so $\\bar\\alpha_s (1 + \\sqrt{\\bar\\alpha_t}) = "
        "\\sqrt{\\bar\\alpha_t}(1 + \\sqrt{\\bar\\alpha_t})$, and the rule follows. "
        "The variance is proportional to "
        "$(1 - \\bar\\alpha_s)(1 - \\bar\\alpha_t/\\bar\\alpha_s)$, whose derivative "
        "vanishes at the same $\\bar\\alpha_s$. Of all jumps back from "
        "$t$, the one that ends at the balance adds the most noise, and the one that "
        "ends at 0 adds none."
    ),
)
