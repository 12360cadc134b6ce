"""Noise schedules: one tensor, alpha_bar, with an entry for each time 0..T."""

import inspect
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, pi

import numpy as np
import torch
from torch import Tensor, cos, log, log1p, sqrt

from companion.checks import check_count, check_inside, check_time, shown

# Above this, sqrt(alpha_bar_T) leaves a visible picture in the "noise" of time T.
NOISE_REACHED = 0.1
MOST_STEPS = 10**6


class NeverReachesNoise(UserWarning):
    """A schedule's last x_T still shows the data, so pure noise is not where it ends.

    Sampling would start from inputs that training never saw.
    """


@dataclass(frozen=True, eq=False)
class Schedule:
    """How much of the data is left at each time: alpha_bar, T+1 entries, float64.

    alpha_bar[t] is the product of alpha_1 ... alpha_t, so alpha_bar[0] = 1 is the clean
    data, and the index of the article is the index of the code. It falls strictly; only
    its last entry may be 0 (zero terminal SNR). It is kept on the CPU, as a copy,
    without gradient.

    Raises ValueError for a row of numbers of another form.
    Warns (`NeverReachesNoise`) if sqrt(alpha_bar_T) > 0.1.
    Source: Ho et al. (2020), section 2.
    """

    alpha_bar: Tensor

    def __post_init__(self) -> None:
        alpha_bar = _float64("alpha_bar", self.alpha_bar)
        object.__setattr__(self, "alpha_bar", alpha_bar)
        if len(alpha_bar) < 2:
            raise ValueError(
                f"alpha_bar: got {len(alpha_bar)} entries, expected T+1 of them, at least 2"
            )
        if alpha_bar[0] != 1:
            raise ValueError(
                f"alpha_bar: got alpha_bar[0] = {alpha_bar[0]:.6g}, "
                "expected 1: time 0 is clean data"
            )
        grows = (alpha_bar[1:] >= alpha_bar[:-1]).nonzero().flatten() + 1
        if len(grows):
            t = grows[0].item()
            raise ValueError(
                f"alpha_bar: got alpha_bar[{t}] = {alpha_bar[t]:.6g} after "
                f"alpha_bar[{t - 1}] = {alpha_bar[t - 1]:.6g}, "
                "expected each entry below the one before it"
            )
        if alpha_bar[-1] < 0:
            raise ValueError(
                f"alpha_bar: got alpha_bar[{self.T}] = {alpha_bar[-1]:.6g}, expected 0 or more"
            )
        left = sqrt(alpha_bar[-1]).item()
        if left > NOISE_REACHED:
            warnings.warn(
                "this schedule never reaches noise: "
                f"sqrt(alpha_bar_T) = {left:.4f} of the data is left at T = {self.T}",
                NeverReachesNoise,
                stacklevel=_level_of_caller(),
            )

    @property
    def T(self) -> int:
        """The number of steps from clean data to noise."""
        return len(self.alpha_bar) - 1

    @property
    def alpha(self) -> Tensor:
        """alpha_t = alpha_bar_t / alpha_bar_{t-1}: (T+1,).

        Time 0 takes no step: alpha[0] = 1.
        """
        return torch.cat([self.alpha_bar[:1], self.alpha_bar[1:] / self.alpha_bar[:-1]])

    @property
    def beta(self) -> Tensor:
        """beta_t = 1 - alpha_t, the *variance* of the noise that step t adds: (T+1,).

        Time 0 takes no step: beta[0] = 0.
        """
        return 1 - self.alpha

    @property
    def snr(self) -> Tensor:
        """Signal over noise, in variances (1-5a): (T+1,).

        alpha_bar_t / (1 - alpha_bar_t), infinite at t = 0.
        """
        return self.alpha_bar / (1 - self.alpha_bar)

    @property
    def log_snr(self) -> Tensor:
        """The natural logarithm of `snr`: (T+1,), from +infinity at t = 0 down."""
        return log(self.alpha_bar) - log1p(-self.alpha_bar)

    def at(self, t: int | Tensor, x: Tensor) -> Tensor:
        """alpha_bar_t, gathered and shaped to multiply `x`: (B, 1, ..., 1).

        t: in 1..T, a whole number (then B is 1) or (B,) int64.   x: the data, (B, ...).
        float64 whatever the dtype of `x`, because 1 - alpha_bar needs it: a formula
        casts its finished coefficients to the dtype of its data (mps has float32 only).
        Raises ValueError for a `t` of another type, shape or range.
        """
        return self._gather(check_time("t", t, 1, self.T, len(x)), x)

    def pair(self, s: int | Tensor, t: int | Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """alpha_bar_s and alpha_bar_t for 0 <= s < t <= T, each as `at` gives it.

        Raises ValueError as `at` does, and where s >= t.
        """
        s = check_time("s", s, 0, self.T - 1, len(x))
        t = check_time("t", t, 1, self.T, len(x))
        late = (s >= t).flatten().nonzero().flatten()
        if len(late):
            s_late, t_late = (u.item() if u.ndim == 0 else u[late[0]].item() for u in (s, t))
            raise ValueError(f"s: got s = {s_late} with t = {t_late}, expected s < t")
        return self._gather(s, x), self._gather(t, x)

    def _gather(self, t: Tensor, x: Tensor) -> Tensor:
        dtype = torch.float32 if x.device.type == "mps" else torch.float64
        ab_t = self.alpha_bar[t].reshape(-1, *[1] * (x.ndim - 1))
        return ab_t.to(x.device, dtype)


def from_alpha_bar(alpha_bar: Tensor | Sequence[float]) -> Schedule:
    """A schedule from its T+1 values alpha_bar_0 = 1, ..., alpha_bar_T.

    Raises and warns as `Schedule` does.
    """
    return Schedule(alpha_bar)


def from_betas(betas: Tensor | Sequence[float]) -> Schedule:
    """A schedule from the variances of its steps.

    alpha_bar_t = prod_{i<=t} (1 - beta_i).
    betas: T of them, beta_1 first, each inside (0, 1); the last may be 1, which leaves
    nothing of the data (zero terminal SNR, Lin et al. 2024).
    Raises ValueError for other values, and where the product leaves float64.
    """
    betas = _float64("betas", betas)
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

    Raises ValueError for a T that is no count, a beta outside (0, 1).
    Source: Ho et al. (2020), section 4.
    """
    T = check_count("T", T, 1, MOST_STEPS)
    check_inside("beta_1", beta_1, 0, 1)
    check_inside("beta_T", beta_T, 0, 1)
    return from_betas(torch.linspace(beta_1, beta_T, T, dtype=torch.float64))


def scaled_linear(T: int = 1000, beta_1: float = 0.00085, beta_T: float = 0.012) -> Schedule:
    """sqrt(beta), not beta, goes on a straight line from beta_1 to beta_T.

    Raises ValueError for a T that is no count, a beta outside (0, 1).
    Source: Rombach et al. (2022), whose code calls it "linear".
    """
    T = check_count("T", T, 1, MOST_STEPS)
    check_inside("beta_1", beta_1, 0, 1)
    check_inside("beta_T", beta_T, 0, 1)
    root = torch.linspace(beta_1**0.5, beta_T**0.5, T, dtype=torch.float64)
    return from_betas(root**2)


def cosine(T: int = 1000, offset: float = 0.008, max_beta: float = 0.999) -> Schedule:
    """alpha_bar_t = f(t) / f(0), with no beta above max_beta.

    With max_beta = 1 nothing of the data is left at T: alpha_bar_T = 0, exactly. There a
    network can't be asked for the noise, which says nothing of x_0; ask for v or x_0.

    f(t) = cos((t/T + offset) / (1 + offset) * pi/2)^2.
    Raises ValueError for a T that is no count, an offset that is not positive, a
    max_beta outside (0, 1].
    Source: Nichol and Dhariwal (2021), equation 17; max_beta = 1, Lin et al. (2024).
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
    Raises ValueError for what is no Schedule, or one of a single step.
    Source: Lin et al. (2024), algorithm 1.
    """
    if not isinstance(schedule, Schedule):
        raise ValueError(f"schedule: got {type(schedule).__name__}, expected a Schedule")
    if schedule.T < 2:
        raise ValueError(
            f"schedule: got T = {schedule.T}, expected at least 2: "
            "one entry is kept, another goes to 0"
        )
    root = sqrt(schedule.alpha_bar[1:])
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    return Schedule(torch.cat([schedule.alpha_bar[:1], root**2]))


def _float64(name: str, values: Tensor | Sequence[float]) -> Tensor:
    """The values as one row of finite float64 numbers on the CPU, a copy."""
    try:
        is_tensor = isinstance(values, Tensor)
        row = values if is_tensor else torch.from_numpy(np.array(values))
        if row.is_complex() or row.dtype == torch.bool:
            raise TypeError
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name}: got {shown(values)}, expected a row of real numbers") from None
    row = row.detach().to("cpu", torch.float64, copy=True)
    if row.ndim != 1:
        raise ValueError(f"{name}: got shape {tuple(row.shape)}, expected one row of numbers")
    bad = (~torch.isfinite(row)).nonzero().flatten()
    if len(bad):
        i = bad[0].item()
        raise ValueError(f"{name}: got {row[i].item()} at position {i}, expected finite numbers")
    return row


def _level_of_caller() -> int:
    """The stacklevel at which the warning of `Schedule` points outside this module.

    A reader's line is one frame up from `Schedule` and three from `linear`.
    """
    frame, level = inspect.currentframe().f_back, 1
    while frame.f_globals is globals() and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level
