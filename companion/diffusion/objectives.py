"""What training minimises, and the bound on the likelihood that it stands for.

All in nats; `bits_per_dim` turns them into bits for each number of an image.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, log

from companion.checks import check_count, check_data, check_inside, check_same_shape
from companion.diffusion.forward import marginal
from companion.diffusion.gaussian import Gaussian
from companion.diffusion.parameterization import Prediction
from companion.diffusion.posterior import posterior
from companion.diffusion.precision import like, widened
from companion.diffusion.schedule import Schedule


def kl(q: Gaussian, p: Gaussian, *, validate_args: bool = True) -> Tensor:
    """KL(q || p) of two Gaussians, in nats, summed over the coordinates.

    (log(var_p / var_q) + (var_q + (mean_q - mean_p)^2) / var_p - 1) / 2 a coordinate.

    Args:
        q: the first.
        p: the second, with a mean of the same shape.
        validate_args: False inside a loop, where only the shapes are compared.

    Returns:
        (B,), in the dtype of the variances.

    Raises:
        ValueError: for means of two shapes, and for a variance of 0.
    """
    check_same_shape("p", p.mean, "the mean of q", q.mean)
    for name, one in (("q", q), ("p", p)):
        if validate_args and not (one.var > 0).all():
            raise ValueError(f"{name}: got a variance of 0, expected more")
    distance = like(q.var, q.mean - p.mean)
    terms = (log(p.var / q.var) + (q.var + distance**2) / p.var - 1) / 2
    return terms.expand(q.mean.shape).reshape(len(q.mean), -1).sum(dim=1)


def simple_loss(output: Tensor, target: Tensor) -> Tensor:
    """The mean squared error of each item.

    Source: Ho et al. (2020), equation 14, which drops the weights of the bound.

    Args:
        output: what the network returned, (B, ...).
        target: what it should have returned, (B, ...).

    Returns:
        (B,), in float32 or a longer dtype.

    Raises:
        ValueError: for two shapes: nothing is broadcast.
    """
    check_same_shape("output", output, "the target", target)
    output, target = widened(output), widened(target)
    return (output - target).square().reshape(len(output), -1).mean(dim=1)


def bound_weight(schedule: Schedule, s: int | Tensor, t: int | Tensor) -> Tensor:
    """What ||x_0 - x0_hat||^2 is multiplied by in the bound: (SNR(s) - SNR(t)) / 2.

    In a loss on the noise it is divided by SNR(t), in one on v by SNR(t) + 1.
    Source: Kingma et al. (2021), equation 14.

    Args:
        schedule: the noise schedule.
        s: the earlier time, 0 < s < t, a whole number or (B,) int64.
        t: the later time, s < t <= T, a whole number or (B,) int64.

    Returns:
        (B,), or (1,).

    Raises:
        ValueError: for other times, s = 0 among them, where it has no end.
    """
    ab_s, ab_t = schedule.pair(s, t)
    if (ab_s == 1).any():
        raise ValueError("s: got 0, expected 1 or more: SNR(0) is infinite")
    return (ab_s / (1 - ab_s) - ab_t / (1 - ab_t)) / 2


def min_snr_weight(schedule: Schedule, t: int | Tensor, gamma: float = 5.0) -> Tensor:
    """min(SNR(t), gamma), a weight of ||x_0 - x0_hat||^2.

    On the noise it is min(SNR, gamma) / SNR, on v min(SNR, gamma) / (SNR + 1).
    Source: Hang et al. (2023), section 3.4.

    Args:
        schedule: the noise schedule.
        t: in 1..T, a whole number or (B,) int64.
        gamma: where the weight is cut off.

    Returns:
        (B,), or (1,).

    Raises:
        ValueError: for another `t`, and for a gamma not above 0.
    """
    check_inside("gamma", gamma, 0, math.inf)
    ab_t = schedule.at(t)
    return (ab_t / (1 - ab_t)).clamp(max=gamma)


def bound(
    schedule: Schedule,
    denoise: Callable[[Tensor, int], Prediction],
    x0: Tensor,
    *,
    var_0: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """The negative variational bound, term by term, in nats.

    Row 0 is L_0 = -log p(x_0 | x_1), row t in 1..T-1 is L_t, the KL between the
    posterior of x_t given x_{t+1} with x_0 and with the prediction of it, and row T is
    L_T, the KL between q(x_T | x_0) and the standard normal. Their sum over the rows is,
    on average, at least -log p(x_0) of the sampler.
    Source: Ho et al. (2020), equation 5.

    Args:
        schedule: the noise schedule.
        denoise: (x_t, t) -> Prediction.
        x0: clean data, (B, ...).
        var_0: the variance of p(x_0 | x_1); by default that of the noise in x_1,
            1 - alpha_bar_1.
        generator: for one draw of x_t at each time.

    Returns:
        (T + 1, B).

    Raises:
        ValueError: for bad data, from the network too, and for a `var_0` not above 0.
    """
    check_data("x0", x0)
    var_0 = 1 - schedule.alpha_bar[1].item() if var_0 is None else var_0
    check_inside("var_0", var_0, 0, math.inf)
    last = marginal(schedule, x0, schedule.T)
    zero, one = torch.zeros_like(last.mean), torch.ones_like(last.var)
    terms = [kl(last, Gaussian(zero, one))]
    for t in range(schedule.T, 0, -1):
        xt = marginal(schedule, x0, t, validate_args=False).sample(generator=generator)
        x0_hat = denoise(xt, t).x0
        check_data(f"x_0 predicted at time {t}", x0_hat)
        if t > 1:
            q = posterior(schedule, xt, x0, t - 1, t, validate_args=False)
            p = posterior(schedule, xt, x0_hat, t - 1, t, validate_args=False)
            terms.append(kl(q, p, validate_args=False))
        else:
            terms.append(-Gaussian(x0_hat, one * var_0).log_prob(x0))
    return torch.stack(terms[::-1])


def bits_per_dim(nats: Tensor, x0: Tensor, levels: int | None = None) -> Tensor:
    """Nats an item as bits for each of its numbers.

    Published figures are of pixels with 256 whole values, a step of 2 / 255 apart here,
    and of the *probability* of such a value, which is the density times the step. Theirs
    are larger by log2(255 / 2) = 6.99 bits: `levels=256` adds these. A model of
    continuous data has to be asked for data with noise of that step on it (uniform
    dequantisation, Theis et al. 2016) for a bound on the probability; without that noise
    the density at a few points may be anything.

    Args:
        nats: (..., B).
        x0: the data, (B, ...).
        levels: None for the density of the numbers themselves, as `bound` gives it: of
            continuous data, pixels in [-1, 1].

    Returns:
        (..., B).

    Raises:
        ValueError: for fewer than 2 levels.
    """
    bits = nats / (x0[0].numel() * math.log(2))
    if levels is None:
        return bits
    return bits + math.log2((check_count("levels", levels, 2, 1 << 16) - 1) / 2)
