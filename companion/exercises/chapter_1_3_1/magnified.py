"""Predict: what an error in the noise is worth as an error in the picture."""

import math

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake

ERROR, AB = 0.1, 1 / 26


def error_in_x0() -> float:
    """The error of the noise over the root of the signal-to-noise ratio."""
    return ERROR / math.sqrt(AB / (1 - AB))


EXERCISE = Exercise(
    name="magnified",
    number="1.3.1.1",
    title="A small error, magnified",
    kind=Kind.PREDICT,
    chapter="1-3-1-what-to-predict",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="error",
    stub="error = None  # a number",
    solution=error_in_x0,
    checker=NumberChecker(
        solution=error_in_x0,
        tolerance=0.004,
        mistakes=(
            Mistake(
                "this is the other way round: an error of 0.1 in the picture, as an "
                "error in the noise.",
                lambda: ERROR * math.sqrt(AB / (1 - AB)),
            ),
            Mistake(
                "the root is missing. (1-12c) is about squares of errors.",
                lambda: ERROR / (AB / (1 - AB)),
            ),
            Mistake(
                "this would be so if the picture had in x_t the weight that the noise "
                "has. It has far less.",
                lambda: ERROR,
            ),
            Mistake(
                "this divides by the root of alpha_bar alone. The noise has a weight in "
                "x_t as well.",
                lambda: ERROR / math.sqrt(AB),
            ),
            Mistake(
                "two slips: this divides by alpha_bar. The noise has a weight in x_t as "
                "well, and a root is missing.",
                lambda: ERROR / AB,
            ),
            Mistake(
                "this divides by the weight of the noise. The error of the noise is "
                "multiplied by that weight, and divided by the weight of the picture.",
                lambda: ERROR / math.sqrt(1 - AB),
            ),
            Mistake(
                "two slips: this is the other way round, and a root is missing. (1-12c) "
                "is about squares of errors.",
                lambda: ERROR * AB / (1 - AB),
            ),
        ),
    ),
    meaning="Half of the way from grey to white, from an error of a tenth.",
    hints=(
        "$x_t$ is known exactly. If the noise in it is taken for 0.1 too much, what is "
        "left for the picture?",
        "(1-12c): the squares of both errors differ by the factor "
        "$\\mathrm{SNR} = \\bar\\alpha_t / (1 - \\bar\\alpha_t)$, here $1/25$.",
    ),
    on_failure=(
        ("The other way round.", "At low SNR, which of the two is easy to know?"),
        ("The root is missing.", "Errors, not their squares."),
        ("Something near 0.51.", "Both have a weight: $\\sqrt{\\bar\\alpha_t}$, and?"),
    ),
    discussion=(
        "The SNR is 1/25, its root 1/5, and the error of the noise over it 0.5. Still "
        "nearer to $t = T$ nothing is left to divide by. In code:"
    ),
)
