"""Statistics that a chapter shows: what a line leaves, and a mean over time."""

import torch
from torch import Tensor


def residual(y: Tensor, x: Tensor) -> Tensor:
    """What is left of y when the straight line in x is taken out.

    Args:
        y: (N,).
        x: (N,), not constant.

    Returns:
        (N,), with a mean of 0 and no correlation with x.
    """
    x, y = x - x.mean(), y - y.mean()
    return y - (x @ y) / (x @ x) * x


def mean_by_time(t: Tensor, values: Tensor, T: int, parts: int = 20) -> tuple[Tensor, Tensor]:
    """The mean of values in each of some equal parts of the time, where it has any.

    Args:
        t: the times of the values, (N,), in 1..T.
        values: (N,).
        T: the last time.
        parts: into how many the time is divided.

    Returns:
        The middle of each part with values in it, and their mean, of one length.
    """
    edges = torch.linspace(0, T, parts + 1)
    middles, means = [], []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (t > low) & (t <= high)
        if inside.any():
            middles.append((low + high) / 2)
            means.append(values[inside].mean())
    return torch.stack(middles), torch.stack(means)
