"""Schedules as curves, and two samples held against each other."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from companion.diffusion import Mixture, Schedule
from companion.evaluation import residual
from companion.plots.colors import COLORS
from companion.plots.style import panels


def signal_and_noise(schedules: Mapping[str, Schedule]) -> Figure:
    """What multiplies the data and what multiplies the noise, against t / T (1-4)."""
    fig, (left, right) = panels(1, 2, height=3.1, share=True)
    for label, schedule in schedules.items():
        ab = schedule.alpha_bar
        u = torch.linspace(0, 1, schedule.T + 1)
        left.plot(u, ab.sqrt())
        right.plot(u, (1 - ab).sqrt(), label=label)
    left.set(title=r"signal, $\sqrt{\bar\alpha_t}$", ylabel="weight (no unit)")
    right.set(title=r"noise, $\sqrt{1-\bar\alpha_t}$")
    for ax in (left, right):
        ax.set(xlabel="$t / T$", xlim=(0, 1), ylim=(-0.02, 1.02))
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


def signal_to_noise(schedules: Mapping[str, Schedule]) -> Figure:
    """The signal-to-noise ratio against t / T, on a logarithmic axis (1-5a)."""
    fig, (ax,) = panels(height=3.4)
    for label, schedule in schedules.items():
        u = torch.linspace(0, 1, schedule.T + 1)[1:]
        snr = schedule.snr[1:]
        ax.plot(u[snr > 0], snr[snr > 0], label=label)
    ax.axhline(1, color=COLORS["faint"], linewidth=1, linestyle="-")
    ax.set(yscale="log", ylim=(1e-6, 1e5), xlim=(0, 1))
    ax.set(xlabel="$t / T$", ylabel="SNR$(t)$ (ratio of variances)")
    ax.annotate("signal = noise", (0.015, 0.7), va="top", fontsize=8)
    ax.legend(loc="lower left")
    return fig


def quantiles(first: Tensor, second: Tensor, first_name: str, second_name: str) -> Figure:
    """Two samples, quantile against quantile: on the diagonal where they agree.

    Left the whole range, right how far each quantile of the second is from the first's.
    """
    p = np.linspace(0.005, 0.995, 199)
    a, b = (np.quantile(x.flatten().numpy(), p) for x in (first, second))
    fig, (left, right) = panels(1, 2, height=2.7)
    left.plot(a, a, "-", color=COLORS["faint"], linewidth=1)
    left.plot(a, b, ".", color=COLORS["signal"], markersize=4)
    left.set(xlabel=f"quantile, {first_name}", ylabel=f"quantile, {second_name}")
    right.axhline(0, color=COLORS["faint"], linewidth=1)
    right.plot(p, b - a, "-", color=COLORS["signal"], linewidth=1.5)
    right.set(xlabel="share of the sample below", ylabel="difference", ylim=(-0.2, 0.2))
    return fig


def variance_by_time(curves: Mapping[str, Tensor]) -> Figure:
    """The variance of x_t against t, one curve for each rule that made the x_t."""
    fig, (ax,) = panels(height=2.9)
    for label, variance in curves.items():
        ax.plot(variance, label=label)
    ax.axhline(1, color=COLORS["faint"], linewidth=1, linestyle="-")
    ax.set(xlabel="$t$ (steps)", ylabel="variance of $x_t$", yscale="log")
    ax.legend()
    return fig


def memory(before: Tensor, now: Tensor, after: Tensor) -> Figure:
    """x_{t+1} against x_{t-1}: as drawn, and with what x_t says taken out of both."""
    fig, axes = panels(1, 2, height=2.8)
    pairs = [(before, after), (residual(before, now), residual(after, now))]
    for ax, (x, y) in zip(axes, pairs, strict=True):
        ax.scatter(x, y, s=5, color=COLORS["signal"], alpha=0.4, linewidths=0)
    axes[0].set(title="all draws", xlabel="$x_{t-1}$", ylabel="$x_{t+1}$")
    axes[1].set(title="given $x_t$")
    axes[1].set(xlabel="rest of $x_{t-1}$", ylabel="rest of $x_{t+1}$")
    return fig


def best_noise(mixture: Mixture, schedule: Schedule, times: tuple[int, ...]) -> Figure:
    """The best prediction of the noise, E[eps | x_t = x], at several times."""
    x = torch.linspace(-3, 3, 301, dtype=torch.float64)[:, None]
    fig, (ax,) = panels(height=3.0)
    for t in times:
        ax.plot(x, mixture.optimal_eps(schedule, x, t), label=f"$t = {t}$")
    ax.set(xlabel="$x$, the noisy value", ylabel=r"$E[\epsilon \mid x_t = x]$")
    ax.legend()
    return fig
