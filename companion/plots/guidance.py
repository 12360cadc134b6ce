"""Guided samples over the tilted density, and what changes with the scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from companion.plots.colors import COLORS
from companion.plots.player import Player, player
from companion.plots.style import LINES, check_curves, panels


def guided_over_tilted(x: Tensor, runs: Mapping[str, tuple[Tensor, Tensor]]) -> Figure:
    """Guided samples as histograms over the tilted density, a panel for each scale.

    Args:
        x: points of the line, (M,).
        runs: for each label the samples, (N,), and the density at `x`, (M,).

    Returns:
        The figure.
    """
    fig, axes = panels(-(-len(runs) // 2), 2, height=2.1 * -(-len(runs) // 2))
    bins = np.linspace(x[0].item(), x[-1].item(), 81)
    for ax, (label, (samples, density)) in zip(axes, runs.items(), strict=False):
        share = torch.ones_like(samples) / len(samples) / (bins[1] - bins[0])
        ax.hist(samples.numpy(), bins, weights=share, color=COLORS["signal"], alpha=0.55)
        ax.plot(x, density, "--", color=COLORS["noise"], linewidth=1.5)
        ax.set(title=label, xlabel="$x_0$", ylabel="density", xlim=(x[0], x[-1]))
    for ax in axes[len(runs) :]:
        ax.set_visible(False)
    return fig


def two_densities(x: Tensor, pairs: Mapping[str, tuple[Tensor, Tensor]]) -> Figure:
    """The density that guidance follows and the noised tilted one, a panel for each time.

    Args:
        x: points of the line, (M,).
        pairs: for each label the two densities at `x`, (M,) each.

    Returns:
        The figure.
    """
    fig, axes = panels(1, len(pairs), height=2.5, share=True)
    for ax, (label, (followed, tilted)) in zip(axes, pairs.items(), strict=True):
        ax.plot(x, followed, "-", color=COLORS["signal"], label="guidance follows")
        ax.plot(x, tilted, "--", color=COLORS["noise"], label="tilted, with noise")
        ax.set(title=label, xlabel="$x_t$", xlim=(x[0], x[-1]))
    axes[0].set(ylabel="density")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig


def against_scale(
    scales: Sequence[float], panels_of: Mapping[str, Mapping[str, Sequence[float]]]
) -> Figure:
    """Curves against the scale of guidance, a panel for each thing that is measured.

    Args:
        scales: where each curve has its points.
        panels_of: for each axis label, the curves by their labels, three at most.

    Returns:
        The figure.

    Raises:
        ValueError: for more curves.
    """
    fig, axes = panels(1, len(panels_of), height=2.9)
    for ax, (measured, curves) in zip(axes, panels_of.items(), strict=True):
        check_curves(len(curves), 3)
        for line, marker, (label, values) in zip(LINES, "os^", curves.items(), strict=False):
            ax.plot(scales, values, ls=line, marker=marker, markersize=4, label=label)
        ax.set(xlabel="scale $s$", ylabel=measured, ylim=(0, None))
        ax.legend(fontsize=8)
    return fig


def guided_walks(x: Tensor, walks: Mapping[str, Sequence[Tensor]], labels: Sequence[str]) -> Player:
    """Samples on their way from noise, as histograms, a panel for each scale.

    Args:
        x: the ends of the axis are its first and its last point, (M,).
        walks: for each title the states, (N,) each, as many as there are labels.
        labels: what each frame is, for instance "t = 250".

    Returns:
        The player.
    """
    low, high = x[0].item(), x[-1].item()
    bins = np.linspace(low, high, 71)
    fig, axes = panels(1, len(walks), height=2.6, share=True)

    def draw(i: int) -> None:
        for ax, (title, states) in zip(axes, walks.items(), strict=True):
            ax.clear()
            share = torch.ones_like(states[i]) / len(states[i]) / (bins[1] - bins[0])
            ax.hist(states[i].numpy(), bins, weights=share, color=COLORS["signal"], alpha=0.55)
            ax.set(title=title, xlabel="$x_t$", xlim=(low, high), ylim=(0, 1.7))
        axes[0].set(ylabel="density")

    return player(
        fig,
        draw,
        labels,
        name="guided-walks",
        title="Samples on their way, with and without guidance",
        alt="Histograms that begin as the same bell of noise. Without guidance they end as the "
        "bump of the class; with guidance as a narrower one, further to the right.",
    )


def trade_off(ways: Mapping[tuple[str, float], Sequence[Sequence[float]]]) -> Figure:
    """Obedience against the Frechet distance: a line for each way, a point for each scale.

    Args:
        ways: for each way and scale obedience in per cent and the distance, some seeds each,
            in rising order of the scales of a way. There may be five ways.

    Returns:
        The figure, with the mean of the seeds. The first point of a way is larger.

    Raises:
        ValueError: for more ways.
    """
    fig, (ax,) = panels(height=3.4)
    names = list(dict.fromkeys(way for way, _ in ways))
    check_curves(len(names), len(LINES))
    for name, line, color in zip(names, LINES, list(COLORS.values())[1:], strict=False):
        points = [(np.mean(v[1]), np.mean(v[0])) for (way, _), v in ways.items() if way == name]
        x, y = np.array(points).T
        ax.plot(x, y, linestyle=line, marker="o", markersize=4, color=color, label=name)
        ax.plot(x[:1], y[:1], marker="o", markersize=9, color=color)
    ax.set(xlabel="Fréchet distance", ylabel="obedience, per cent")
    ax.legend()
    return fig
