"""The way back, a step at a time: pure steps and one thin loop.

A step gets what is known at time t and returns a distribution of x_s; a deterministic
step returns one of variance 0. The loop draws from it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, sqrt

from companion.checks import check_count, check_data, check_inside
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.parameterization import Prediction
from companion.diffusion.posterior import posterior
from companion.diffusion.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Known:
    """What a sampler knows at one time: x_t, t, and what the network says of it."""

    t: int
    xt: Tensor
    guess: Prediction


Denoiser = Callable[[Tensor, int], Prediction]
Step = Callable[[Schedule, Sequence[Known], int], Gaussian]


def ancestral(schedule: Schedule, path: Sequence[Known], s: int) -> Gaussian:
    """The posterior with the guessed x_0 in place of x_0 (1-11a).

    path: the times seen so far, the present one last.   s: 0 <= s < t.
    At s = 0 the variance is 0: no noise is added in the last step.
    Source: Ho et al. (2020), algorithm 2; for skipped steps it is DDIM with eta = 1.
    """
    now = path[-1]
    return posterior(schedule, now.xt, now.guess.x0, s, now.t)


def ddim(eta: float = 0.0) -> Step:
    """A step that keeps the guessed noise and renews the share eta of it.

    x_s = sqrt(ab_s) x_0 + sqrt(1 - ab_s - var) eps, with var = eta^2 times that of the
    posterior.   eta: from 0 (deterministic) to 1 (`ancestral`).
    Raises ValueError for another `eta`.
    Source: Song et al. (2021), Denoising diffusion implicit models, equation 12.
    """
    if eta not in (0, 1):
        check_inside("eta", eta, 0, 1)

    def step(schedule: Schedule, path: Sequence[Known], s: int) -> Gaussian:
        now = path[-1]
        ab_s, _ = schedule.pair(s, now.t, now.xt)
        var = eta**2 * posterior(schedule, now.xt, now.guess.x0, s, now.t).var
        signal = sqrt(ab_s).to(now.xt.dtype)
        noise = sqrt((1 - ab_s - var).clamp(min=0)).to(now.xt.dtype)
        return Gaussian(signal * now.guess.x0 + noise * now.guess.eps, var)

    return step


def dpm_solver(schedule: Schedule, path: Sequence[Known], s: int) -> Gaussian:
    """DPM-Solver++(2M): the guess of x_0 carried on along a line, in log-SNR.

    x_s = (sigma_s / sigma_t) x_t + (sqrt(ab_s) - sqrt(ab_t) sigma_s / sigma_t) D, with
    sigma^2 = 1 - ab, where D is the guess of x_0 halfway to s, on the line through the
    last two guesses. The first step and the last (to s = 0, where the log-SNR has no
    end) take D = the guess itself, which is DDIM with eta = 0.
    Source: Lu et al. (2022), DPM-Solver++, algorithm 2.
    """
    now = path[-1]
    ab_s, ab_t = schedule.pair(s, now.t, now.xt)
    x0 = now.guess.x0
    if len(path) > 1 and s > 0:
        before = path[-2]
        _, ab_u = schedule.pair(now.t, before.t, now.xt)
        h, h_before = _log_snr(ab_s) - _log_snr(ab_t), _log_snr(ab_t) - _log_snr(ab_u)
        x0 = x0 + (h / h_before / 2).to(x0.dtype) * (x0 - before.guess.x0)
    shrink = sqrt((1 - ab_s) / (1 - ab_t))
    gain = sqrt(ab_s) - sqrt(ab_t) * shrink
    mean = shrink.to(x0.dtype) * now.xt + gain.to(x0.dtype) * x0
    return Gaussian(mean, torch.zeros_like(ab_s))


def walk_back(
    denoise: Denoiser,
    schedule: Schedule,
    xT: Tensor,
    times: Sequence[int],
    step: Step = ancestral,
    *,
    generator: torch.Generator | None = None,
) -> Iterator[Known]:
    """Walk from noise to data; yields what is known at each time, then t = 0.

    denoise: the network, (x_t, t) -> Prediction; called once a step.
    xT: where to start, (B, ...), standard normal noise.   times: t_1 > t_2 > ... > 0
    without the 0 at the end, as `evenly_spaced` makes them.   generator: for the noise.
    The last thing yielded has t = 0, the sample as xt, and the last guess.
    Raises ValueError for times that do not fall, or outside 1..T, and for bad data.
    """
    check_data("xT", xT)
    stops = [*check_falling(times, schedule.T), 0]
    path: list[Known] = []
    xt = xT
    for t, s in zip(stops, stops[1:], strict=False):
        path = [*path[-1:], Known(t, xt, denoise(xt, t))]
        yield path[-1]
        xt = step(schedule, path, s).sample(generator=generator)
    yield Known(0, xt, path[-1].guess)


def sample(
    denoise: Denoiser,
    schedule: Schedule,
    xT: Tensor,
    times: Sequence[int],
    step: Step = ancestral,
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    """The end of `walk_back`: samples, (B, ...). The arguments and errors are its."""
    for known in walk_back(denoise, schedule, xT, times, step, generator=generator):
        x0 = known.xt
    return x0


def evenly_spaced(T: int, steps: int) -> tuple[int, ...]:
    """`steps` times from T down, evenly spaced and rounded: T, ..., without the 0.

    Raises ValueError unless 1 <= steps <= T.
    """
    T = check_count("T", T, 1, 10**9)
    steps = check_count("steps", steps, 1, T)
    return tuple(round(T * (steps - n) / steps) for n in range(steps))


def check_falling(times: Sequence[int], T: int) -> list[int]:
    """The times as a list. Raises ValueError unless they fall, within 1..T."""
    stops = [check_count("times", t, 1, T) for t in times]
    if not stops or any(s >= t for t, s in zip(stops, stops[1:], strict=False)):
        raise ValueError(f"times: got {stops}, expected falling times, at least one")
    return stops


def _log_snr(ab: Tensor) -> Tensor:
    return torch.log(ab) - torch.log1p(-ab)
