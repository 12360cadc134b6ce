"""The flow from noise to data, whose speed is the noise that is predicted, both ways."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, sqrt

from companion.checks import check_data, check_inside, check_same_shape
from companion.diffusion.doors import check_both
from companion.diffusion.parameterization import Prediction
from companion.diffusion.precision import mix, narrowed, scaled, widened
from companion.diffusion.samplers import Denoiser, check_falling
from companion.diffusion.schedule import Schedule


def score_from_noise(schedule: Schedule, eps: Tensor, t: int | Tensor) -> Tensor:
    """The score of x_t, from the mean of the noise in it (1-17b).

    It is -eps / sqrt(1 - alpha_bar_t): Tweedie's formula.
    Source: Vincent (2011), A connection between score matching and denoising autoencoders.

    Args:
        schedule: the noise schedule.
        eps: E[eps | x_t], or what a network predicts for it, (B, ...).
        t: in 1..T, a whole number or (B,) int64.

    Returns:
        The gradient of the log density of x_t, (B, ...).

    Raises:
        ValueError: for another `t`, and for data not finite.
    """
    check_data("eps", eps)
    return -scaled(1 / sqrt(1 - schedule.at(t, eps)), eps)


def encode(
    denoise: Denoiser,
    schedule: Schedule,
    x0: Tensor,
    timesteps: Sequence[int],
) -> Tensor:
    """The noise from which `ddim()` makes x0: its flow (1-17c), run backwards.

    Each step is Euler's (1-17d), up from s to t, with what is predicted at s. At time 0 no
    network is called: clean data say nothing of the noise, whose mean there is 0.
    Source: Song et al. (2021), Denoising diffusion implicit models, section 4.3.

    Args:
        denoise: (x_t, t) -> Prediction; called once at each time but the highest.
        schedule: the noise schedule.
        x0: clean data, (B, ...).
        timesteps: as for `sample`: t_1 > t_2 > ... > 0.

    Returns:
        x at the time timesteps[0], (B, ...).

    Raises:
        ValueError: for timesteps that do not fall, or outside 1..T, for bad data, and
            where the network makes x_t NaN or infinite.
    """
    check_data("x0", x0)
    x, prediction = x0, Prediction(x0, torch.zeros_like(x0))
    for s, t in pairwise([0, *reversed(check_falling(timesteps, schedule.T))]):
        if s > 0:
            prediction = denoise(x, s)
            check_same_shape("denoise", prediction.x0, "x0", x0)
        ab_t = schedule.at(t, x)
        x = mix(sqrt(ab_t), prediction.x0, sqrt(1 - ab_t), prediction.eps)
        check_data(f"x at time {t}", x)  # the one look at the numbers of a step
    return x


def slerp(a: Tensor, b: Tensor, share: float) -> Tensor:
    """From a (share 0) to b (share 1) along the great circle between their directions.

    The plain mean of two independent noises has half their variance, and no network
    has seen such noise; this one has as much as they have.
    Source: Shoemake (1985), Animating rotation with quaternion curves.

    Args:
        a: (B, ...), no item of zeros only.
        b: in the shape of `a`.
        share: from 0 to 1.

    Returns:
        (B, ...).

    Raises:
        ValueError: for another share, for data unlike in shape or not finite, and for
            items that are zero, or point in opposite directions.
    """
    check_both("b", b, "a", a)
    if share not in (0, 1):
        check_inside("share", share, 0, 1)
    flat_a, flat_b = (widened(x).reshape(len(x), -1) for x in (a, b))
    of_a, of_b = (x / x.norm(dim=1, keepdim=True) for x in (flat_a, flat_b))
    angle = 2 * torch.atan2((of_a - of_b).norm(dim=1), (of_a + of_b).norm(dim=1))
    if not (angle < torch.pi - 1e-6).all():  # of zeros, too: NaN
        raise ValueError("a, b: got items that are 0 or opposite, expected one way between them")
    weights = [
        torch.where(angle > 1e-6, torch.sin(u * angle) / torch.sin(angle), u)
        for u in (1 - share, share)
    ]
    along = weights[0][:, None] * flat_a + weights[1][:, None] * flat_b
    return narrowed(along.reshape(a.shape), a.dtype)
