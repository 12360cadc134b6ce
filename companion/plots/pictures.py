"""Images in a grid, their pixels as histograms, and an image that loses itself."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from scipy.stats import norm
from torch import Tensor

from companion.data import to_uint8
from companion.plots.colors import COLORS
from companion.plots.player import Player, player
from companion.plots.style import WIDTH, panels

BINS = np.linspace(-4, 4, 61)
# matplotlib's own "gray" is off by one at 24 of the 256 values.
GREYS = ListedColormap([(min((k + 0.5) / 255, 1),) * 3 for k in range(256)])


def show_image(ax: Axes, image: Tensor) -> None:
    """One image (C, H, W) on an axis; what lies outside [-1, 1] is cut off."""
    ax.imshow(to_uint8(image), cmap=GREYS, vmin=0, vmax=255, interpolation="none")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def image_grid(
    rows: Sequence[Sequence[Tensor]],
    column_labels: Sequence[str],
    row_labels: Sequence[str],
) -> Figure:
    """Images (C, H, W) in rows and columns, with a word for each row and column."""
    columns = len(column_labels)
    height = (WIDTH - 0.4) / columns * len(rows) + 0.3
    fig, axes = panels(len(rows), columns, height=height)
    for i, row in enumerate(rows):
        for j, image in enumerate(row):
            ax = axes[i * columns + j]
            show_image(ax, image)
            if i == 0:
                ax.set_title(column_labels[j])
            if j == 0:
                ax.set_ylabel(row_labels[i])
    return fig


def pixel_histogram(ax: Axes, values: Tensor) -> None:
    """The values of an image's pixels as a density, over the standard normal."""
    ax.hist(
        values.flatten().clamp(-4, 4).numpy(),
        BINS,
        density=True,
        color=COLORS["signal"],
        alpha=0.55,
        label="pixels",
    )
    ax.plot(BINS, norm.pdf(BINS), "--", color=COLORS["noise"], label="$N(0, 1)$")
    ax.set(xlim=(-4, 4), xlabel="pixel value", ylabel="density", ylim=(0, 1.2))


def histograms(images: Sequence[Tensor], labels: Sequence[str]) -> Figure:
    """The pixels of one image at several times, each against the standard normal."""
    rows = -(-len(images) // 2)
    fig, axes = panels(rows, 2, height=1.9 * rows, share=True)
    for ax, (image, label) in zip(axes, zip(images, labels, strict=True), strict=False):
        pixel_histogram(ax, image)
        ax.set_title(label)
    for ax in axes:
        ax.label_outer()
    axes[0].legend(loc="upper right")
    return fig


def losing_itself(
    photo: Sequence[Tensor],
    digit: Sequence[Tensor],
    labels: Sequence[str],
    *,
    name: str,
) -> Player:
    """A photograph and a digit turning into noise, and the photograph's histogram.

    Args:
        photo: one image (C, H, W) a frame.
        digit: the same for the digit.
        labels: the time of each frame.
        name: of the player in its page.

    Returns:
        The player.
    """
    fig, axes = panels(1, 3, height=2.1)

    def draw(i: int) -> None:
        for ax in axes:
            ax.clear()
        show_image(axes[0], photo[i])
        show_image(axes[1], digit[i])
        pixel_histogram(axes[2], photo[i])
        axes[0].set_title("photograph")
        axes[1].set_title("digit")
        axes[2].set_title("photograph's pixels")
        axes[2].set(ylabel="", yticks=[])

    return player(
        fig,
        draw,
        labels,
        name=name,
        title="A photograph and a digit turning into noise",
        alt="A photograph and a handwritten digit sink into grey noise step by step, "
        "while the histogram of the photograph's pixels takes the shape of a bell.",
    )


def brightness(x0: Sequence[Tensor], xT: Sequence[Tensor], labels: Sequence[str]) -> Figure:
    """Mean brightness of x_T against that of x_0, image by image, a panel a schedule.

    Args:
        x0: a set of clean images (N, C, H, W) for each panel.
        xT: the same images at time T.
        labels: the names of the schedules.

    Returns:
        The figure.
    """
    fig, axes = panels(1, len(labels), height=2.8, share=True)
    for ax, clean, noisy, label in zip(axes, x0, xT, labels, strict=True):
        before, after = (x.flatten(1).mean(1).numpy() for x in (clean, noisy))
        ax.scatter(before, after, s=6, color=COLORS["signal"], alpha=0.5, linewidths=0)
        ax.axhline(0, color=COLORS["faint"], linewidth=1)
        ax.set(title=label, xlabel="mean brightness of $x_0$")
    axes[0].set_ylabel("mean brightness of $x_T$")
    return fig


def frame_times(T: int, frames: int) -> list[int]:
    """The times 0..T that an animation of so many frames stops at, evenly spaced."""
    return torch.linspace(0, T, frames).round().int().tolist()
