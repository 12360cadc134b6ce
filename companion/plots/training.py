"""What training looks like: losses, the images that appear, the waves that tell time."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from companion.evaluation import mean_by_time
from companion.networks import sinusoidal_embedding
from companion.plots.colors import COLORS
from companion.plots.pictures import show_image
from companion.plots.player import Player, player
from companion.plots.style import LINES, check_curves, panels


def sheet(images: Tensor, columns: int) -> Tensor:
    """Images (N, C, H, W) as one image, row by row, with a grey line between them."""
    missing = -len(images) % columns  # of the last row: left empty
    whole = torch.nn.functional.pad(images, (0, 0, 0, 0, 0, 0, 0, missing), value=-0.4)
    framed = torch.nn.functional.pad(whole, (0, 1, 0, 1), value=-0.4)
    rows = [torch.cat([*row], dim=2) for row in framed.split(columns)]
    return torch.cat(rows, dim=1)[:, :-1, :-1]


def sheets(images: Mapping[str, Tensor], columns: int, height: float, across: int = 2) -> Figure:
    """Sets of images side by side or below each other, each on a sheet with its name.

    Args:
        images: for each name a set, (N, C, H, W).
        columns: of each sheet.
        height: of the figure, in inches.
        across: sheets side by side; one only where a sheet has more than 12 columns.

    Returns:
        The figure.
    """
    across = 1 if columns > 12 else min(len(images), across)
    fig, axes = panels(-(-len(images) // across), across, height=height)
    for ax, (label, one) in zip(axes, images.items(), strict=False):
        show_image(ax, sheet(one, columns))
        ax.set_title(label)
    for ax in axes[len(images) :]:
        ax.set_visible(False)
    return fig


def losses(by_step: Mapping[str, Sequence[float]], t: Tensor, each: Tensor, T: int) -> Figure:
    """The loss against the step, smoothed, and the loss of each image against its time.

    Args:
        by_step: a loss a step for each run.
        t: the times of single images, (N,).
        each: the losses of these, (N,).
        T: the last time.

    Returns:
        The figure.
    """
    fig, (left, right) = panels(1, 2, height=2.8)
    for label, values in by_step.items():
        smooth = np.convolve(values, np.ones(25) / 25, mode="valid")
        left.plot(np.arange(25, len(values) + 1), smooth, label=label)
    left.set(xlabel="step", ylabel="loss, mean of 25 steps", yscale="log")
    left.legend()
    right.scatter(t, each, s=3, color=COLORS["faint"], linewidths=0, alpha=0.6)
    middle, mean = mean_by_time(t, each, T)
    right.plot(middle, mean, color=COLORS["noise"], label="mean")
    right.set(xlabel="$t$ (steps)", ylabel="loss of one image", yscale="log")
    right.legend()
    return fig


def words_kept(steps: Sequence[int], curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """How often each kind of word is kept, against the steps of training.

    Args:
        steps: of the points, rising.
        curves: for each panel, by its title, the kinds of words; for each of these the
            shares at the steps, in per cent. "whole" is drawn as the last and thick.

    Returns:
        The figure.
    """
    fig, axes = panels(1, len(curves), height=3.0)
    colors = {"count": "faint", "size": "noise", "colour": "signal", "shape": "fourth"}
    looks = {kind: LINES[n] for n, kind in enumerate(("shape", "size", "colour", "count"))}
    for ax, (title, kinds) in zip(axes, curves.items(), strict=True):
        for kind, shares in kinds.items():
            whole = kind == "whole"
            color = COLORS["ink" if whole else colors.get(kind, "other")]
            line = "-" if whole else looks.get(kind, LINES[-1])
            width = 2.5 if whole else 1.5
            ax.plot(
                steps, shares, linestyle=line, marker=".", label=kind, color=color, linewidth=width
            )
        ax.set(title=title, xlabel="step", xscale="log", ylim=(-3, 103))
        ax.set_xticks(steps[1::2], [f"{step}" for step in steps[1::2]])
        ax.set_xticks([], minor=True)
    axes[0].set_ylabel("kept, per cent")
    axes[0].legend(*axes[-1].get_legend_handles_labels(), loc="center left")
    return fig


def by_seed(
    x: Sequence[float],
    panels_of: Mapping[str, Mapping[str, Sequence[Sequence[float]]]],
    *,
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Means over several trainings as curves on logarithmic axes, and a dot for each training.

    Args:
        x: where each curve has its points, rising and above 0.
        panels_of: for each panel, by its title, the curves by their labels, five at most; for
            each point of a curve the values of its trainings.
        xlabel: what x is.
        ylabel: what was measured.

    Returns:
        The figure.

    Raises:
        ValueError: for more curves.
    """
    fig, axes = panels(1, len(panels_of), height=2.9)
    looks = list(zip(("signal", "noise", "other", "fourth", "ink"), LINES, "os^Dv", strict=True))
    for ax, (title, curves) in zip(axes, panels_of.items(), strict=True):
        check_curves(len(curves), len(looks))
        for (name, line, marker), (label, points) in zip(looks, curves.items(), strict=False):
            means, color = [np.mean(values) for values in points], COLORS[name]
            ax.plot(x[: len(means)], means, linestyle=line, label=label, color=color)
            for at, values in zip(x, points, strict=False):
                ax.scatter([at] * len(values), values, s=16, marker=marker, color=color, alpha=0.6)
        ax.set(title=title, xlabel=xlabel, xscale="log", yscale="log")
        low, high = ax.get_ylim()
        ticks = [
            n * 10**k for k in range(-3, 4) for n in (1, 2, 3, 5, 7) if low <= n * 10**k <= high
        ]
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.set_xticks(x, [f"{at:g}" for at in x])
        ax.set_xticks([], minor=True)
        ax.set_yticks([], minor=True)
        ax.legend()
    axes[0].set_ylabel(ylabel)
    return fig


def waves(T: int, dim: int) -> Figure:
    """The embedding of every time, as a picture: a row a wave, a column a time."""
    fig, (ax,) = panels(height=2.4)
    picture = sinusoidal_embedding(torch.arange(T + 1), dim).T.numpy()
    shown = ax.imshow(picture, aspect="auto", cmap="RdBu", vmin=-1, vmax=1, interpolation="none")
    ax.set(xlabel="$t$ (steps)", ylabel="number of the wave")
    fig.colorbar(shown, ax=ax, label="value")
    return fig


def appearing(
    noisy: Sequence[Tensor],
    predictions: Sequence[Tensor],
    labels: Sequence[str],
    *,
    columns: int,
    name: str,
    titles: tuple[str, str] = ("$x_t$", "prediction of $x_0$"),
    title: str = "Digits appearing from noise",
    how: str = " from noise to data",
) -> Player:
    """Images on their way from noise: x_t, and beside it the prediction of x_0 there.

    Args:
        noisy: (N, C, H, W) a frame.
        predictions: the same, or another set of images under the second of the `titles`.
        labels: the time of each frame.
        columns: of each sheet.
        name: of the player in its page.
        titles: what is on the left and on the right.
        title: what the player is called.
        how: in which way its images change.

    Returns:
        The player.
    """
    fig, axes = panels(1, 2, height=2.9)

    def draw(i: int) -> None:
        for ax, images, title in zip(axes, (noisy[i], predictions[i]), titles, strict=True):
            ax.clear()
            show_image(ax, sheet(images, columns))
            ax.set_title(title)

    return player(
        fig,
        draw,
        labels,
        name=name,
        title=title,
        alt=f"Two sheets of images that change step by step{how}; on the "
        f"left: {titles[0]}, on the right: {titles[1]}.",
    )
