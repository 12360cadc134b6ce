"""The bound from one time for each image, and what it is when its steps have no width.

`objectives.bound` adds up every term. Training draws one of them instead, and on a Gaussian
mixture the mean of each term is known without a draw.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from companion.checks import check_count, check_data, check_inside
from companion.diffusion.forward import marginal
from companion.diffusion.mixture import Mixture
from companion.diffusion.objectives import bound_weight
from companion.diffusion.parameterization import Prediction
from companion.diffusion.schedule import Schedule

NODES = 161  # of a quadrature over a Gaussian, even between -9 and 9 standard deviations


def bound_at(
    schedule: Schedule,
    denoise: Callable[[Tensor, int], Prediction],
    x0: Tensor,
    t: Tensor,
    *,
    var_0: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """T times the term of the bound that asks the network at time t: T L_{t-1}, in nats.

    With t drawn evenly from 1..T its mean is L_0 + ... + L_{T-1}, all of the bound that a
    network can change (1-16h).
    Source: Kingma et al. (2021), section 4.1.

    Args:
        schedule: the noise schedule.
        denoise: (x_t, t) -> Prediction; it is called once for each time that occurs.
        x0: clean data, (B, ...).
        t: in 1..T, (B,) int64.
        var_0: the variance of p(x_0 | x_1); by default that of the noise in x_1,
            1 - alpha_bar_1.
        generator: for one draw of x_t for each image.

    Returns:
        (B,), float64.

    Raises:
        ValueError: for bad data, from the network too, for times of another type, shape or
            range, and for a `var_0` not above 0.
    """
    check_data("x0", x0)
    t = schedule.check_time(t, len(x0))
    if not isinstance(t, Tensor) or t.ndim == 0:
        raise ValueError("t: got one time, expected one for each image, (B,) int64")
    var_0 = 1 - schedule.alpha_bar[1].item() if var_0 is None else var_0
    check_inside("var_0", var_0, 0, math.inf)
    xt = marginal(schedule, x0, t).sample(generator=generator)
    square = torch.zeros(len(x0), dtype=torch.float64)
    for u in t.unique().tolist():
        x0_hat = denoise(xt[t == u], u).x0
        check_data(f"x_0 predicted at time {u}", x0_hat)
        wrong = (x0[t == u] - x0_hat).double().square()
        square[t == u] = wrong.reshape(len(wrong), -1).sum(dim=1).cpu()
    terms = _weights(schedule, var_0)[t - 1] * square
    last_step = x0[0].numel() * math.log(2 * math.pi * var_0) / 2
    return schedule.T * (terms + last_step * (t == 1).double())


def _weights(schedule: Schedule, var_0: float) -> Tensor:
    """What ||x_0 - x0_hat||^2 is multiplied by at t = 1..T: (T,)."""
    first = torch.tensor([1 / (2 * var_0)], dtype=torch.float64)
    if schedule.T == 1:
        return first
    s = torch.arange(1, schedule.T)
    return torch.cat([first, bound_weight(schedule, s, s + 1)])


def expected_error(data: Mixture, schedule: Schedule) -> Tensor:
    """The mean squared error of the best prediction of x_0 at each time, without a draw.

    The expectation over x_t of the variance of x_0 given x_t, by the trapezoidal rule for each
    component, which converges exponentially for functions as smooth as these.

    Args:
        data: a mixture in one dimension.
        schedule: the noise schedule.

    Returns:
        (T+1,), rising from 0 at t = 0, where x_0 is known.

    Raises:
        ValueError: for a mixture in more dimensions, or with leading axes.
    """
    if data.means.ndim != 2 or data.means.shape[-1] != 1:
        raise ValueError(
            f"data: got means of shape {tuple(data.means.shape)}, expected (K, 1), "
            "one mixture in one dimension"
        )
    z = torch.linspace(-9, 9, NODES, dtype=torch.float64)
    h = torch.exp(-(z**2) / 2)
    t = torch.arange(1, schedule.T + 1)
    at_t = data.marginal(schedule, t)
    stds = at_t.covs[..., 0].expand(*at_t.means.shape).sqrt()
    xt = at_t.means + stds * z  # (T, K, NODES)
    behind = data.reverse(schedule, xt.reshape(-1, 1), 0, t.repeat_interleave(xt[0].numel()))
    variance = behind.cov()[..., 0, 0].reshape(xt.shape)
    of_each = (variance * h / h.sum()).sum(dim=-1)  # (T, K)
    return torch.cat([torch.zeros(1, dtype=torch.float64), (of_each * data.weights).sum(dim=-1)])


def bound_limit(data: Mixture, schedule: Schedule, nodes: int = 64) -> Tensor:
    """What L_1 + ... + L_{T-1} comes down to when each step is split again and again.

    Half of the integral of `expected_error` over the SNR, from SNR(T) to SNR(1) (1-16j), by
    Gauss-Legendre quadrature over its logarithm. Only the two ends of the schedule matter.
    Source: Kingma et al. (2021), equation 18.

    Args:
        data: a mixture in one dimension.
        schedule: the noise schedule, whose SNR(T) is not 0.
        nodes: of the quadrature.

    Returns:
        (), in nats.

    Raises:
        ValueError: as `expected_error` does, for a schedule of one step or with
            alpha_bar_T = 0, and for fewer than 2 nodes.
    """
    nodes = check_count("nodes", nodes, 2, 1000)
    if schedule.T == 1:
        raise ValueError("schedule: got T = 1, expected 2 or more: there is no step to split")
    schedule.check_signal_left(schedule.T)
    low, high = schedule.log_snr[-1], schedule.log_snr[1]
    z, h = (torch.from_numpy(each) for each in np.polynomial.legendre.leggauss(nodes))
    log_snr = (low + high) / 2 + (high - low) / 2 * z  # (nodes,), rising
    inside = torch.cat([torch.ones(1), log_snr.flip(0).sigmoid(), schedule.alpha_bar[-1:]])
    error = expected_error(data, Schedule(inside.double()))[1:-1].flip(0)
    return (high - low) / 4 * (h * log_snr.exp() * error).sum()
