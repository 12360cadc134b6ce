"""Explore: how far back averaged weights remember."""

from random import Random

from sympy import Expr, Rational, log

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def mean_age(keep: Expr) -> Expr:
    """The mean age in steps of what is in the average, the newest of age 0."""
    return keep / (1 - keep)


def _from_the_sum(keep: Expr) -> Expr:
    return 1 / (1 - keep) - 1


def _keep(random: Random) -> dict[str, Rational]:
    return {"keep": Rational(random.randint(1, 998), 999)}


EXERCISE = Exercise(
    name="average-memory",
    number="1.3.5",
    title="How far back an average remembers",
    kind=Kind.EXPLORE,
    chapter="1-3-training",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="age",
    stub=(
        "import sympy\n\n"
        'keep = sympy.symbols("keep", positive=True)\n\n'
        "age = None  # the mean age in steps, an expression in keep"
    ),
    solution=mean_age,
    checker=FormulaChecker(
        solution=mean_age,
        what="the mean age",
        domain=_keep,
        forms=(_from_the_sum,),
        mistakes=(
            Mistake(
                "this counts the newest weights as one step old. They have age 0.",
                lambda keep: 1 / (1 - keep),
            ),
            Mistake(
                "this is the age by which half is forgotten. It is a good answer to "
                "another question: the mean age is 1.44 times as much, for keep near 1.",
                lambda keep: log(Rational(1, 2)) / log(keep),
            ),
            Mistake(
                "this is how much of the newest weights comes in at each step.",
                lambda keep: 1 - keep,
            ),
            Mistake(
                "this is the age by which the share has fallen to 1/e. For keep near 1 it "
                "is near the mean age, but it is not equal to it.",
                lambda keep: -1 / log(keep),
            ),
            Mistake(
                "this is the *span*: the length of the plain mean of the last weights "
                "that is as old. The age of such a mean is half of its length less one.",
                lambda keep: (1 + keep) / (1 - keep),
            ),
            Mistake(
                "this is the sum of k keep^k. The shares are (1 - keep) keep^k: a factor "
                "1 - keep is missing.",
                lambda keep: keep / (1 - keep) ** 2,
            ),
            Mistake(
                "this is the share of the weights of one step ago, not an age.",
                lambda keep: keep * (1 - keep),
            ),
        ),
    ),
    meaning="At 0.995 the average is about 200 steps behind, at 0.9999 about 10,000.",
    hints=(
        "Write the average out: the weights of $k$ steps ago have the share "
        "$(1 - \\text{keep})\\,\\text{keep}^k$. Plot the shares for 0.9, 0.99 and 0.999, "
        "and add them up.",
        "The mean age is $\\sum_k k\\,(1-\\text{keep})\\,\\text{keep}^k$. You know the "
        "sum of $\\text{keep}^k$; differentiate it.",
    ),
    on_failure=(
        ("One step old.", "Try `keep = 0`: nothing old is left, so the age is 0."),
        ("Half is forgotten.", "The question is for the mean."),
        ("Anything else.", "At `keep = 0.5` the mean age is 1."),
    ),
    discussion=(
        "A sample answer. The shares fall by the factor keep from step to step and add up "
        "to 1; their mean is keep / (1 - keep). Beside one run of 900 steps (seed 0, the "
        "Fréchet distance of 1000 samples with 50 ancestral steps, `bench/answers.py`): the "
        "network itself 2.9, an average with 0.9 the same, with 0.99 2.8, with 0.995 3.2, "
        "with 0.999 24. "
        "Of the last, $0.999^{900}$, 41 per cent, are still the random weights of the "
        "beginning; that is why the loop starts with a shorter memory. And the gain is "
        "small here because the rate falls to 0, which calms the network already. A rule "
        "of thumb is a mean age of a tenth of the run. In code:"
    ),
)
