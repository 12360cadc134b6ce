"""A noise schedule: one tensor, alpha_bar, with an entry for each time 0..T."""

import inspect
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, log, log1p, sqrt

from companion.checks import check_time, shown

SCHEDULES = "companion.diffusion.schedule"  # this module and `schedules`
# Above this, sqrt(alpha_bar_T) leaves a visible picture in the "noise" of time T.
NOISE_REACHED = 0.1


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

    It warns (`NeverReachesNoise`) if sqrt(alpha_bar_T) > 0.1.
    Source: Ho et al. (2020), section 2.

    Args:
        alpha_bar: its T+1 values.

    Raises:
        ValueError: for a row of numbers of another form.
    """

    alpha_bar: Tensor

    def __post_init__(self) -> None:
        alpha_bar = float64_row("alpha_bar", self.alpha_bar)
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

    def at(self, t: int | Tensor, x: Tensor | None = None) -> Tensor:
        """alpha_bar_t, gathered and shaped to multiply `x`: (B, 1, ..., 1).

        float64 whatever the dtype of `x`, because 1 - alpha_bar needs it: a formula
        casts its finished coefficients to the dtype of its data (mps has float32 only).

        Args:
            t: in 1..T, a whole number (then B is 1) or (B,) int64.
            x: the data, (B, ...). Without it the answer is (B,), on the CPU.

        Returns:
            alpha_bar_t on the device of the data.

        Raises:
            ValueError: for a `t` of another type, shape or range.
        """
        return self._gather(self.check_time(t, None if x is None else len(x)), x)

    def pair(
        self, s: int | Tensor, t: int | Tensor, x: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """alpha_bar_s and alpha_bar_t for 0 <= s < t <= T, each as `at` gives it.

        Args:
            s: in 0..T-1, a whole number or (B,) int64.
            t: in 1..T, a whole number or (B,) int64.
            x: as in `at`.

        Returns:
            The two, in this order.

        Raises:
            ValueError: as `at` does, and where s >= t.
        """
        s, t = self.check_times(s, t, None if x is None else len(x))
        return self._gather(s, x), self._gather(t, x)

    def check_time(self, t: int | Tensor, batch: int | None = None) -> int | Tensor:
        """The time t as an index of `alpha_bar`, checked, and nothing computed.

        Args:
            t: in 1..T, a whole number or (B,) int64.
            batch: B, where it is known.

        Returns:
            An int, or int64 on the CPU, () or (B,).

        Raises:
            ValueError: for a `t` of another type, shape or range.
        """
        return _index("t", t, 1, self.T, batch)

    def check_times(
        self, s: int | Tensor, t: int | Tensor, batch: int | None = None
    ) -> tuple[int | Tensor, int | Tensor]:
        """The times s < t as indices of `alpha_bar`, checked, and nothing computed.

        Args:
            s: in 0..T-1, a whole number or (B,) int64.
            t: in 1..T, a whole number or (B,) int64.
            batch: B; without it, the length of the longer one.

        Returns:
            The two, as `check_time` gives one.

        Raises:
            ValueError: for times of another type, shape or range, and where s >= t.
        """
        if batch is None:
            lengths = [len(u) for u in (s, t) if isinstance(u, Tensor) and u.ndim]
            batch = max(lengths, default=1)
        if _is_index(s, batch) and _is_index(t, batch):  # right ones, quickly
            earlier, later = s.numpy(), t.numpy()  # which looks at a few numbers sooner than torch
            if earlier.min() >= 0 and later.max() <= self.T and (earlier < later).all():
                return s, t
        s, t = _index("s", s, 0, self.T - 1, batch), _index("t", t, 1, self.T, batch)
        late = s >= t
        if late if isinstance(late, bool) else late.any():
            pairs = torch.broadcast_tensors(torch.as_tensor(s), torch.as_tensor(t))
            s_late, t_late = (u[pairs[0] >= pairs[1]][0].item() for u in pairs)
            raise ValueError(f"s: got s = {s_late} with t = {t_late}, expected s < t")
        return s, t

    def check_signal_left(self, t: int | Tensor) -> None:
        """Something of the data is left at t. Only at T may alpha_bar be 0.

        Raises:
            ValueError: where alpha_bar_t = 0.
        """
        if self.alpha_bar[-1] == 0:
            last = t == self.T
            if last if isinstance(last, bool) else last.any():
                raise ValueError(
                    "t: got a time with alpha_bar_t = 0, expected more: "
                    "pure noise says nothing of x_0"
                )

    def _gather(self, t: int | Tensor, x: Tensor | None) -> Tensor:
        ab_t = self.alpha_bar[t]
        if x is None:
            return ab_t.reshape(-1)
        ab_t = ab_t.reshape(-1, *[1] * (x.ndim - 1))
        if x.is_cpu:
            return ab_t
        return ab_t.to(x.device, torch.float32 if x.is_mps else torch.float64)


def _index(
    name: str, t: int | Tensor, lowest: int, highest: int, batch: int | None
) -> int | Tensor:
    """A time as an index: right ones pass quickly, `check_time` says what is wrong."""
    if type(t) is int and lowest <= t <= highest:
        return t
    if _is_index(t, batch):
        low, high = t.aminmax()
        if lowest <= low.item() and high.item() <= highest:
            return t
    return check_time(name, t, lowest, highest, batch)


def _is_index(t: int | Tensor, batch: int | None) -> bool:
    """Whether it is a tensor that can index `alpha_bar`, if its numbers are right."""
    if not isinstance(t, Tensor) or t.dtype != torch.int64 or not t.is_cpu or t.ndim > 1:
        return False
    return t.ndim == 0 or len(t) == (batch or len(t)) > 0


def float64_row(name: str, values: Tensor | Sequence[float]) -> Tensor:
    """The values as one row of finite float64 numbers on the CPU, a copy.

    Raises:
        ValueError: for what is no such row.
    """
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
    """The stacklevel at which the warning of `Schedule` points outside the schedules.

    A reader's line is one frame up from `Schedule` and three from `linear`.
    """
    frame, level = inspect.currentframe().f_back, 1
    while frame.f_globals.get("__name__", "").startswith(SCHEDULES) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level
