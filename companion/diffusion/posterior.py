"""The posterior: what x_s was, given the noisier x_t and the clean x_0; 0 <= s < t."""

from torch import Tensor, promote_types, sqrt

from companion.checks import check_data, check_same_device, check_same_shape
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.precision import narrowed, widened
from companion.diffusion.schedules import Schedule


def posterior(
    schedule: Schedule, xt: Tensor, x0: Tensor, s: int | Tensor, t: int | Tensor
) -> Gaussian:
    """q(x_s | x_t, x_0), Gaussian (1-10), from the clean data (1-11a).

    alpha = alpha_bar_t / alpha_bar_s; s = t - 1 is the article's (1-11).
    `.sample(eps)` is the draw (1-14). At s = 0 the mean is x_0 and the variance 0.
    xt, x0: noisy and clean data, (B, ...).
    s, t: 0 <= s < t <= T, whole numbers or (B,) int64.
    Raises ValueError for other times, and for data unlike in shape or not finite.
    Source: Ho et al. (2020), equations 6 and 7.
    """
    _check_both("x0", x0, xt)
    ab_s, ab_t = schedule.pair(s, t, xt)
    alpha = ab_t / ab_s
    weight_x0 = sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    weight_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    mean = weight_x0.to(x0.dtype) * x0 + weight_xt.to(xt.dtype) * xt
    var = (1 - ab_s) / (1 - ab_t) * (1 - alpha)
    return Gaussian(mean, var)


def posterior_from_noise(
    schedule: Schedule, xt: Tensor, eps: Tensor, s: int | Tensor, t: int | Tensor
) -> Gaussian:
    """The same posterior from the noise eps in x_t instead of the clean data (1-13a).

    s = t - 1 is the article's (1-13). `.sample(eps)` is the draw (1-15).
    xt, eps: noisy data and the noise in it, (B, ...).
    s, t: 0 <= s < t <= T, whole numbers or (B,) int64.
    Raises ValueError as `posterior` does, and where alpha_bar_t = 0: there the noise
    is all of x_t and says nothing of x_0.
    Source: Ho et al. (2020), equation 11.
    """
    _check_both("eps", eps, xt)
    ab_s, ab_t = schedule.pair(s, t, xt)
    _check_signal_left(ab_t)
    dtype, xt, eps = promote_types(xt.dtype, eps.dtype), widened(xt), widened(eps)
    alpha = ab_t / ab_s
    weight_eps = (1 - alpha) / sqrt(1 - ab_t)
    mean = (xt - weight_eps.to(eps.dtype) * eps) / sqrt(alpha).to(xt.dtype)
    var = (1 - ab_s) / (1 - ab_t) * (1 - alpha)
    return Gaussian(narrowed(mean, dtype), var)


def x0_from_noise(schedule: Schedule, xt: Tensor, eps: Tensor, t: int | Tensor) -> Tensor:
    """The clean data back from the noise in x_t (1-12).

    x_0 = (x_t - sqrt(1 - alpha_bar_t) eps) / sqrt(alpha_bar_t). Near t = T the divisor
    is small: where float16 can't hold the quotient it is the largest number of float16.
    xt, eps: noisy data and the noise in it, (B, ...).   Returns (B, ...).
    t: in 1..T, a whole number or (B,) int64.
    Raises ValueError for another `t`, for data unlike in shape or not finite, and
    where alpha_bar_t = 0.
    """
    _check_both("eps", eps, xt)
    ab_t = schedule.at(t, xt)
    _check_signal_left(ab_t)
    dtype, xt, eps = promote_types(xt.dtype, eps.dtype), widened(xt), widened(eps)
    std = sqrt(1 - ab_t).to(eps.dtype)
    x0 = (xt - std * eps) / sqrt(ab_t).to(xt.dtype)
    return narrowed(x0, dtype)


def _check_both(name: str, x: Tensor, xt: Tensor) -> None:
    check_data("xt", xt)
    check_data(name, x)
    check_same_shape(name, x, "xt", xt)
    check_same_device(name, x, "xt", xt)


def _check_signal_left(ab_t: Tensor) -> None:
    if not (ab_t > 0).all():
        raise ValueError(
            "t: got a time with alpha_bar_t = 0, expected more: pure noise says nothing of x_0"
        )
