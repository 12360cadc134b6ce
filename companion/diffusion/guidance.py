"""Steering a model that was never told how: a part of the picture is given."""

from collections.abc import Sequence

import torch
from torch import Tensor

from companion.checks import check_count, check_data, check_same_shape
from companion.diffusion.forward import marginal, transition
from companion.diffusion.samplers import (
    Denoiser,
    Known,
    Step,
    ancestral,
    check_falling,
)
from companion.diffusion.schedules import Schedule


def inpaint(
    denoise: Denoiser,
    schedule: Schedule,
    x0: Tensor,
    given: Tensor,
    xT: Tensor,
    times: Sequence[int],
    step: Step = ancestral,
    *,
    repeats: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Samples that agree with x0 where it is given: (B, ...).

    At each time the given part is put in with the noise of that time, and the network
    makes the rest fit.   denoise, schedule, xT, times, step: as for `walk_back`; the
    step sees one time only.   x0: (B, ...), of any value where it is not given.
    given: (B, ...), True where x0 is given.   repeats: how often each step is taken, 1
    or more; in between the noise of the step is added again, so that the made part gets
    another look at the given one.
    Raises ValueError for other shapes, a `given` that is not of booleans, fewer than 1
    repeats, and as `walk_back` does.
    Source: Lugmayr et al. (2022), RePaint, algorithm 1.
    """
    for name, tensor in (("x0", x0), ("xT", xT)):
        check_data(name, tensor)
    if not isinstance(given, Tensor) or given.dtype != torch.bool:
        raise ValueError("given: expected a tensor of True and False")
    check_same_shape("given", given, "x0", x0)
    check_same_shape("xT", xT, "x0", x0)
    repeats = check_count("repeats", repeats, 1, 1000)
    stops = [*check_falling(times, schedule.T), 0]
    xt = xT
    for t, s in zip(stops, stops[1:], strict=False):
        for again in range(repeats):
            known = marginal(schedule, x0, t).sample(generator=generator)
            xt = torch.where(given, known, xt)
            now = Known(t, xt, denoise(xt, t))
            xs = step(schedule, [now], s).sample(generator=generator)
            if again < repeats - 1 and s > 0:
                xt = transition(schedule, xs, s, t).sample(generator=generator)
        xt = xs
    return torch.where(given, x0, xt)
