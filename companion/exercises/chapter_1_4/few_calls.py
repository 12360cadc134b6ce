"""Explore: how many calls until the samples are as wide as the data."""

from collections.abc import Callable, Sequence
from math import sqrt

import torch
from torch import Tensor

from companion.diffusion import (
    X0,
    Prediction,
    Schedule,
    cosine,
    ddim,
    dpm_solver,
    leading,
    linear,
    sample,
    trailing,
)
from companion.diffusion.samplers import Sampler
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake

STD = 0.25  # of the data, which are Gaussian with mean 0


def calls_of_ddim(
    off: float = 0.02,
    make: Callable[..., Schedule] = cosine,
    power: int = 1,
    times: Callable[[int, int], tuple[int, ...]] = trailing,
) -> float:
    """The first count with a width (to this power) off by a share `off` at most."""
    ab = make(1000).alpha_bar.tolist()
    calls, width = 0, 0.0
    while abs((width / STD) ** power - 1) > off:
        calls, width = calls + 1, 1.0  # x_T has the width 1
        timesteps = (*times(1000, calls), 0)
        for t, s in zip(timesteps, timesteps[1:], strict=False):
            # both of x_t, over its variance
            x0, eps = sqrt(ab[t]) * STD**2, sqrt(1 - ab[t])
            multiple = sqrt(ab[s]) * x0 + sqrt(1 - ab[s]) * eps
            width *= multiple / (ab[t] * STD**2 + 1 - ab[t])
    return float(calls)


def _width(timesteps: Sequence[int], sampler: Sampler) -> float:
    """The standard deviation of the samples, by one walk from x_T = 1."""
    schedule, one = cosine(1000), torch.ones(1, 1, dtype=torch.float64)

    def best(xt: Tensor, t: int) -> Prediction:
        ab_t = schedule.alpha_bar[t]
        share = ab_t.sqrt() * STD**2 / (ab_t * STD**2 + 1 - ab_t)
        return X0.predict(schedule, share * xt, xt, t)

    return sample(best, schedule, one, timesteps, sampler).item()


def _calls_of_dpm_solver() -> float:
    """The first count for DPM-Solver++(2M)."""
    calls = 1
    while abs(_width(trailing(1000, calls), dpm_solver) / STD - 1) > 0.02:
        calls += 1
    return float(calls)


def _shown(calls: float) -> str:
    """What this many calls give, where so many can be made."""
    if calls != int(calls) or not 1 <= calls <= 1000:
        return ", or no whole number from 1 to 1000"
    width = _width(trailing(1000, int(calls)), ddim())
    percent = 100 * abs(width / STD - 1)
    words = f": with {calls:.0f} calls the standard deviation is {width:.5f}, "
    words += f"{percent:.3g} per cent from {STD}"
    return words + (", and so near it is with fewer" if percent <= 2 else ", where 2 are allowed")


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
    solution=calls_of_ddim,
    checker=NumberChecker(
        solution=calls_of_ddim,
        tolerance=0.5,
        shows=_shown,
        mistakes=(
            Mistake(
                "this is the count for `dpm_solver`. The question is for DDIM.",
                _calls_of_dpm_solver,
            ),
            Mistake(
                "this is the count for `linear(1000)`. The question is for the cosine.",
                lambda: calls_of_ddim(make=linear),
            ),
            Mistake(
                "this is the count for 10 per cent.",
                lambda: calls_of_ddim(0.1),
            ),
            Mistake(
                "this is the count for a width within 0.02 of 0.25, which is 8 per "
                "cent. Within 2 per cent is from 0.245 to 0.255.",
                lambda: calls_of_ddim(0.08),
            ),
            Mistake(
                "this is the count for the *variance*. If the width is off by 2 per "
                "cent, by how much is its square?",
                lambda: calls_of_ddim(power=2),
            ),
            Mistake(
                "this is the count for 4 per cent. From 0.24 to 0.26 is twice as wide as "
                "from 0.245 to 0.255.",
                lambda: calls_of_ddim(0.04),
            ),
            Mistake(
                "this is the count for `leading` times. The question is for `trailing` "
                "ones, which begin at T.",
                lambda: calls_of_ddim(times=leading),
            ),
            Mistake(
                "this counts the times, the 0 at the end among them. Each call is a step "
                "from one time to the next.",
                lambda: calls_of_ddim() + 1,
            ),
        ),
    ),
    meaning=("With fewer calls the samples are too narrow: the mean of what is possible again."),
    hints=(
        "The best guess of Gaussian data is a multiple of $x_t$, so that a whole walk of "
        "DDIM multiplies $x_T$ by one number: start it from 1.",
        "Make `best(xt, t)` from the formula with `X0.predict`, call "
        "`sample(best, cosine(1000), one, trailing(1000, n), ddim())` for growing "
        "n, and divide by 0.25. One after the other takes seconds; or halve the gap.",
    ),
    on_failure=(
        ("Another solver.", "`ddim()`, with the default eta."),
        ("Another schedule.", "`cosine(1000)`."),
        ("One more or less.", "The first n with a width from 0.245 to 0.255."),
    ),
    discussion=(
        "A sample answer. With one call the width is 0: the mean of the data. It grows "
        "with the calls. For DDIM about 2.5 to 3 per cent are missing at 100 calls, and "
        "half as much at twice the calls: 27 calls are within 10 per cent, 141 within 2. "
        "DPM-Solver++ is within 10 at 15 calls and within 2 at 29. The linear schedule "
        "needs twice the calls of DDIM, 286: half of its evenly spaced times have an "
        "$\\bar\\alpha_t$ below a tenth, with the cosine a fifth. In code:"
    ),
)
