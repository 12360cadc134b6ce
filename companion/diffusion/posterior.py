"""The posterior: what x_s was, given the noisier x_t and the clean x_0; 0 <= s < t."""

from torch import Tensor, sqrt

from companion.diffusion.doors import check_both
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.precision import mix
from companion.diffusion.schedule import Schedule


def posterior(
    schedule: Schedule,
    xt: Tensor,
    x0: Tensor,
    s: int | Tensor,
    t: int | Tensor,
    *,
    validate_args: bool = True,
) -> Gaussian:
    """q(x_s | x_t, x_0), Gaussian (1-10), from the clean data (1-11a).

    alpha = alpha_bar_t / alpha_bar_s; s = t - 1 is the article's (1-11).
    `.sample(eps)` is the draw (1-14). At s = 0 the mean is x_0 and the variance 0.
    Source: Ho et al. (2020), equations 6 and 7.

    Args:
        schedule: the noise schedule.
        xt: noisy data, (B, ...).
        x0: clean data, (B, ...).
        s: the earlier time, 0 <= s < t, a whole number or (B,) int64.
        t: the later time, s < t <= T, a whole number or (B,) int64.
        validate_args: False in a sampler's loop, which looks at its numbers itself.

    Returns:
        The distribution of x_s.

    Raises:
        ValueError: for other times, and for data unlike in shape or not finite.
    """
    check_both("x0", x0, "xt", xt, values=validate_args)
    ab_s, ab_t = schedule.pair(s, t, xt)
    alpha = ab_t / ab_s
    weight_x0 = sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    weight_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    var = (1 - ab_s) / (1 - ab_t) * (1 - alpha)
    return Gaussian(mix(weight_x0, x0, weight_xt, xt), var, validate_args=False)


def posterior_from_noise(
    schedule: Schedule, xt: Tensor, eps: Tensor, s: int | Tensor, t: int | Tensor
) -> Gaussian:
    """The same posterior from the noise eps in x_t instead of the clean data (1-13a).

    s = t - 1 is the article's (1-13). `.sample(eps)` is the draw (1-15).
    Source: Ho et al. (2020), equation 11.

    Args:
        schedule: the noise schedule.
        xt: noisy data, (B, ...).
        eps: the noise in it, (B, ...).
        s: the earlier time, 0 <= s < t, a whole number or (B,) int64.
        t: the later time, s < t <= T, a whole number or (B,) int64.

    Returns:
        The distribution of x_s.

    Raises:
        ValueError: as `posterior` does, and where alpha_bar_t = 0: there the noise is
            all of x_t and says nothing of x_0.
    """
    check_both("eps", eps, "xt", xt)
    ab_s, ab_t = schedule.pair(s, t, xt)
    schedule.check_signal_left(t)
    alpha = ab_t / ab_s
    weight_eps = (1 - alpha) / sqrt(1 - ab_t)
    var = (1 - ab_s) / (1 - ab_t) * (1 - alpha)
    mean = mix(1, xt, -weight_eps, eps, over=sqrt(alpha))
    return Gaussian(mean, var, validate_args=False)


def x0_from_noise(
    schedule: Schedule, xt: Tensor, eps: Tensor, t: int | Tensor, *, validate_args: bool = True
) -> Tensor:
    """The clean data back from the noise in x_t (1-12).

    x_0 = (x_t - sqrt(1 - alpha_bar_t) eps) / sqrt(alpha_bar_t). Near t = T the divisor
    is small: where float16 can't hold the quotient it is the largest number of float16.

    Args:
        schedule: the noise schedule.
        xt: noisy data, (B, ...).
        eps: the noise in it, (B, ...).
        t: in 1..T, a whole number or (B,) int64.
        validate_args: False in a sampler's loop, which looks at its numbers itself.

    Returns:
        x_0, (B, ...).

    Raises:
        ValueError: for another `t`, for data unlike in shape or not finite, and where
            alpha_bar_t = 0.
    """
    check_both("eps", eps, "xt", xt, values=validate_args)
    ab_t = schedule.at(t, xt)
    schedule.check_signal_left(t)
    return mix(1, xt, -sqrt(1 - ab_t), eps, over=sqrt(ab_t))
