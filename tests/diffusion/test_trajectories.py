"""Trajectories of whole mixtures: step by step into noise, and back by the exact posterior."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import tensor

from companion import plots
from companion.diffusion import Mixture, from_alpha_bar
from companion.diffusion.trajectories import exact_trajectory, noising_trajectory


def test_ink_dissolves_into_standard_noise_and_gathers_into_ink():
    fades = from_alpha_bar([1, *torch.linspace(7, -6, 20).sigmoid(), 0])
    ink, n = plots.ink_shape(), 2000
    g = torch.Generator().manual_seed(0)
    there = noising_trajectory(ink, fades, n, g)
    back = exact_trajectory(ink, fades, n, g)
    assert len(there) == len(back) == fades.T + 1
    for cloud in (there[-1], back[0]):
        assert (cloud.mean(0).abs() < 4 / n**0.5).all()
        assert ((cloud.var(0) - 1).abs() < 4 * (2 / n) ** 0.5).all()
    drawn, gathered = (ink.log_prob(x) for x in (there[0], back[-1]))
    error = (drawn.var() / n + gathered.var() / n).sqrt()
    assert (drawn.mean() - gathered.mean()).abs() < 4 * error
    assert drawn.mean() > ink.log_prob(there[-1]).mean() + 10


def test_each_state_comes_from_the_one_before_by_its_moments():
    """With a schedule of two steps."""
    spot = Mixture.isotropic([1.0], [[2.0, -1.0]], tensor([0.5]))
    schedule, drops = from_alpha_bar([1.0, 0.36, 0.0]), 4000
    there = noising_trajectory(spot, schedule, drops, torch.Generator().manual_seed(0))
    back = exact_trajectory(spot, schedule, drops, torch.Generator().manual_seed(1))
    for states in (there, back[::-1]):
        for x, factor, var in zip(
            states, (1.0, 0.6, 0.0), (0.25, 0.36 * 0.25 + 0.64, 1.0), strict=True
        ):
            assert x.shape == (drops, 2)
            assert_allclose(x.mean(0), [2 * factor, -factor], atol=0.08)
            assert_allclose(x.var(0), [var, var], atol=0.08)
    # There, a drop stays near itself: the correlation of x_0 and x_1 is 0.6 * 0.5 / std.
    together = np.corrcoef(there[0][:, 0], there[1][:, 0])[0, 1]
    assert together == pytest.approx(0.6 * 0.5 / math.sqrt(0.73), abs=0.05)
    together = np.corrcoef(back[1][:, 0], back[2][:, 0])[0, 1]
    assert together == pytest.approx(0.6 * 0.5 / math.sqrt(0.73), abs=0.05)


def test_a_trajectory_in_five_dimensions_has_all_of_them():
    five = Mixture.isotropic([1.0], [[0.0] * 5], tensor([1.0]))
    schedule = from_alpha_bar([1.0, 0.4, 0.0])
    for trajectory in (noising_trajectory, exact_trajectory):
        states = trajectory(five, schedule, 3, torch.Generator().manual_seed(0))
        assert [x.shape for x in states] == [(3, 5)] * 3


def test_steps_add_up_to_the_marginal_of_each_time():
    spot = Mixture.isotropic([1.0], [[2.0]], tensor([0.1]))
    schedule, count = from_alpha_bar([1.0, 0.64, 0.32, 0.16, 0.0]), 4000
    states = noising_trajectory(spot, schedule, count, torch.Generator().manual_seed(0))
    for ab, x in zip(schedule.alpha_bar.tolist(), states, strict=True):
        assert x.mean().item() == pytest.approx(2 * math.sqrt(ab), abs=0.07)
        assert x.var().item() == pytest.approx(0.01 * ab + 1 - ab, abs=0.07)
