"""The forward process: from data to noise. First the distribution, then the draw."""

from torch import Tensor, sqrt

from companion.checks import check_data, check_time
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.schedules import Schedule


def step(schedule: Schedule, x_previous: Tensor, t: int | Tensor) -> Gaussian:
    """One step, q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I) (1-1).

    `.sample(eps)` is the draw (1-2).
    x_previous: x_{t-1}, (B, ...).   t: in 1..T, a whole number or (B,) int64.
    Raises ValueError for another `t`, and for data that is not finite.
    Source: Ho et al. (2020), equation 2.
    """
    check_data("x_previous", x_previous)
    t = check_time("t", t, 1, schedule.T, len(x_previous))
    ab_previous, ab_t = schedule.pair(t - 1, t, x_previous)
    beta_t = 1 - ab_t / ab_previous
    mean = sqrt(1 - beta_t).to(x_previous.dtype) * x_previous
    return Gaussian(mean, beta_t)


def marginal(schedule: Schedule, x0: Tensor, t: int | Tensor) -> Gaussian:
    """All t steps, q(x_t | x_0) = N(sqrt(alpha_bar_t) x_0, (1 - alpha_bar_t) I) (1-5).

    `.sample(eps)` is the draw (1-4).
    x0: clean data, (B, ...).   t: in 1..T, a whole number or (B,) int64.
    Raises ValueError for another `t`, and for data that is not finite.
    Source: Ho et al. (2020), equation 4.
    """
    check_data("x0", x0)
    ab_t = schedule.at(t, x0)
    mean = sqrt(ab_t).to(x0.dtype) * x0
    return Gaussian(mean, 1 - ab_t)


def transition(schedule: Schedule, xs: Tensor, s: int | Tensor, t: int | Tensor) -> Gaussian:
    """Any number of steps, q(x_t | x_s) = N(sqrt(alpha) x_s, (1 - alpha) I) (1-3a).

    alpha = alpha_bar_t / alpha_bar_s: s = t - 1 is `step`, s = 0 is `marginal`.
    xs: data at time s, (B, ...).   s, t: 0 <= s < t <= T, whole or (B,) int64.
    Raises ValueError for other times, and for data that is not finite.
    """
    check_data("xs", xs)
    ab_s, ab_t = schedule.pair(s, t, xs)
    alpha = ab_t / ab_s
    mean = sqrt(alpha).to(xs.dtype) * xs
    return Gaussian(mean, 1 - alpha)
