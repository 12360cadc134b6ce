"""Implement: a step of the flow, from the score alone."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor, sqrt

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def step_by_score(xt: Tensor, score: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
    """x_s by Euler's step of the flow, with the score of x_t."""
    eps = -sqrt(1 - ab_t) * score
    sigma_s, sigma_t = sqrt(1 / ab_s - 1), sqrt(1 / ab_t - 1)
    return sqrt(ab_s) * (xt / sqrt(ab_t) + (sigma_s - sigma_t) * eps)


def _stepped(
    noise: Callable = lambda score, ab_t: -sqrt(1 - ab_t) * score,
    start: Callable = lambda xt, ab_t: xt / sqrt(ab_t),
    sigma: Callable = lambda ab: sqrt(1 / ab - 1),
    end: Callable = sqrt,
) -> Callable:
    """The step with one of its parts made otherwise."""

    def step(xt: Tensor, score: Tensor, ab_s: Tensor, ab_t: Tensor) -> Tensor:
        way = sigma(ab_s) - sigma(ab_t)
        return end(ab_s) * (start(xt, ab_t) + way * noise(score, ab_t))

    return step


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    xt, score = torch.randn(2, 4, 6, generator=generator, dtype=torch.float64)
    ab_t = 0.1 + 0.4 * torch.rand(4, 1, generator=generator).double()
    ab_s = ab_t + 0.1 + 0.3 * torch.rand(4, 1, generator=generator).double()
    return xt, score, ab_s, ab_t


EXERCISE = Exercise(
    name="score-step",
    number="1.4.6",
    title="A sampler that is given the score",
    kind=Kind.IMPLEMENT,
    chapter="1-4-why-many-steps",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="flow_step",
    stub=(
        "from torch import sqrt\n\n\n"
        "def flow_step(xt, score, ab_s, ab_t):\n"
        '    """x_s from x_t and its score, (B, D)."""\n'
        "    ..."
    ),
    solution=step_by_score,
    checker=FunctionChecker(
        solution=step_by_score,
        inputs=_inputs,
        parts=("x_s",),
        mistakes=(
            Mistake(
                "a sign is wrong. The score points to the data and the noise away from them, and "
                "sigma_s is smaller than sigma_t.",
                _stepped(noise=lambda score, ab_t: sqrt(1 - ab_t) * score),
            ),
            Mistake(
                "the score goes in as if it were the noise. (1-17b) has a factor between them.",
                _stepped(noise=lambda score, ab_t: score),
            ),
            Mistake(
                "the score goes in with a minus only. (1-17b) has a root there too.",
                _stepped(noise=lambda score, ab_t: -score),
            ),
            Mistake(
                "the factor between noise and score is a variance here. (1-17b) has its root.",
                _stepped(noise=lambda score, ab_t: -(1 - ab_t) * score),
            ),
            Mistake(
                "the score is divided by the root that it should be multiplied by: that is the "
                "way from the noise to the score.",
                _stepped(noise=lambda score, ab_t: -score / sqrt(1 - ab_t)),
            ),
            Mistake(
                "x_t is not divided by the weight of its data. The flow runs in x_bar.",
                _stepped(start=lambda xt, ab_t: xt),
            ),
            Mistake(
                "this is x_bar at time s: multiply it by the weight of the data there.",
                _stepped(end=torch.ones_like),
            ),
            Mistake(
                "the step is taken in x_t itself. The flow runs in x_bar: divide by the root of "
                "ab_t before the step, and multiply by that of ab_s after it.",
                _stepped(start=lambda xt, ab_t: xt, end=torch.ones_like),
            ),
            Mistake(
                "sigma is the weight of the noise alone here. It is that weight over the weight "
                "of the data.",
                _stepped(sigma=lambda ab: sqrt(1 - ab)),
            ),
            Mistake(
                "sigma is a ratio of variances here: the root is missing.",
                _stepped(sigma=lambda ab: 1 / ab - 1),
            ),
            Mistake(
                "this is the predicted x_0 only: the step goes to s, not to 0.",
                lambda xt, score, ab_s, ab_t: (xt + (1 - ab_t) * score) / sqrt(ab_t),
            ),
        ),
    ),
    meaning=(
        "A model that was trained for the score, as in score matching, is sampled with DDIM all "
        "the same."
    ),
    hints=(
        "First turn the score into the mean of the noise, by (1-17b). Then take the first step "
        "of (1-17d).",
        "(1-17d) gives $x_s/\\sqrt{\\bar\\alpha_s}$. And $\\sigma = \\sqrt{1/\\bar\\alpha - 1}$.",
    ),
    on_failure=(
        (
            "The sign.",
            "Let the data be the number 0: then the score is $-x_t / (1 - \\bar\\alpha_t)$.",
        ),
        ("The wrong way.", "$\\sigma_s$ is smaller than $\\sigma_t$."),
        (
            "Weights.",
            "With `score = 0` only $x_t$ is left, times $\\sqrt{\\bar\\alpha_s / \\bar\\alpha_t}$.",
        ),
    ),
    discussion=(
        "The score becomes the noise by (1-17b), and the noise is the speed of the flow in sigma. "
        "Put together, the step is that of DDIM. In code:"
    ),
)
