"""Tables of places, one right and six wrong, of which exercise 3.1.5 has four."""

import torch
import torch.nn.functional as F
from torch import Tensor

from companion.networks.patches import positions

GRID, WIDTH = (4, 6), 16
MARKED = ((0, 0), (0, 3), (0, 5), (1, 2), (2, 4), (3, 1))  # row and column
LETTERS = {"P": "E", "Q": "D", "R": "B", "S": "F"}
PIXELS, MARGIN = 8, 5  # a side of each place in a picture, and what is white around it


def tables() -> dict[str, Tensor]:
    """A table for each letter of the exercise, (N, D)."""
    rows, columns = GRID
    right, count = positions(GRID, WIDTH), rows * columns
    row, column = right.chunk(2, dim=1)  # (N, D / 2) each
    y, x = _along(rows)[:, None], _along(columns)[None]  # (rows, 1, D), (1, columns, D)
    return {
        "A": torch.zeros(count, WIDTH),
        "B": torch.cat([row, row], dim=1),
        "C": torch.cat([column, column], dim=1),
        "D": (y + x).flatten(0, 1),
        "E": positions(GRID[::-1], WIDTH),
        "F": _along(count),
        "G": right,
    }


def mislaid() -> dict[str, Tensor]:
    """The four tables of the exercise, (24, 16) each, by their names."""
    every = tables()
    return {name: every[letter] for name, letter in LETTERS.items()}


def distances(table: Tensor) -> Tensor:
    """How far the vector of each place is from that of each other one.

    Args:
        table: (N, D), in the order of reading.

    Returns:
        (rows, columns, rows, columns): from row and column to row and column.
    """
    return (table[:, None] - table).norm(dim=2).reshape(*GRID, *GRID)


def nearness() -> dict[str, Tensor]:
    """For each table six pictures, (6, 1, H, W): from a marked place to all, black is near."""
    found = {}
    for name, table in mislaid().items():
        apart = torch.stack([distances(table)[place] for place in MARKED])  # (6, rows, columns)
        grey = 2 * apart / apart.amax() - 1
        large = grey.repeat_interleave(PIXELS, 1).repeat_interleave(PIXELS, 2)
        found[name] = F.pad(large, [MARGIN] * 4, value=1.0)[:, None]
    return found


def _along(count: int) -> Tensor:
    """So many places along one axis, with all of the width for it: (count, D)."""
    return positions((count,), WIDTH)
