"""The picture the book begins with: ink that dissolves in water, and comes back."""

import torch
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from torch import Tensor

from companion.diffusion import Mixture, Schedule, step
from companion.plots.player import Player, player
from companion.plots.style import COLORS, panels


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


def dissolve(
    ink: Mixture, schedule: Schedule, drops: int, generator: torch.Generator
) -> list[Tensor]:
    """Drops of ink from t = 0 to T, step by step (1-2): T+1 tensors (drops, 2)."""
    path = [ink.sample(drops, generator=generator)]
    for t in range(1, schedule.T + 1):
        path.append(step(schedule, path[-1], t).sample(generator=generator))
    return path


def gather(
    ink: Mixture, schedule: Schedule, drops: int, generator: torch.Generator
) -> list[Tensor]:
    """Fresh noise from t = T to 0, each step a draw from the exact q(x_{t-1} | x_t).

    It knows the ink's shape and nothing of how it dissolved: T+1 tensors (drops, 2).
    """
    path = [torch.randn(drops, 2, dtype=torch.float64, generator=generator)]
    for t in range(schedule.T, 0, -1):
        chunks = path[-1].split(500)
        back = [
            ink.reverse(schedule, xt, t - 1, t).sample(1, generator=generator)[0] for xt in chunks
        ]
        path.append(torch.cat(back))
    return path


def ink_and_back(schedule: Schedule, drops: int = 1300, seed: int = 0) -> Player:
    """Ink dissolving (`dissolve`), and beside it noise turning into ink (`gather`)."""
    generator = torch.Generator().manual_seed(seed)
    ink = ink_shape()
    there = dissolve(ink, schedule, drops, generator)
    back = gather(ink, schedule, drops, generator)
    fig, axes = panels(1, 2, height=2.7)

    def draw(i: int) -> None:
        titles = ("what water does", "what this book does")
        for ax, path, title in zip(axes, (there, back), titles, strict=True):
            ax.clear()
            ax.scatter(*path[i].T, s=3, color=COLORS["ink"], linewidths=0)
            ax.set(xlim=(-2.9, 2.9), ylim=(-2.6, 2.6), xticks=[], yticks=[])
            ax.set_title(title, fontsize=13)
            ax.set_aspect("equal")
            ax.spines[:].set_visible(False)

    return player(
        fig,
        draw,
        [f"step {i} of {schedule.T}" for i in range(len(there))],
        name="ink",
        shades=4,
        title="Ink into noise, and noise into ink",
        alt="On the left, dots of ink that spell the word ink drift apart into a round "
        "cloud. On the right, a cloud of other dots gathers into the word ink.",
    )
