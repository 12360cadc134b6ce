"""Noise schedules: the makers of a `Schedule`."""

from collections.abc import Sequence
from math import inf, pi

import torch
from torch import Tensor, cos, sqrt

from companion.checks import check_count, check_inside
from companion.diffusion.schedule import Schedule, float64_row

MOST_STEPS = 10**6


def from_alpha_bar(alpha_bar: Tensor | Sequence[float]) -> Schedule:
    """A schedule from its T+1 values alpha_bar_0 = 1, ..., alpha_bar_T.

    Args:
        alpha_bar: the values.

    Returns:
        The schedule.

    Raises:
        ValueError: as `Schedule` does; it warns as well.
    """
    return Schedule(alpha_bar)


def from_betas(betas: Tensor | Sequence[float]) -> Schedule:
    """A schedule from the variances of its steps.

    alpha_bar_t = prod_{i<=t} (1 - beta_i).

    Args:
        betas: T of them, beta_1 first, each inside (0, 1); the last may be 1, which
            leaves nothing of the data (zero terminal SNR, Lin et al. 2024).

    Returns:
        The schedule.

    Raises:
        ValueError: for other values, and where the product leaves float64.
    """
    betas = float64_row("betas", betas)
    if len(betas) == 0:
        raise ValueError("betas: got none, expected T of them, at least 1")
    last = torch.arange(1, len(betas) + 1) == len(betas)
    outside = (betas <= 0) | (betas > 1) | (betas == 1) & ~last
    outside = outside.nonzero().flatten()
    if len(outside):
        i = outside[0].item()
        raise ValueError(
            f"betas: got beta_{i + 1} = {betas[i]:.6g}, "
            "expected every beta inside (0, 1); only the last may be 1"
        )
    one = torch.ones(1, dtype=torch.float64)
    alpha_bar = torch.cat([one, torch.cumprod(1 - betas, dim=0)])
    stuck = (alpha_bar[1:] >= alpha_bar[:-1]).nonzero().flatten()
    if len(stuck):
        i = stuck[0].item()
        raise ValueError(
            f"betas: got beta_{i + 1} = {betas[i]:.6g}, which leaves alpha_bar at "
            f"{alpha_bar[i]:.6g}, expected alpha_bar to fall at every step in float64"
        )
    return Schedule(alpha_bar)


def linear(T: int = 1000, beta_1: float = 1e-4, beta_T: float = 0.02) -> Schedule:
    """beta goes on a straight line from beta_1 to beta_T.

    Source: Ho et al. (2020), section 4.

    Args:
        T: the number of steps.
        beta_1: beta of the first step, inside (0, 1).
        beta_T: beta of the last step, inside (0, 1).

    Returns:
        The schedule.

    Raises:
        ValueError: for a T that is no count, a beta outside (0, 1).
    """
    T = check_count("T", T, 1, MOST_STEPS)
    check_inside("beta_1", beta_1, 0, 1)
    check_inside("beta_T", beta_T, 0, 1)
    return from_betas(torch.linspace(beta_1, beta_T, T, dtype=torch.float64))


def scaled_linear(T: int = 1000, beta_1: float = 0.00085, beta_T: float = 0.012) -> Schedule:
    """sqrt(beta), not beta, goes on a straight line from beta_1 to beta_T.

    Source: Rombach et al. (2022), whose code calls it "linear".

    Args:
        T: the number of steps.
        beta_1: beta of the first step, inside (0, 1).
        beta_T: beta of the last step, inside (0, 1).

    Returns:
        The schedule.

    Raises:
        ValueError: for a T that is no count, a beta outside (0, 1).
    """
    T = check_count("T", T, 1, MOST_STEPS)
    check_inside("beta_1", beta_1, 0, 1)
    check_inside("beta_T", beta_T, 0, 1)
    root = torch.linspace(beta_1**0.5, beta_T**0.5, T, dtype=torch.float64)
    return from_betas(root**2)


