"""Derive: the noise of two steps as the noise of one (1-3)."""

from random import Random

import sympy
from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def merged_weight(alpha_s: Expr, alpha_t: Expr) -> Expr:
    """The weight of the one noise that replaces the noises of two steps."""
    variance = alpha_t * (1 - alpha_s) + (1 - alpha_t)
    return sympy.sqrt(sympy.expand(variance))


def _two_alphas(random: Random) -> dict[str, Rational]:
    names = ("alpha_s", "alpha_t")
    return {name: Rational(random.randint(1, 998), 999) for name in names}


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
        'alpha_s, alpha_t = sympy.symbols("alpha_s alpha_t", positive=True)\n\n'
        "noise_weight = None  # an expression in alpha_s and alpha_t"
    ),
    solution=merged_weight,
    checker=FormulaChecker(
        solution=merged_weight,
        what="the noise weight",
        domain=_two_alphas,
        mistakes=(
            Mistake(
                "you added the weights of the two noises. Independent noises add in "
                "their variances: square each weight, add, and take the root.",
                lambda alpha_s, alpha_t: (
                    sympy.sqrt(alpha_t * (1 - alpha_s)) + sympy.sqrt(1 - alpha_t)
                ),
            ),
            Mistake(
                "you added the two variances as they were made, but the second step "
                "also shrinks the noise of the first: multiply that one by alpha_t.",
                lambda alpha_s, alpha_t: sympy.sqrt(2 - alpha_s - alpha_t),
            ),
            Mistake(
                "this is the weight of the picture, sqrt(alpha_s alpha_t).",
                lambda alpha_s, alpha_t: sympy.sqrt(alpha_s * alpha_t),
            ),
            Mistake(
                "the second step shrinks the noise of the first by sqrt(alpha_t), and "
                "so its variance by alpha_t, without a root.",
                lambda alpha_s, alpha_t: sympy.sqrt(
                    sympy.sqrt(alpha_t) * (1 - alpha_s) + 1 - alpha_t
                ),
            ),
        ),
    ),
    meaning=(
        "Two noisy steps are one step with alpha = alpha_s alpha_t. Applied again and "
        "again, this gives the jump from x_0 to any x_t."
    ),
    hints=(
        "Put the first equation into the second. Two noise terms appear, "
        "$\\sqrt{\\alpha_t}\\sqrt{1 - \\alpha_s}\\, z_s$ and "
        "$\\sqrt{1 - \\alpha_t}\\, z_t$. They are independent.",
        "If $z_s$ and $z_t$ are independent standard normal, $a z_s + b z_t$ is normal "
        "with variance $a^2 + b^2$, so it is distributed as $\\sqrt{a^2 + b^2}\\, z$.",
    ),
    on_failure=(
        (
            "The square of the expected value.",
            "$1 - \\alpha_s\\alpha_t$ is the variance. The weight in front of $z$ is "
            "its root.",
        ),
        (
            "You added the weights.",
            "That would be right if the *same* noise were used twice.",
        ),
        (
            "It shrinks the noise of the first.",
            "Write out $\\sqrt{\\alpha_t}\\,(\\sqrt{\\alpha_s}\\,x + "
            "\\sqrt{1 - \\alpha_s}\\,z_s)$ and multiply both terms.",
        ),
    ),
    discussion=(
        "$x_t = \\sqrt{\\alpha_t\\alpha_s}\\,x + "
        "\\sqrt{\\alpha_t(1 - \\alpha_s)}\\,z_s + \\sqrt{1 - \\alpha_t}\\,z_t$. "
        "The variances of the two independent noises add: "
        "$\\alpha_t - \\alpha_t\\alpha_s + 1 - \\alpha_t = "
        "1 - \\alpha_s\\alpha_t$. The weight of one noise with that variance is its "
        "root."
    ),
)
