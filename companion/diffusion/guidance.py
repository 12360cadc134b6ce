"""Steering a walk back: by a condition, or by a part of the picture that is given."""

from collections.abc import Sequence
from math import inf

import torch
from torch import Tensor

from companion.checks import check_data, check_inside, check_same_shape
from companion.diffusion.forward import marginal
from companion.diffusion.parameterization import Prediction
from companion.diffusion.samplers import Denoiser, Sampler, ancestral, sample
from companion.diffusion.schedule import Schedule


def guided(conditional: Denoiser, unconditional: Denoiser, scale: float) -> Denoiser:
    """Classifier-free guidance: one denoiser made of two, which every sampler takes.

    eps = uncond + scale * (cond - uncond): 1 is no guidance, 0 is no condition, and above
    1 the condition counts for more than it did in training. x_0 is mixed in the same way,
    which is the x_0 that belongs to this eps. Papers that write 1 + w mean scale = 1 + w.
    Source: Ho and Salimans (2022), equation 6.

    Args:
        conditional: (x_t, t) -> Prediction, with the condition.
        unconditional: (x_t, t) -> Prediction, without it.
        scale: any number.

    Returns:
        (x_t, t) -> Prediction. At 0 and 1 it is one of the two, and the other isn't called.

    Raises:
        ValueError: for a scale that is not a finite number.
    """
    check_inside("scale", scale, -inf, inf)
    if scale in (0, 1):
        return conditional if scale == 1 else unconditional

    def denoise(xt: Tensor, t: int) -> Prediction:
        cond, uncond = conditional(xt, t), unconditional(xt, t)
        x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)
        eps = uncond.eps + scale * (cond.eps - uncond.eps)
        return Prediction(x0, eps)

    return denoise


def inpaint(
    denoise: Denoiser,
    schedule: Schedule,
    x0: Tensor,
    given: Tensor,
    xT: Tensor,
    timesteps: Sequence[int],
    sampler: Sampler = ancestral,
    *,
    repeats: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Samples that agree with x0 where it is given.

    At each time the given part is put in with the noise of that time, and the network
    makes the rest fit.
    Source: Lugmayr et al. (2022), RePaint, algorithm 1.

    Args:
        denoise: as for `sample`.
        schedule: as for `sample`.
        x0: (B, ...), of any value where it is not given.
        given: (B, ...), True where x0 is given.
        xT: as for `sample`.
        timesteps: as for `sample`.
        sampler: as for `sample`.
        repeats: how often each step is taken, 1 or more; in between the noise of the
            step is added again, so that the made part gets another look at the given one.
        generator: for all noise.

    Returns:
        (B, ...), equal to x0 where it is given.

    Raises:
        ValueError: for other shapes, a `given` that is not of booleans, fewer than 1
            repeats, and as `sample` does.
    """
    for name, tensor in (("x0", x0), ("xT", xT)):
        check_data(name, tensor)
    if not isinstance(given, Tensor) or given.dtype != torch.bool:
        raise ValueError("given: expected a tensor of True and False")
    check_same_shape("given", given, "x0", x0)
    check_same_shape("xT", xT, "x0", x0)

    def put_in(xt: Tensor, t: int) -> Tensor:
        if t == 0:
            return torch.where(given, x0, xt)
        known = marginal(schedule, x0, t, validate_args=False).sample(generator=generator)
        return torch.where(given, known, xt)

    return sample(
        denoise,
        schedule,
        xT,
        timesteps,
        sampler,
        hook=put_in,
        repeats=repeats,
        generator=generator,
    )
