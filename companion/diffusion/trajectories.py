"""Whole trajectories with nothing learned: into noise step by step, and back exactly."""

import torch
from torch import Generator, Tensor

from companion.diffusion.forward import step
from companion.diffusion.mixture import Mixture
from companion.diffusion.schedules import Schedule

ROWS = 500  # whose posteriors, each with a component for each of the data, are held at once


def noising_trajectory(
    data: Mixture, schedule: Schedule, count: int, generator: Generator
) -> list[Tensor]:
    """Draws of the data taken from t = 0 to T, step by step (1-2).

    Args:
        data: where x_0 comes from, in D dimensions.
        schedule: of T steps.
        count: how many draws.
        generator: for the draws and for the noise of each step.

    Returns:
        x_0, ..., x_T: T+1 tensors, (count, D).
    """
    states = [data.sample(count, generator=generator)]
    for t in range(1, schedule.T + 1):
        states.append(step(schedule, states[-1], t).sample(generator=generator))
    return states


def exact_trajectory(
    data: Mixture, schedule: Schedule, count: int, generator: Generator
) -> list[Tensor]:
    """Fresh noise taken from t = T to 0, each step a draw from the exact q(x_{t-1} | x_t).

    It knows the distribution of the data, and no x_0.

    Args:
        data: what comes out, in D dimensions.
        schedule: of T steps.
        count: how many draws.
        generator: for x_T and for the draw of each step.

    Returns:
        x_T, ..., x_0: T+1 tensors, (count, D).
    """
    D = data.means.shape[-1]
    states = [torch.randn(count, D, dtype=torch.float64, generator=generator)]
    for t in range(schedule.T, 0, -1):
        reverses = (data.reverse(schedule, xt, t - 1, t) for xt in states[-1].split(ROWS))
        states.append(torch.cat([q.sample(1, generator=generator)[0] for q in reverses]))
    return states
