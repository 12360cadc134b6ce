"""The picture the book begins with: ink that dissolves in water, and comes back."""

import torch
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from companion.diffusion import Mixture, Schedule
from companion.diffusion.trajectories import exact_trajectory, noising_trajectory
from companion.plots.colors import COLORS
from companion.plots.player import Player, player
from companion.plots.style import panels


def ink_shape(word: str = "ink", pixel: float = 0.09) -> Mixture:
    """Where the ink is before it is let go: in the letters of a word.

    A mixture in two dimensions, a small round spot on each point of a grid that the letters cover,
    about as wide as the noise that will take it apart.

    Args:
        word: what the ink spells.
        pixel: the distance of neighbouring spots, in the units of x_0.

    Returns:
        The mixture, its middle at the origin.
    """
    letters = TextPath((0, 0), word, size=2.6, prop=FontProperties(style="italic"))
    left, bottom, right, top = letters.get_extents().extents
    x, y = torch.meshgrid(
        torch.arange(left, right, pixel, dtype=torch.float64),
        torch.arange(bottom, top, pixel, dtype=torch.float64),
        indexing="xy",
    )
    grid = torch.stack([x.flatten(), y.flatten()], dim=1)
    spots = grid[torch.tensor(letters.contains_points(grid.numpy()))]  # (K, 2)
    middle = torch.tensor([left + right, bottom + top], dtype=torch.float64) / 2
    K = len(spots)
    weights = torch.full((K,), 1 / K, dtype=torch.float64)
    stds = torch.full((K,), pixel / 2, dtype=torch.float64)
    return Mixture.isotropic(weights, spots - middle, stds)


def ink_and_back(schedule: Schedule, drops: int = 1300, seed: int = 0) -> Player:
    """Ink dissolving, and beside it noise turning into ink, each step exact.

    Args:
        schedule: of the steps, which are the frames.
        drops: of ink on both sides.
        seed: for where they are.

    Returns:
        The player.
    """
    generator = torch.Generator().manual_seed(seed)
    ink = ink_shape()
    there = noising_trajectory(ink, schedule, drops, generator)
    back = exact_trajectory(ink, schedule, drops, generator)
    fig, axes = panels(1, 2, height=2.7)

    def draw(i: int) -> None:
        titles = ("what water does", "what this book does")
        for ax, states, title in zip(axes, (there, back), titles, strict=True):
            ax.clear()
            ax.scatter(*states[i].T, s=3, color=COLORS["ink"], linewidths=0)
            ax.set(xlim=(-2.9, 2.9), ylim=(-2.6, 2.6), xticks=[], yticks=[])
            ax.set_title(title, fontsize=13)
            ax.set_aspect("equal")
            ax.spines[:].set_visible(False)

    return player(
        fig,
        draw,
        [f"step {i} of {schedule.T}" for i in range(len(there))],
        name="ink",
        title="Ink into noise, and noise into ink",
        alt="On the left, dots of ink that spell the word ink drift apart into a round "
        "cloud. On the right, a cloud of other dots gathers into the word ink.",
    )
