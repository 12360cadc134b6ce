"""The way back, a step at a time: pure steps and one thin loop.

A sampler gets what is known at time t and returns a distribution of x_s; a deterministic
one returns one of variance 0. The loop draws from it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, sqrt

from companion.checks import check_count, check_data, check_inside, check_same_shape
from companion.diffusion.forward import transition
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.parameterization import Prediction
from companion.diffusion.posterior import posterior
from companion.diffusion.precision import mix
from companion.diffusion.schedule import Schedule


@dataclass(frozen=True, eq=False)
class State:
    """What a sampler knows at one time: t, x_t, and what the network predicts from it."""

    t: int
    xt: Tensor
    prediction: Prediction


Denoiser = Callable[[Tensor, int], Prediction]
Sampler = Callable[[Schedule, Sequence[State], int], Gaussian]
Hook = Callable[[Tensor, int], Tensor]


def ancestral(schedule: Schedule, history: Sequence[State], s: int) -> Gaussian:
    """The posterior with the predicted x_0 in place of x_0 (1-11a).

    At s = 0 the variance is 0: no noise is added in the last step.
    Source: Ho et al. (2020), algorithm 2; for skipped steps it is DDIM with eta = 1.

    Args:
        schedule: the noise schedule.
        history: the states seen so far, the present one last.
        s: where to go, 0 <= s < t.

    Returns:
        The distribution of x_s.
    """
    now = history[-1]
    return posterior(schedule, now.xt, now.prediction.x0, s, now.t, validate_args=False)


def ddim(eta: float = 0.0) -> Sampler:
    """A sampler that keeps the predicted noise and renews the share eta of it.

    x_s = sqrt(ab_s) x_0 + sqrt(1 - ab_s - var) eps, with var = eta^2 times that of the
    posterior. Any var keeps the marginals (1-15a); eta = 0 is Euler's step of the flow (1-17d).
    Source: Song et al. (2021), Denoising diffusion implicit models, equation 12.

    Args:
        eta: from 0 (deterministic) to 1 (`ancestral`).

    Returns:
        The sampler.

    Raises:
        ValueError: for another `eta`.
    """
    if eta not in (0, 1):
        check_inside("eta", eta, 0, 1)

    def step(schedule: Schedule, history: Sequence[State], s: int) -> Gaussian:
        now = history[-1]
        x0, eps = now.prediction.x0, now.prediction.eps
        ab_s, ab_t = schedule.pair(s, now.t, now.xt)
        var = eta**2 * ((1 - ab_s) / (1 - ab_t) * (1 - ab_t / ab_s))
        mean = mix(sqrt(ab_s), x0, sqrt((1 - ab_s - var).clamp(min=0)), eps)
        return Gaussian(mean, var, validate_args=False)

    return step


def dpm_solver(schedule: Schedule, history: Sequence[State], s: int) -> Gaussian:
    """DPM-Solver++(2M): the predicted x_0 carried on along a line, in log-SNR (1-17e).

    x_s = r x_t + (sqrt(ab_s) - sqrt(ab_t) r) D, with r the ratio of the weights of the noise,
    sqrt((1 - ab_s) / (1 - ab_t)), where D is the prediction of x_0 halfway to s, on the line
    through the last two. The first step and the last (to s = 0, where the log-SNR has no
    end) take D = the prediction itself, which is DDIM with eta = 0.
    Source: Lu et al. (2022), DPM-Solver++, algorithm 2.

    Args:
        schedule: the noise schedule.
        history: the states seen so far, the present one last.
        s: where to go, 0 <= s < t.

    Returns:
        The distribution of x_s, of variance 0.
    """
    now = history[-1]
    ab_s, ab_t = schedule.pair(s, now.t, now.xt)
    D = now.prediction.x0
    if len(history) > 1 and s > 0:
        before = history[-2]
        _, ab_u = schedule.pair(now.t, before.t, now.xt)
        h = _log_snr(ab_s) - _log_snr(ab_t)
        h_before = _log_snr(ab_t) - _log_snr(ab_u)
        D = mix(1, D, h / h_before / 2, D - before.prediction.x0)
    sigma_ratio = sqrt((1 - ab_s) / (1 - ab_t))
    coefficient = sqrt(ab_s) - sqrt(ab_t) * sigma_ratio
    mean = mix(sigma_ratio, now.xt, coefficient, D)
    return Gaussian(mean, torch.zeros_like(ab_s), validate_args=False)


def trajectory(
    denoise: Denoiser,
    schedule: Schedule,
    xT: Tensor,
    timesteps: Sequence[int],
    sampler: Sampler = ancestral,
    *,
    hook: Hook | None = None,
    repeats: int = 1,
    generator: torch.Generator | None = None,
) -> Iterator[State]:
    """Walk from noise to data; yields the state at each time, then that at t = 0.

    The one loop of sampling. Each state's numbers are looked at once.

    Args:
        denoise: the network, (x_t, t) -> Prediction; called once a step.
        schedule: the noise schedule.
        xT: where to start, (B, ...), standard normal noise.
        timesteps: t_1 > t_2 > ... > 0, without the 0 at the end, as `trailing` makes them.
        sampler: what makes a step: `ancestral`, `ddim()` or `dpm_solver`.
        hook: (x_t, t) -> x_t, called on each state before the network sees it, and on
            the sample, at t = 0.
        repeats: how often each step is taken, 1 or more; in between, the noise of the
            step is added again. What comes of new noise has no history: a solver of
            second order then takes a step of first order.
        generator: for all noise that the loop draws.

    Yields:
        The states that the network saw, and at the end one with t = 0, the sample as xt,
        and the last prediction.

    Raises:
        ValueError: for timesteps that do not fall, or outside 1..T, for fewer than 1
            repeats, for bad data, and where the network makes x_t NaN or infinite.
    """
    check_data("xT", xT)
    repeats = check_count("repeats", repeats, 1, 1000)
    history: list[State] = []
    xt = xT
    for t, s in pairwise([*check_falling(timesteps, schedule.T), 0]):
        before = history[-1:]
        for again in range(repeats):
            xt = hook(xt, t) if hook else xt
            history = [*before, State(t, xt, denoise(xt, t))]
            yield history[-1]
            check_same_shape("denoise", history[-1].prediction.x0, "xt", xt)
            xs = sampler(schedule, history, s).sample(generator=generator)
            check_data(f"x at time {s}", xs)  # the one look at the numbers of a step
            if again < repeats - 1 and s > 0:
                back = transition(schedule, xs, s, t, validate_args=False)
                xt, before = back.sample(generator=generator), []  # on no line with the last
        xt = xs
    xt = hook(xt, 0) if hook else xt
    yield State(0, xt, history[-1].prediction)


def sample(
    denoise: Denoiser,
    schedule: Schedule,
    xT: Tensor,
    timesteps: Sequence[int],
    sampler: Sampler = ancestral,
    *,
    hook: Hook | None = None,
    repeats: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """The end of `trajectory`, whose arguments and errors it has.

    Returns:
        Samples, (B, ...).
    """
    walk = trajectory(
        denoise,
        schedule,
        xT,
        timesteps,
        sampler,
        hook=hook,
        repeats=repeats,
        generator=generator,
    )
    for state in walk:
        x0 = state.xt
    return x0


def trailing(T: int, steps: int) -> tuple[int, ...]:
    """`steps` times from T down, evenly spaced and rounded: T, ..., without the 0.

    Args:
        T: the number of steps of the schedule.
        steps: how many of them to take.

    Returns:
        The times, falling.

    Raises:
        ValueError: unless 1 <= steps <= T.
    """
    T, steps = _counts(T, steps)
    return tuple(round(T * (steps - n) / steps) for n in range(steps))


def leading(T: int, steps: int) -> tuple[int, ...]:
    """`steps` times from 1 up, as far apart as whole numbers allow, in falling order.

    Unless steps = T the first is below T: the walk starts from noise where a little of
    the data is left. Many published models were sampled so (Lin et al. 2024, section 3.3).

    Args:
        T: the number of steps of the schedule.
        steps: how many of them to take.

    Returns:
        The times, falling; the last is 1.

    Raises:
        ValueError: unless 1 <= steps <= T.
    """
    T, steps = _counts(T, steps)
    return tuple(1 + n * (T // steps) for n in reversed(range(steps)))


def check_falling(timesteps: Sequence[int], T: int) -> list[int]:
    """The times as a list.

    Raises:
        ValueError: unless they fall, within 1..T.
    """
    times = [check_count("timesteps", t, 1, T) for t in timesteps]
    if not times or any(s >= t for t, s in pairwise(times)):
        raise ValueError(f"timesteps: got {times}, expected falling times, at least one")
    return times


def _counts(T: int, steps: int) -> tuple[int, int]:
    T = check_count("T", T, 1, 10**9)
    return T, check_count("steps", steps, 1, T)


def _log_snr(ab: Tensor) -> Tensor:
    return torch.log(ab) - torch.log1p(-ab)
