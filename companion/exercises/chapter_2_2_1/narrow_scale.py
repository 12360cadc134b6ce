"""Predict: at which scale guided samples of two Gaussians are as narrow as asked."""

from math import log

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake

ALL, CLASS = 4.0, 1.0  # the variances of all data and of the class


def scale_for(std: float = 0.125, *, power: int = 2) -> float:
    """The scale at which C^(1-s) c^s is the standard deviation to this power."""
    return log(std**power / ALL) / log(CLASS / ALL)


def _of_the_tilted_density(std: float = 0.125) -> float:
    """The scale at which 1 / ((1-s)/C + s/c) is the square."""
    return (1 / std**2 - 1 / ALL) / (1 / CLASS - 1 / ALL)


EXERCISE = Exercise(
    name="narrow-scale",
    number="2.2.1.1",
    title="How narrow",
    kind=Kind.PREDICT,
    chapter="2-2-1-guidance",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="scale",
    stub="scale = None  # a number",
    solution=scale_for,
    checker=NumberChecker(
        solution=scale_for,
        tolerance=0.05,
        mistakes=(
            Mistake(
                "this is w, which counts from the condition. The scale of this book is 1 + w.",
                lambda: scale_for() - 1,
            ),
            Mistake(
                "this is the scale at which the *variance* is 1/8. A standard deviation is asked.",
                lambda: scale_for(power=1),
            ),
            Mistake(
                "this is the scale at which the *tilted density* is so narrow. The samples "
                "get there much sooner.",
                _of_the_tilted_density,
            ),
            Mistake(
                "this takes the variance to halve with each unit of the scale. By which factor do "
                "the two variances of the exercise differ?",
                lambda: 7.0,
            ),
            Mistake(
                "a step too many: at a scale of 1 the samples are those of the class, with "
                "standard deviation 1.",
                lambda: scale_for() + 1,
            ),
        ),
    ),
    meaning="The tilted density is that narrow only at a scale of 85.",
    hints=(
        "By what is the variance multiplied when the scale grows by 1?",
        "At a scale of 1 the variance is 1. At which one is it $1/64$?",
    ),
    on_failure=(
        ("The variance.", "The square of 1/8."),
        ("w.", "1 is no guidance."),
        ("The tilted density.", "The samples follow (2-9f), and not (2-9e)."),
    ),
    discussion=(
        "Each unit of the scale multiplies the variance by $c / C = 1/4$ and the standard "
        "deviation by one half. From 1 at $s = 1$ three halvings lead to 1/8. In code:"
    ),
)
