"""Explore: how many calls until the samples are as wide as the data."""

import torch
from torch import Tensor

from companion.diffusion import (
    X0,
    Prediction,
    Schedule,
    cosine,
    ddim,
    dpm_solver,
    evenly_spaced,
    linear,
    sample,
)
from companion.diffusion.samplers import Step
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake

STD = 0.25  # of the data, which are Gaussian with mean 0


def width_after(schedule: Schedule, calls: int, step: Step) -> float:
    """The standard deviation of the samples, over that of the data.

    Every step is a multiple of x_t here, so the walk from x_T = 1 says it all.
    """

    def best(xt: Tensor, t: int) -> Prediction:
        ab_t = schedule.alpha_bar[t]
        share = ab_t.sqrt() * STD**2 / (ab_t * STD**2 + 1 - ab_t)
        return X0.predict(schedule, share * xt, xt, t)

    one = torch.ones(1, 1, dtype=torch.float64)
    return sample(best, schedule, one, evenly_spaced(1000, calls), step).item() / STD


def calls_until(off: float, schedule: Schedule, step: Step) -> float:
    """The smallest number of calls with which the width is off by no more than this."""
    calls = 1
    while abs(width_after(schedule, calls, step) - 1) > off:
        calls += 1
    return float(calls)


def ddim_within_ten_percent() -> float:
    """The calls of DDIM, with the cosine schedule, for a width within 10 per cent."""
    return calls_until(0.1, cosine(1000), ddim())


EXERCISE = Exercise(
    name="few-calls",
    number="1.4.5",
    title="As wide as the data",
    kind=Kind.EXPLORE,
    chapter="1-4-why-many-steps",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="count",
    stub="count = None  # a whole number",
    solution=ddim_within_ten_percent,
    checker=NumberChecker(
        solution=ddim_within_ten_percent,
        tolerance=0.5,
        mistakes=(
            Mistake(
                "this is the count for `dpm_solver`. The question is for DDIM.",
                lambda: calls_until(0.1, cosine(1000), dpm_solver),
            ),
            Mistake(
                "this is the count for `linear(1000)`. The question is for the cosine.",
                lambda: calls_until(0.1, linear(1000), ddim()),
            ),
            Mistake(
                "this is the count for 5 per cent.",
                lambda: calls_until(0.05, cosine(1000), ddim()),
            ),
            Mistake(
                "this is the count for 20 per cent. The standard deviation has to be "
                "within 10, not the variance within 40.",
                lambda: calls_until(0.2, cosine(1000), ddim()),
            ),
        ),
    ),
    meaning="With fewer calls the samples are too narrow: the mean of what is possible again.",
    hints=(
        "The best guess of Gaussian data is a multiple of x_t, so that a whole walk of "
        "DDIM multiplies x_T by one number: start it from 1.",
        "Make `best(xt, t)` from the formula with `X0.predict`, call "
        "`sample(best, cosine(1000), one, evenly_spaced(1000, n), ddim())` for n = 1, 2, "
        "3, ..., and divide by 0.25.",
    ),
    on_failure=(
        ("Another solver.", "`ddim()`, with the default eta."),
        ("Another schedule.", "`cosine(1000)`."),
        ("One more or less.", "The first n with a width between 0.9 and 1.1."),
    ),
    discussion=(
        "A sample answer. With one call the width is 0: the mean of the data. It grows "
        "with the calls, for DDIM with a shortfall of about 2.5 over their number, for "
        "DPM-Solver++ with one that falls with the square: 15 calls are within 10 per "
        "cent and 29 within 2, where DDIM has needed more than a hundred. The linear "
        "schedule needs twice the calls, because evenly spaced times spend most of its "
        "steps where next to nothing is left of the signal. In code:"
    ),
)