def cosine(T: int = 1000, offset: float = 0.008, max_beta: float = 0.999) -> Schedule:
    """alpha_bar_t = f(t) / f(0), with no beta above max_beta.

    f(t) = cos((t/T + offset) / (1 + offset) * pi/2)^2.
    Source: Nichol and Dhariwal (2021), equation 17; max_beta = 1, Lin et al. (2024).

    Args:
        T: the number of steps.
        offset: keeps beta_1 from vanishing, above 0.
        max_beta: the largest beta, inside (0, 1]. With 1 nothing of the data is left at
            T: alpha_bar_T = 0, exactly. There a network can't be asked for the noise,
            which says nothing of x_0; ask for v or x_0.

    Returns:
        The schedule.

    Raises:
        ValueError: for a T that is no count, an offset that is not positive, a max_beta
            outside (0, 1].
    """
    T = check_count("T", T, 1, MOST_STEPS)
    check_inside("offset", offset, 0, inf)  # it keeps beta_1 from vanishing
    if isinstance(max_beta, bool) or max_beta != 1:
        check_inside("max_beta", max_beta, 0, 1)
    t = torch.arange(T + 1, dtype=torch.float64)
    f = cos((t / T + offset) / (1 + offset) * pi / 2) ** 2
    return from_betas((1 - f[1:] / f[:-1]).clamp(max=max_beta))


def zero_terminal_snr(schedule: Schedule) -> Schedule:
    """The same schedule with nothing of the data left at T: alpha_bar_T = 0.

    sqrt(alpha_bar) is shifted to 0 at T and stretched so that its entry 1 stays.
    Source: Lin et al. (2024), algorithm 1.

    Args:
        schedule: the schedule to change, of at least two steps.

    Returns:
        Another schedule.

    Raises:
        ValueError: for what is no Schedule, or one of a single step.
    """
    _check_schedule(schedule)
    if schedule.T < 2:
        raise ValueError(
            f"schedule: got T = {schedule.T}, expected at least 2: "
            "one entry is kept, another goes to 0"
        )
    root = sqrt(schedule.alpha_bar[1:])
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    return Schedule(torch.cat([schedule.alpha_bar[:1], root**2]))


def shifted(schedule: Schedule, factor: float) -> Schedule:
    """What the schedule is for data that are `factor` times too large.

    Divided by its width, x_t of factor * x_0 is x_t of x_0 under the schedule returned
    here: its signal-to-noise ratio is factor^2 times as large at every time. A latent with
    a wrong scale is noised too late, or too early.
    Source: Chen (2023), On the importance of noise scheduling for diffusion models.

    Args:
        schedule: the noise schedule.
        factor: above 0; 1 changes nothing.

    Returns:
        Another schedule; it may be one that never reaches noise, and then it warns.

    Raises:
        ValueError: for what is no Schedule, and for another factor.
    """
    _check_schedule(schedule)
    check_inside("factor", factor, 0, inf)
    ab = schedule.alpha_bar
    return Schedule(factor**2 * ab / (factor**2 * ab + (1 - ab)))


def time_at_snr(schedule: Schedule, snr: float = 1.0) -> int:
    """The first time at which the signal-to-noise ratio is `snr` or less.

    Args:
        schedule: the noise schedule.
        snr: above 0. At 1 signal and noise have equal variances.

    Returns:
        A time in 1..T.

    Raises:
        ValueError: for what is no Schedule, for another `snr`, and where the schedule ends
            above it.
    """
    _check_schedule(schedule)
    check_inside("snr", snr, 0, inf)
    below = (schedule.snr <= snr).nonzero()
    if not len(below):
        raise ValueError(
            f"snr: got {snr:.6g}, expected at least {schedule.snr[-1]:.6g}, "
            "at which the schedule ends"
        )
    return below[0].item()


def _check_schedule(schedule: Schedule) -> None:
    if not isinstance(schedule, Schedule):
        raise ValueError(f"schedule: got {type(schedule).__name__}, expected a Schedule")
