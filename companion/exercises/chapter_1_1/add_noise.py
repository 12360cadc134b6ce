"""Implement: from x_s to x_t in one go (1-3a)."""

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def add_noise(xs: Tensor, eps: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    """x_t from x_s, for any s < t."""
    alpha = ab_t / ab_s
    return sqrt(alpha) * xs + sqrt(1 - alpha) * eps


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    xs, eps = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    u = torch.rand(2, 4, 1, generator=generator, dtype=torch.float64)
    low, high = u.sort(dim=0).values.clamp(0.02, 0.98)
    return xs, eps, high, low * 0.95


EXERCISE = Exercise(
    name="add-noise",
    number="1.1.3",
    title="Noise from any time to any later one",
    kind=Kind.IMPLEMENT,
    chapter="1-1-forward",
    difficulty=1,
    importance=3,
    minutes=10,
    answer="add_noise",
    stub=(
        "from torch import sqrt\n\n\n"
        "def add_noise(xs, eps, ab_s, ab_t):\n"
        '    """x_t: (B, D), float64."""\n'
        "    ..."
    ),
    solution=add_noise,
    checker=FunctionChecker(
        solution=add_noise,
        inputs=_inputs,
        parts=("x_t",),
        mistakes=(
            Mistake(
                "you treat x_s as if it were clean data: sqrt(ab_t) x_s + "
                "sqrt(1 - ab_t) eps is the jump from time 0. From s on, only the "
                "steps after s count, alpha = ab_t / ab_s.",
                lambda xs, eps, ab_s, ab_t: sqrt(ab_t) * xs + sqrt(1 - ab_t) * eps,
            ),
            Mistake(
                "the noise is multiplied by its variance, 1 - ab_t / ab_s. What "
                "multiplies eps is the standard deviation: a root is missing.",
                lambda xs, eps, ab_s, ab_t: sqrt(ab_t / ab_s) * xs + (1 - ab_t / ab_s) * eps,
            ),
            Mistake(
                "x_s is multiplied by ab_t / ab_s, expected the root of it.",
                lambda xs, eps, ab_s, ab_t: ab_t / ab_s * xs + sqrt(1 - ab_t / ab_s) * eps,
            ),
            Mistake(
                "both roots are missing: the weights in front of x_s and eps are "
                "roots, the numbers under them are shares of the variance.",
                lambda xs, eps, ab_s, ab_t: ab_t / ab_s * xs + (1 - ab_t / ab_s) * eps,
            ),
            Mistake(
                "the noise variance of the steps s+1..t is not (1 - ab_t) - (1 - ab_s): "
                "the noise that was there at s has been shrunk since.",
                lambda xs, eps, ab_s, ab_t: sqrt(ab_t / ab_s) * xs + sqrt(ab_s - ab_t) * eps,
            ),
            Mistake(
                "the two weights have changed places.",
                lambda xs, eps, ab_s, ab_t: sqrt(1 - ab_t / ab_s) * xs + sqrt(ab_t / ab_s) * eps,
            ),
        ),
    ),
    meaning=(
        "With ab_s = 1 this is (1-4), with s = t - 1 it is (1-2): one function for "
        "every jump forward."
    ),
    hints=(
        "The exercise before this one, repeated: the steps from $s+1$ to $t$ merge "
        "into a single one, whose $\\alpha$ is the product "
        "$\\alpha_{s+1} \\cdots \\alpha_t$. How do you get that product from "
        "$\\bar\\alpha_s$ and $\\bar\\alpha_t$?",
        "$\\alpha = \\bar\\alpha_t / \\bar\\alpha_s$. Now write (1-2) with this $\\alpha$.",
    ),
    on_failure=(
        (
            "You treat $x_s$ as clean data.",
            "Try $s$ very close to $t$: hardly any noise should be added.",
        ),
        (
            "A root is missing.",
            "If `xs` has variance 1, so must the result: the *squares* of the two "
            "weights add up to 1.",
        ),
        (
            "NaN.",
            "`ab_s / ab_t` is above 1, and a root of 1 minus it is not real.",
        ),
        (
            "A wrong shape.",
            "`ab_s` and `ab_t` are (B, 1) and broadcast over the D columns by "
            "themselves: nothing needs to be reshaped.",
        ),
    ),
    discussion=(
        "The steps after $s$ have the product $\\alpha = \\bar\\alpha_t / "
        "\\bar\\alpha_s$. They shrink what is there by $\\sqrt{\\alpha}$ and add noise "
        "of variance $1 - \\alpha$."
    ),
)
