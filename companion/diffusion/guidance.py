"""Steering a walk back: by a condition, or by a part of the picture that is given."""

from collections.abc import Sequence
from math import inf

import torch
from torch import Tensor

from companion.checks import check_count, check_data, check_inside, check_same_shape
from companion.diffusion.forward import marginal
from companion.diffusion.parameterization import Parameterization, Prediction, V
from companion.diffusion.samplers import Denoiser, Sampler, ancestral, sample
from companion.diffusion.schedule import Schedule


def guided(
    conditional: Denoiser,
    unconditional: Denoiser,
    scale: float,
) -> Denoiser:
    """Classifier-free guidance: one denoiser made of two, which every sampler takes.

    eps = uncond + scale * (cond - uncond) (2-9): 1 is no guidance, 0 is no condition, and
    above 1 the condition counts for more than it did in training. x_0 is mixed in the same
    way, which is the x_0 that belongs to this eps. Papers that write 1 + w mean
    scale = 1 + w. With the denoiser of another condition in place of `unconditional` the
    samples are led away from that one: negative words. With a worse denoiser of the same
    condition it is autoguidance (Karras et al. 2024).
    Source: Ho and Salimans (2022), equation 6.

    Args:
        conditional: (x_t, t) -> Prediction, with the condition.
        unconditional: (x_t, t) -> Prediction, without it, or what else to lead away from.
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


def interval(
    inside: Denoiser,
    outside: Denoiser,
    first: int,
    last: int,
) -> Denoiser:
    """One denoiser at the times first <= t <= last, and another at all other times.

    With `inside` guided and `outside` the conditional one, guidance acts in the middle of
    the walk only, where it costs little diversity.
    Source: Kynkaanniemi et al. (2024), Applying guidance in a limited interval.

    Args:
        inside: (x_t, t) -> Prediction.
        outside: (x_t, t) -> Prediction.
        first: the lowest time of `inside`, 1 or more.
        last: the highest, `first` or more.

    Returns:
        (x_t, t) -> Prediction; at each time one of the two is called.

    Raises:
        ValueError: for times that are no whole numbers, or not in this order.
    """
    first = check_count("first", first, 1, 10**9)
    last = check_count("last", last, first, 10**9)
    return lambda xt, t: inside(xt, t) if first <= t <= last else outside(xt, t)


def rescaled(
    guided: Denoiser,
    conditional: Denoiser,
    schedule: Schedule,
    phi: float,
    parameterization: Parameterization = V,
) -> Denoiser:
    """The guided output brought back towards the spread of the conditional one.

    output = (phi * ratio + 1 - phi) * output, where ratio is the standard deviation of the
    conditional output over that of the guided one, per item, over all its numbers.
    Source: Lin et al. (2024), section 3.4, for which phi is 0.7.

    Args:
        guided: (x_t, t) -> Prediction, as `guided` returns it.
        conditional: (x_t, t) -> Prediction, without guidance.
        schedule: the noise schedule.
        phi: from 0, which changes nothing, to 1.
        parameterization: what the output is, V as in the paper. Each gives other samples.

    Returns:
        (x_t, t) -> Prediction. Both denoisers are called, unless phi is 0.

    Raises:
        ValueError: for another phi; and, when called, for items of a single number, which
            have no spread.
    """
    if phi not in (0, 1):
        check_inside("phi", phi, 0, 1)
    if phi == 0:
        return guided

    def denoise(xt: Tensor, t: int) -> Prediction:
        if xt[0].numel() < 2:
            shape, expected = tuple(xt.shape), "items of 2 numbers or more"
            raise ValueError(f"xt: got shape {shape}, expected {expected}")
        outputs = (one(xt, t) for one in (guided, conditional))
        target, predict = parameterization.target, parameterization.predict
        to, cond = (target(schedule, p.x0, p.eps, t) for p in outputs)
        axes = tuple(range(1, xt.ndim))
        ratio = cond.std(axes, keepdim=True) / to.std(axes, keepdim=True)
        output = (phi * ratio + 1 - phi) * to
        return predict(schedule, output, xt, t, validate_args=False)

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
        known = marginal(schedule, x0, t, validate_args=False)
        return torch.where(given, known.sample(generator=generator), xt)

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
