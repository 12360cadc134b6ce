"""Figures on what a network predicts: weights of errors, and errors by time."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from companion.diffusion import Schedule, bound_weight, min_snr_weight
from companion.plots.style import panels


def loss_weights(schedule: Schedule) -> Figure:
    """What each loss weighs a squared error of x_0 with, at each time from 2 on.

    The bound's weight is scaled to be that of the noise in the middle of the times.
    """
    t = torch.arange(2, schedule.T + 1)
    snr, middle = schedule.snr[2:], schedule.T // 2 - 2
    truth = bound_weight(schedule, t - 1, t).flatten()
    truth = truth * snr[middle] / truth[middle]
    curves = {
        "the bound": truth,
        "noise: SNR": snr,
        "velocity: SNR + 1": snr + 1,
        "picture: 1": torch.ones_like(snr),
        "min-SNR, 5": min_snr_weight(schedule, t).flatten(),
    }
    fig, (ax,) = panels(height=3.2)
    for label, weight in curves.items():
        ax.plot(t, weight, label=label)
    ax.set(xlabel="$t$ (steps)", ylabel="weight (log scale)", yscale="log")
    ax.set_ylim(1e-5, 1e6)
    ax.legend(ncols=2)
    return fig


def errors_by_time(times: Sequence[int], errors: Mapping[str, Tensor]) -> Figure:
    """The error of the predicted picture against time: mean of the seeds, and each seed.

    Args:
        times: those of the columns.
        errors: for each label (seeds, times).

    Returns:
        The figure.
    """
    fig, (ax,) = panels(height=3.2)
    for label, rows in errors.items():
        (line,) = ax.plot(times, rows.mean(dim=0), label=label)
        for row in rows:
            ax.plot(times, row, "o", color=line.get_color(), markersize=3, alpha=0.6)
    ax.set(xlabel="$t$ (steps)", ylabel="error of $x_0$ (log scale)", yscale="log")
    ax.legend()
    return fig
