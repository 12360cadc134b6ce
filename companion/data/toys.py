"""Points in a plane whose distribution one can see: two moons, a spiral, a chessboard."""

import math

import torch
from sklearn.datasets import make_moons
from torch import Tensor

from companion.checks import check_count


def moons(n: int, generator: torch.Generator) -> Tensor:
    """Two half circles that reach into each other: (n, 2), float32.

    n: 1 to a million, as for the other two.   generator: for where on them.
    Raises ValueError for another `n`.
    """
    n = check_count("n", n, 1, 10**6)
    seed = int(torch.randint(2**31, (), generator=generator))
    points, _ = make_moons(n, noise=0.06, random_state=seed)
    return (torch.tensor(points, dtype=torch.float32) - torch.tensor([0.5, 0.25])) * 1.3


def spiral(n: int, generator: torch.Generator) -> Tensor:
    """One arm that turns outwards, a turn and a half: (n, 2), float32.

    Raises ValueError for an `n` outside 1 to a million.
    """
    n = check_count("n", n, 1, 10**6)
    turn = 3 * math.pi * torch.rand(n, generator=generator).sqrt()
    arm = torch.stack([turn.cos(), turn.sin()], dim=1) * turn[:, None] / 5
    return arm + 0.04 * torch.randn(n, 2, generator=generator)


def chessboard(n: int, generator: torch.Generator) -> Tensor:
    """The black fields of a board of four by four: (n, 2), float32 in [-2, 2].

    Raises ValueError for an `n` outside 1 to a million.
    """
    n = check_count("n", n, 1, 10**6)
    column = torch.randint(4, (n,), generator=generator)
    row = 2 * torch.randint(2, (n,), generator=generator) + column % 2
    inside = torch.rand(n, 2, generator=generator)
    return torch.stack([column, row], dim=1) - 2 + inside
