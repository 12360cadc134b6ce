"""Predict: the scale factor of a latent whose channels differ."""

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def factor_of_channels(
    a: float = 0.5,
    b: float = 1.0,
    c: float = 2.0,
    d: float = 3.0,
) -> float:
    """One over the standard deviation of all numbers of four channels of mean 0."""
    variance = (a**2 + b**2 + c**2 + d**2) / 4
    return 1 / variance**0.5


EXERCISE = Exercise(
    name="scale-of-channels",
    number="2.2.1",
    title="One factor for four channels",
    kind=Kind.PREDICT,
    chapter="2-2-latent-diffusion",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="factor",
    stub="factor = None  # a number",
    solution=factor_of_channels,
    checker=NumberChecker(
        solution=factor_of_channels,
        tolerance=0.005,
        mistakes=(
            Mistake(
                "this is one over the mean of the four deviations. Which of variances and "
                "deviations can be averaged?",
                lambda: 4 / 6.5,
            ),
            Mistake(
                "this is the deviation of all the numbers. The factor is to bring it to 1.",
                lambda: 1 / factor_of_channels(),
            ),
            Mistake(
                "this is one over the variance. A factor multiplies the deviation by itself, "
                "and the variance by its square.",
                lambda: factor_of_channels() ** 2,
            ),
            Mistake(
                "this is the mean of four factors, one for each channel. There is to be one "
                "factor for all of them.",
                lambda: (2 + 1 + 1 / 2 + 1 / 3) / 4,
            ),
            Mistake(
                "the variances are added up here, and not averaged. Do all numbers together "
                "spread more than those of the widest channel?",
                lambda: factor_of_channels() / 2,
            ),
            Mistake(
                "this brings the widest channel to 1, and leaves the others far below.",
                lambda: 1 / 3.0,
            ),
        ),
    ),
    meaning=(
        "The channels keep their proportions: after it they have deviations of 0.26, 0.53, 1.06 "
        "and 1.59."
    ),
    hints=(
        "All means are 0. Then the variance of all numbers together is a mean of four variances.",
        "The variances are 0.25, 1, 4 and 9.",
    ),
    on_failure=(
        ("The mean of the deviations.", "Square them first, and take the root last."),
        ("A number above 1.", "Are the numbers to become larger, or smaller?"),
    ),
    discussion=(
        "The mean of the squares is $(0.25 + 1 + 4 + 9)/4 = 3.5625$, its root 1.887, and the "
        "factor $1/1.887 = 0.530$. One factor for all channels is what latent diffusion has. "
        "Newer autoencoders come with a mean and a deviation for each channel. In code:"
    ),
)
