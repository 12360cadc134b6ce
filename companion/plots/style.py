"""One look for every figure of the book."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion.plots.colors import COLORS
from companion.plots.vector import Canvas

LINES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
WIDTH = 5.4  # inches: ten-point type stays readable on a phone 390 pixels wide


def style() -> None:
    """Set matplotlib's defaults for the book; a chapter calls it once, at its top."""
    lines = [COLORS[name] for name in ("signal", "noise", "other", "fourth", "ink")]
    plt.rcParams.update(
        {
            "figure.dpi": 130,
            "figure.facecolor": "white",
            "axes.facecolor": "white",
            "axes.edgecolor": COLORS["faint"],
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=lines) + cycler(linestyle=LINES),
            "axes.titlesize": 10,
            "axes.labelsize": 10,
            "font.size": 10,
            "text.color": COLORS["ink"],
            "axes.labelcolor": COLORS["ink"],
            "xtick.color": COLORS["ink"],
            "ytick.color": COLORS["ink"],
            "legend.fontsize": 9,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
        }
    )


def panels(
    rows: int = 1, columns: int = 1, *, height: float = 3.0, share: bool = False
) -> tuple[Figure, Sequence[Axes]]:
    """An empty figure of the book's width, and its axes in reading order.

    The figure is closed for pyplot, so that a cell that returns it shows it once.

    Args:
        rows: of panels.
        columns: of panels.
        height: of the whole figure, in inches.
        share: one y axis for each row.

    Returns:
        The figure and its axes, row by row.
    """
    style()
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, height),
        layout="constrained",
        squeeze=False,
        sharey="row" if share else False,
    )
    plt.close(fig)
    Canvas(fig)
    return fig, axes.flatten()


def check_curves(count: int, most: int) -> None:
    """Check that there is a look of its own for each curve.

    Args:
        count: of the curves.
        most: how many looks there are.

    Raises:
        ValueError: Where there are fewer looks.
    """
    if count > most:
        raise ValueError(f"curves: got {count}, expected at most {most}, for each has its own look")
