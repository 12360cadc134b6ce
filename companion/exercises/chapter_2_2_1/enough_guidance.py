"""Explore: the smallest scale at which guided samples are surely of their class."""

from collections.abc import Callable

import torch
from torch import Tensor

from companion.diffusion import (
    Mixture,
    cosine,
    dpm_solver,
    exact_denoiser,
    given_class,
    guided,
    sample,
    tilted_log_prob,
    trailing,
)
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake

SHARES = (torch.arange(2000, dtype=torch.float64) + 0.5) / 2000


def two_bumps(mean: float = 0.8) -> Mixture:
    """The data of the chapter."""
    stds = torch.tensor([0.5, 0.5], dtype=torch.float64)
    return Mixture.isotropic([0.5, 0.5], [[-mean], [mean]], stds)


def mean_chance(data: Mixture, x0: Tensor) -> float:
    """The mean chance of the right class, q(y | x_0)."""
    log_q = data.log_prob(x0[:, None])
    return (tilted_log_prob(data, 1, 1, x0[:, None]) - log_q).exp().mean().item()


def smallest_scale(
    least: float = 0.99,
    measure: Callable[[Mixture, Tensor], float] = mean_chance,
    mean: float = 0.8,
) -> float:
    """The first scale of 1.0, 1.1, ... at which the measure is at least `least`."""
    data, schedule = two_bumps(mean), cosine(1000)
    noise = torch.special.ndtri(SHARES)[:, None]
    whole = exact_denoiser(data, schedule)
    right = exact_denoiser(given_class(data, 1), schedule)
    for tenth in range(10, 100):
        denoise = guided(right, whole, tenth / 10)
        x0 = sample(denoise, schedule, noise, trailing(1000, 25), dpm_solver)
        if measure(data, x0.flatten()) >= least:
            return tenth / 10
    return 10.0


EXERCISE = Exercise(
    name="enough-guidance",
    number="2.2.1.5",
    title="Sure enough",
    kind=Kind.EXPLORE,
    chapter="2-2-1-guidance",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="scale",
    stub="scale = None  # one decimal",
    solution=smallest_scale,
    checker=NumberChecker(
        solution=smallest_scale,
        tolerance=0.01,
        mistakes=(
            Mistake(
                "this is the scale for a mean chance of 0.999.",
                lambda: smallest_scale(0.999),
            ),
            Mistake(
                "this is the scale for a mean chance of 0.95.",
                lambda: smallest_scale(0.95),
            ),
            Mistake(
                "this is the scale at which 99 per cent of the samples are on the right side of 0.",
                lambda: smallest_scale(measure=lambda data, x0: (x0 > 0).double().mean().item()),
            ),
            Mistake(
                "this is w, which is the scale less 1.",
                lambda: smallest_scale() - 1,
            ),
        ),
    ),
    meaning="It is far below the scales of 5 and more that are in use for words.",
    hints=(
        "Write one function of the scale that samples and returns the mean chance. Then call it "
        "for 1.0, 1.1, 1.2 and so on.",
        "`tilted_log_prob(data, 1, 1, x0)` less `data.log_prob(x0)` is the log of the chance.",
    ),
    on_failure=(
        ("Another chance.", "The first scale at which the mean chance is 0.99 or more."),
        ("One side of 0.", "A sample a little right of 0 has a chance of little above one half."),
        ("w.", "1 is no guidance."),
    ),
    discussion=(
        "A sample answer. The mean chance is 0.92 without guidance, and rises fast: most of what "
        "guidance can do for the class is done by a scale of 2. What is added above costs "
        "diversity alone: the standard deviation falls from 0.50 to 0.36 at a scale of 2 and to "
        "0.28 at 5. Other solvers and more calls change the second decimal only. In code:"
    ),
)
