"""Classes of a mixture, its exact denoiser, and the density that guidance is taken for."""

from collections.abc import Sequence

import torch
from torch import Tensor

from companion.checks import check_count, check_data, check_inside
from companion.diffusion.mixture import Mixture
from companion.diffusion.parameterization import X0, Prediction
from companion.diffusion.samplers import Denoiser
from companion.diffusion.schedule import Schedule

GRID = 20_001  # points of the line on which a tilted density is summed


def exact_denoiser(data: Mixture, schedule: Schedule) -> Denoiser:
    """What a perfect network is for these data.

    Args:
        data: the distribution of x_0.
        schedule: the noise schedule.

    Returns:
        (x_t, t) -> Prediction, in float64.
    """

    def denoise(xt: Tensor, t: int) -> Prediction:
        return X0.predict(schedule, data.expected_x0(schedule, xt, t), xt.double(), t)

    return denoise


def given_class(data: Mixture, y: int | Sequence[int]) -> Mixture:
    """The data of one class, where a class is one component, or some of them.

    Args:
        data: one mixture, without leading axes.
        y: the component, or those that make up the class.

    Returns:
        q(x | y), a mixture of these components.

    Raises:
        ValueError: for components that are not there, and a class without weight.
    """
    parts = _parts(data, y)
    weights = data.weights[parts]
    return Mixture(weights / weights.sum(), data.means[parts], data.covs[parts])


def tilted_log_prob(data: Mixture, y: int | Sequence[int], scale: float, x: Tensor) -> Tensor:
    """log(q(x) q(y | x)^scale), up to a constant.

    At a scale of 0 it is the density of all data; at 1, up to a constant, that of the class.
    Of `data.marginal(schedule, t)` it is the density whose score guidance follows at t (2-9a).

    Args:
        data: one mixture, without leading axes.
        y: the class, as in `given_class`.
        scale: any number.
        x: (..., D).

    Returns:
        (...,), not normalised.

    Raises:
        ValueError: as `given_class` does, and for a scale or an x that is not finite.
    """
    parts = _parts(data, y)
    check_inside("scale", scale, -torch.inf, torch.inf)
    of_each = data.component_log_prob(x)  # (..., K)
    log_q = of_each.logsumexp(-1)
    return log_q + scale * (of_each[..., parts].logsumexp(-1) - log_q)


def tilted_density(data: Mixture, y: int | Sequence[int], scale: float, x: Tensor) -> Tensor:
    """The density q(x) q(y | x)^scale of a mixture on the line, normalised on a grid.

    Args:
        data: a mixture in one dimension, without leading axes.
        y: the class, as in `given_class`.
        scale: 0 or more, where it can be normalised.
        x: evenly spaced points of the line, (N,), from end to end of what has mass.

    Returns:
        The density at `x`, (N,); its trapezoids sum to 1.

    Raises:
        ValueError: as `tilted_log_prob` does, for a scale below 0 and for points that are
            not rising.
    """
    _check_scale(scale)
    check_data("x", x)
    if x.ndim != 1 or not (x.diff() > 0).all():
        raise ValueError(f"x: got shape {tuple(x.shape)}, expected rising points, (N,)")
    log_q = tilted_log_prob(data, y, scale, x[:, None])
    density = (log_q - log_q.max()).exp()
    return density / torch.trapezoid(density, x.double())


def tilted_icdf(data: Mixture, y: int | Sequence[int], scale: float, p: Tensor) -> Tensor:
    """The quantiles of the tilted density of a mixture on the line, from a fine grid.

    Args:
        data: a mixture in one dimension, without leading axes.
        y: the class, as in `given_class`.
        scale: 0 or more, where it can be normalised.
        p: shares inside (0, 1), (...,).

    Returns:
        Numbers on the line, (...,).

    Raises:
        ValueError: as `tilted_density` does, and for other shares.
    """
    _check_scale(scale)
    check_data("p", p)
    if not ((p > 0) & (p < 1)).all():
        raise ValueError(f"p: got {p.min():.6g}..{p.max():.6g}, expected shares inside (0, 1)")
    low, high = data.icdf(torch.tensor([1e-12, 1 - 1e-12], dtype=torch.float64)).tolist()
    x = torch.linspace(low, high, GRID, dtype=torch.float64)
    below = torch.cumulative_trapezoid(tilted_density(data, y, scale, x), x)
    place = torch.searchsorted(below, p.double().flatten().contiguous()).clamp(max=GRID - 2)
    under = torch.where(place > 0, below[place - 1], 0.0)
    share = (p.double().flatten() - under) / (below[place] - under)
    return torch.lerp(x[place], x[place + 1], share).reshape(p.shape)


def _check_scale(scale: float) -> None:
    if scale != 0:
        check_inside("scale", scale, 0, torch.inf)


def _parts(data: Mixture, y: int | Sequence[int]) -> list[int]:
    """The components of a class."""
    if data.weights.ndim != 1 or data.means.ndim != 2 or data.covs.ndim != 3:
        raise ValueError(
            f"data: got weights of shape {tuple(data.weights.shape)}, expected one mixture, (K,)"
        )
    K = len(data.weights)
    parts = [check_count("y", k, 0, K - 1) for k in (y if isinstance(y, Sequence) else [y])]
    if len(set(parts)) < max(len(parts), 1) or data.weights[parts].sum() == 0:
        raise ValueError(f"y: got {parts}, expected components that differ, and that have weight")
    return parts
