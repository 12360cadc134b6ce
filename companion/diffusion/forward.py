"""The forward process: from data to noise. First the distribution, then the draw."""

from torch import Tensor, sqrt

from companion.checks import check_data
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.precision import scaled
from companion.diffusion.schedule import Schedule


def step(schedule: Schedule, x_previous: Tensor, t: int | Tensor) -> Gaussian:
    """One step, q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I) (1-1).

    `.sample(eps)` is the draw (1-2).
    Source: Ho et al. (2020), equation 2.

    Args:
        schedule: the noise schedule.
        x_previous: x_{t-1}, (B, ...).
        t: in 1..T, a whole number or (B,) int64.

    Returns:
        The distribution of x_t.

    Raises:
        ValueError: for another `t`, and for data that is not finite.
    """
    check_data("x_previous", x_previous)
    t = schedule.check_time(t, len(x_previous))
    ab_previous, ab_t = schedule.pair(t - 1, t, x_previous)
    beta_t = 1 - ab_t / ab_previous
    mean = scaled(sqrt(1 - beta_t), x_previous)
    return Gaussian(mean, beta_t)


def marginal(
    schedule: Schedule, x0: Tensor, t: int | Tensor, *, validate_args: bool = True
) -> Gaussian:
    """All t steps, q(x_t | x_0) = N(sqrt(alpha_bar_t) x_0, (1 - alpha_bar_t) I) (1-5).

    `.sample(eps)` is the draw (1-4).
    Source: Ho et al. (2020), equation 4.

    Args:
        schedule: the noise schedule.
        x0: clean data, (B, ...).
        t: in 1..T, a whole number or (B,) int64.
        validate_args: False inside a loop, which looks at its numbers itself.

    Returns:
        The distribution of x_t.

    Raises:
        ValueError: for another `t`, and for data that is not finite.
    """
    if validate_args:
        check_data("x0", x0)
    ab_t = schedule.at(t, x0)
    mean = scaled(sqrt(ab_t), x0)
    return Gaussian(mean, 1 - ab_t, validate_args=validate_args)


def transition(
    schedule: Schedule,
    xs: Tensor,
    s: int | Tensor,
    t: int | Tensor,
    *,
    validate_args: bool = True,
) -> Gaussian:
    """Any number of steps, q(x_t | x_s) = N(sqrt(alpha) x_s, (1 - alpha) I) (1-3a).

    alpha = alpha_bar_t / alpha_bar_s: s = t - 1 is `step`, s = 0 is `marginal`.

    Args:
        schedule: the noise schedule.
        xs: data at time s, (B, ...).
        s: the earlier time, 0 <= s < t, a whole number or (B,) int64.
        t: the later time, s < t <= T, a whole number or (B,) int64.
        validate_args: False inside a loop, which looks at its numbers itself.

    Returns:
        The distribution of x_t.

    Raises:
        ValueError: for other times, and for data that is not finite.
    """
    if validate_args:
        check_data("xs", xs)
    ab_s, ab_t = schedule.pair(s, t, xs)
    alpha = ab_t / ab_s
    mean = scaled(sqrt(alpha), xs)
    return Gaussian(mean, 1 - alpha, validate_args=validate_args)
