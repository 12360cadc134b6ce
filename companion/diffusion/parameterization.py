"""What a network predicts: the noise, the clean data, or the velocity between them.

Each of the three says the same, for x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t)
eps ties them together. `target` is what a network learns from; `predict` turns its output
into both x_0 and eps, and who takes that `Prediction` cannot know which it was.
"""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, sqrt

from companion.diffusion.doors import check_both
from companion.diffusion.posterior import x0_from_noise
from companion.diffusion.precision import mix
from companion.diffusion.schedule import Schedule


@dataclass(frozen=True, eq=False)
class Prediction:
    """The clean data and the noise in x_t that goes with it, as predicted: (B, ...)."""

    x0: Tensor
    eps: Tensor


class Parameterization(Protocol):
    """One of `EPS`, `X0` and `V`."""

    def target(
        self,
        schedule: Schedule,
        x0: Tensor,
        eps: Tensor,
        t: int | Tensor,
    ) -> Tensor:
        """What the network should return at time t.

        Args:
            schedule: the noise schedule.
            x0: clean data, (B, ...).
            eps: the noise in x_t, (B, ...).
            t: in 1..T, a whole number or (B,) int64.

        Returns:
            (B, ...).

        Raises:
            ValueError: for another `t`, and for data unlike in shape or not finite.
        """

    def predict(
        self,
        schedule: Schedule,
        output: Tensor,
        xt: Tensor,
        t: int | Tensor,
        *,
        validate_args: bool = True,
    ) -> Prediction:
        """What the network's output at x_t says of x_0 and of eps.

        Args:
            schedule: the noise schedule.
            output: what the network returned, (B, ...).
            xt: what it was given, (B, ...).
            t: in 1..T, a whole number or (B,) int64.
            validate_args: False in a sampler's loop, which looks at its numbers itself.

        Returns:
            The two predictions.

        Raises:
            ValueError: for another `t`, for data unlike in shape or not finite, and, of
                `EPS`, where alpha_bar_t = 0: pure noise says nothing of x_0.
        """


class _Eps:
    """The noise: the choice of Ho et al. (2020)."""

    def target(
        self,
        schedule: Schedule,
        x0: Tensor,
        eps: Tensor,
        t: int | Tensor,
    ) -> Tensor:
        """eps itself."""
        check_both("eps", eps, "x0", x0)
        schedule.check_time(t, len(x0))
        return eps

    def predict(
        self,
        schedule: Schedule,
        output: Tensor,
        xt: Tensor,
        t: int | Tensor,
        *,
        validate_args: bool = True,
    ) -> Prediction:
        """x_0 from the noise (1-12)."""
        x0 = x0_from_noise(schedule, xt, output, t, validate_args=validate_args)
        return Prediction(x0, output)


class _X0:
    """The clean data: then the network is a denoiser."""

    def target(
        self,
        schedule: Schedule,
        x0: Tensor,
        eps: Tensor,
        t: int | Tensor,
    ) -> Tensor:
        """x_0 itself."""
        check_both("eps", eps, "x0", x0)
        schedule.check_time(t, len(x0))
        return x0

    def predict(
        self,
        schedule: Schedule,
        output: Tensor,
        xt: Tensor,
        t: int | Tensor,
        *,
        validate_args: bool = True,
    ) -> Prediction:
        """eps = (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t)."""
        check_both("output", output, "xt", xt, values=validate_args)
        ab_t = schedule.at(t, xt)
        return Prediction(output, mix(1, xt, -sqrt(ab_t), output, over=sqrt(1 - ab_t)))


class _V:
    """The velocity, v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0.

    It is defined at every time: near t = 0 it is about the noise, at alpha_bar_t = 0
    it is -x_0.
    Source: Salimans and Ho (2022), appendix D.
    """

    def target(
        self,
        schedule: Schedule,
        x0: Tensor,
        eps: Tensor,
        t: int | Tensor,
    ) -> Tensor:
        """v of x_0 and eps."""
        check_both("eps", eps, "x0", x0)
        ab_t = schedule.at(t, x0)
        sqrt_ab, sqrt_1m_ab = sqrt(ab_t), sqrt(1 - ab_t)
        return mix(sqrt_ab, eps, -sqrt_1m_ab, x0)

    def predict(
        self,
        schedule: Schedule,
        output: Tensor,
        xt: Tensor,
        t: int | Tensor,
        *,
        validate_args: bool = True,
    ) -> Prediction:
        """x_0 and eps, by turning (x_t, v) back through the angle of (x_0, eps)."""
        check_both("output", output, "xt", xt, values=validate_args)
        ab_t = schedule.at(t, xt)
        sqrt_ab, sqrt_1m_ab = sqrt(ab_t), sqrt(1 - ab_t)
        x0 = mix(sqrt_ab, xt, -sqrt_1m_ab, output)
        eps = mix(sqrt_1m_ab, xt, sqrt_ab, output)
        return Prediction(x0, eps)


EPS: Parameterization = _Eps()
X0: Parameterization = _X0()
V: Parameterization = _V()
