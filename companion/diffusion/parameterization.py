"""What a network is asked for: the noise, the clean data, or the velocity between them.

Each of the three says the same, for x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t)
eps ties them together. `target` is what a network learns from; `predict` turns its output
into both x_0 and eps, and who takes that `Prediction` cannot know which it was.
"""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, promote_types, sqrt

from companion.checks import check_data, check_same_device, check_same_shape
from companion.diffusion.posterior import x0_from_noise
from companion.diffusion.precision import narrowed, widened
from companion.diffusion.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Prediction:
    """A guess of the clean data and of the noise in x_t that goes with it: (B, ...)."""

    x0: Tensor
    eps: Tensor


class Parameterization(Protocol):
    """One of `EPS`, `X0` and `V`."""

    def target(self, schedule: Schedule, x0: Tensor, eps: Tensor, t: int | Tensor) -> Tensor:
        """What the network should return at time t: (B, ...)."""

    def predict(
        self, schedule: Schedule, output: Tensor, xt: Tensor, t: int | Tensor
    ) -> Prediction:
        """What the network's output at x_t says of x_0 and of eps."""


class _Eps:
    """The noise: the choice of Ho et al. (2020)."""

    def target(self, schedule: Schedule, x0: Tensor, eps: Tensor, t: int | Tensor) -> Tensor:
        """eps itself.   x0, eps: (B, ...).   t: in 1..T, whole or (B,) int64."""
        _check_both("eps", eps, "x0", x0)
        schedule.at(t, x0)  # the check of t
        return eps

    def predict(
        self, schedule: Schedule, output: Tensor, xt: Tensor, t: int | Tensor
    ) -> Prediction:
        """x_0 from the noise (1-12).   output, xt: (B, ...).   t: in 1..T.

        Raises ValueError where alpha_bar_t = 0: pure noise says nothing of x_0.
        """
        return Prediction(x0_from_noise(schedule, xt, output, t), output)


class _X0:
    """The clean data: then the network is a denoiser."""

    def target(self, schedule: Schedule, x0: Tensor, eps: Tensor, t: int | Tensor) -> Tensor:
        """x_0 itself.   x0, eps: (B, ...).   t: in 1..T, whole or (B,) int64."""
        _check_both("eps", eps, "x0", x0)
        schedule.at(t, x0)  # the check of t
        return x0

    def predict(
        self, schedule: Schedule, output: Tensor, xt: Tensor, t: int | Tensor
    ) -> Prediction:
        """eps = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t).

        output, xt: (B, ...).   t: in 1..T, a whole number or (B,) int64.
        """
        _check_both("output", output, "xt", xt)
        ab_t = schedule.at(t, xt)
        dtype, xt, x0 = promote_types(xt.dtype, output.dtype), widened(xt), widened(output)
        signal, noise = sqrt(ab_t).to(xt.dtype), sqrt(1 - ab_t).to(xt.dtype)
        return Prediction(output, narrowed((xt - signal * x0) / noise, dtype))


class _V:
    """The velocity, v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0.

    It is defined at every time: near t = 0 it is about the noise, at alpha_bar_t = 0
    it is -x_0.   Source: Salimans and Ho (2022), appendix D.
    """

    def target(self, schedule: Schedule, x0: Tensor, eps: Tensor, t: int | Tensor) -> Tensor:
        """v.   x0, eps: (B, ...).   t: in 1..T, a whole number or (B,) int64."""
        _check_both("eps", eps, "x0", x0)
        ab_t = schedule.at(t, x0)
        signal, noise = sqrt(ab_t).to(x0.dtype), sqrt(1 - ab_t).to(x0.dtype)
        return signal * eps - noise * x0

    def predict(
        self, schedule: Schedule, output: Tensor, xt: Tensor, t: int | Tensor
    ) -> Prediction:
        """x_0 and eps, by turning (x_t, v) back through the angle of (x_0, eps).

        output, xt: (B, ...).   t: in 1..T, a whole number or (B,) int64.
        """
        _check_both("output", output, "xt", xt)
        ab_t = schedule.at(t, xt)
        signal, noise = sqrt(ab_t).to(xt.dtype), sqrt(1 - ab_t).to(xt.dtype)
        return Prediction(signal * xt - noise * output, noise * xt + signal * output)


EPS: Parameterization = _Eps()
X0: Parameterization = _X0()
V: Parameterization = _V()


def _check_both(name: str, x: Tensor, other_name: str, other: Tensor) -> None:
    check_data(name, x)
    check_data(other_name, other)
    check_same_shape(name, x, other_name, other)
    check_same_device(name, x, other_name, other)
