"""Predict: how much of the data a schedule of two hundred steps leaves."""

import torch

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def left_after(T: int = 200) -> float:
    """sqrt(alpha_bar_T) for T betas on a line from 1e-4 to 0.02."""
    betas = torch.linspace(1e-4, 0.02, T, dtype=torch.float64)
    return (1 - betas).prod().sqrt().item()


def _by_the_sum(T: int = 200) -> float:
    betas = torch.linspace(1e-4, 0.02, T, dtype=torch.float64)
    return torch.exp(-betas.sum() / 2)


EXERCISE = Exercise(
    name="short-schedule",
    number="1.1.1",
    title="What two hundred steps leave",
    kind=Kind.PREDICT,
    chapter="1-1-forward",
    difficulty=1,
    importance=3,
    minutes=5,
    answer="left",
    stub="left = None  # a number between 0 and 1",
    solution=left_after,
    checker=NumberChecker(
        solution=left_after,
        tolerance=0.02,
        forms=(_by_the_sum,),
        mistakes=(
            Mistake(
                "this is alpha_bar_T, the square of what multiplies the picture: a "
                "root is missing.",
                lambda: left_after() ** 2,
            ),
            Mistake(
                "this is sqrt(1 - alpha_bar_T), the weight of the noise. The question "
                "is for the weight of the picture.",
                lambda: (1 - left_after() ** 2) ** 0.5,
            ),
            Mistake(
                "this is 1 - alpha_bar_T, the variance of the noise. The question is "
                "for the weight of the picture.",
                lambda: 1 - left_after() ** 2,
            ),
            Mistake(
                "that is noise, which 1000 steps reach. The betas of 200 steps from "
                "the same line sum to a fifth of theirs.",
                lambda: left_after(1000),
            ),
            Mistake(
                "this is what 50 steps leave. Four times the steps have four times the "
                "sum of betas, and what is left is an exponential of that sum.",
                lambda: left_after(50),
            ),
            Mistake(
                "this is a quarter of what 50 steps leave. The loss does not divide, "
                "it multiplies: four times the steps take the fourth power.",
                lambda: left_after(50) / 4,
            ),
        ),
    ),
    meaning=(
        "More than a third of the picture is left where sampling would start from pure "
        "noise: the betas have to grow when the steps become fewer."
    ),
    hints=(
        "$\\bar\\alpha_T$ is a product of 200 factors just below 1. Its logarithm is a "
        "sum, and $\\ln(1 - \\beta) \\approx -\\beta$ for small $\\beta$. What is the "
        "sum of the betas?",
        "The betas lie on a line, so their sum is 200 times the middle of "
        "$10^{-4}$ and $0.02$, about 2. Then $\\bar\\alpha_T \\approx e^{-2}$, and the "
        "root halves the exponent.",
    ),
    on_failure=(
        ("This is $\\bar\\alpha_T$.", "The picture is multiplied by the *root*."),
        (
            "That is noise.",
            "The familiar picture of betas up to 0.02 belongs to $T = 1000$. The sum "
            "of the betas decides, and it grows with the number of steps.",
        ),
        (
            "Too large or too small.",
            "Compute $e^{-\\frac12 \\sum \\beta_i}$ with the sum from hint 2.",
        ),
    ),
    discussion=(
        "In the head: the betas sum to $200 \\cdot 0.01005 \\approx 2$, so "
        "$\\sqrt{\\bar\\alpha_T} \\approx e^{-1} \\approx 0.37$. In code:"
    ),
)
