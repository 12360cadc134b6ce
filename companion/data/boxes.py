"""A plan of a scene: coloured boxes, which say what is where and not which shape it has."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from companion.checks import check_count, shown
from companion.data.scenes import COLOURS, Scene


class Box(NamedTuple):
    """A coloured box in a picture whose side is 1: x runs to the right, y runs down.

    Attributes:
        colour: one of `COLOURS`.
        left: the x of its left edge.
        top: the y of its upper edge.
        right: the x of its right edge.
        bottom: the y of its lower edge.
    """

    colour: str
    left: float
    top: float
    right: float
    bottom: float


def boxes(scene: Scene) -> tuple[Box, ...]:
    """The box around each shape of a scene, in its colour.

    Args:
        scene: of one or two shapes.
    """
    return tuple(
        Box(s.colour, s.x - s.size / 2, s.y - s.size / 2, s.x + s.size / 2, s.y + s.size / 2)
        for s in scene.shapes
    )


def layout(plans: Sequence[Sequence[Box]], side: int) -> tuple[Tensor, Tensor]:
    """Plans as images: the colour of each place, and how much of the place is covered.

    Where two boxes share a place its colour is their mean, by area.

    Args:
        plans: the boxes of each image.
        side: of an image, in places, 1..256.

    Returns:
        The colours, (B, 3, side, side), 0 where there is no box; and the covered share,
        (B, 1, side, side), in [0, 1].

    Raises:
        ValueError: for no plan, an unknown colour, and a box that is empty or leaves the image.
    """
    side = check_count("side", side, 1, 256)
    if not plans:
        raise ValueError("plans: got none, expected at least one")
    edges = torch.arange(side + 1, dtype=torch.float64) / side
    cover = torch.zeros(len(plans), 1, side, side, dtype=torch.float64)
    paint = torch.zeros(len(plans), 3, side, side, dtype=torch.float64)
    for n, plan in enumerate(plans):
        for box in map(_checked, plan):
            down, across = (
                (edges[1:].clamp(max=high) - edges[:-1].clamp(min=low)).clamp(min=0) * side
                for low, high in ((box.top, box.bottom), (box.left, box.right))
            )
            here = torch.outer(down, across)  # (side, side)
            cover[n] += here
            paint[n] += torch.tensor(COLOURS[box.colour])[:, None, None] * here
    colour = torch.where(cover > 0, paint / cover.clamp(min=1e-12), 0)  # (B, 3, side, side)
    return colour.float(), cover.clamp(max=1).float()


def _checked(box: Box) -> Box:
    if not isinstance(box, Box) or box.colour not in COLOURS:
        raise ValueError(f"plans: got {shown(box)}, expected a Box in one of {', '.join(COLOURS)}")
    if not (0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1):
        raise ValueError(f"plans: got {shown(box)}, expected a box inside the image, 0..1")
    return box
