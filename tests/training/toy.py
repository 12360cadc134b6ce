"""A kind of model that the package does not have: what a new one costs. A line through points."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from companion.training import Draws, Recipe, Session, Task


@dataclass(frozen=True)
class LineRecipe(Recipe):
    """All the numbers of a run that fits a line.

    Attributes:
        inputs: numbers of a point.
    """

    inputs: int = 2

    KIND = "line"

    def task(self) -> "LineTask":
        """What such a run does in a step."""
        return LineTask(self)


class LineTask(Task):
    """The squared error of a line."""

    def networks(self) -> dict[str, nn.Module]:
        """The line."""
        return {"network": nn.Linear(self.recipe.inputs, 1)}

    def batch(self, data: tuple[Tensor, Tensor], draws: Draws) -> tuple[Tensor, Tensor]:
        """Points drawn at random, and their heights."""
        rows = draws.integers(0, len(data[0]))
        return data[0][rows], data[1][rows]

    def losses(self, session: Session, batch: tuple[Tensor, Tensor]) -> Iterator:
        """Of each point."""
        points, heights = batch
        yield "network", (session.network(points)[:, 0] - heights).square(), {}


def points() -> tuple[Tensor, Tensor]:
    """Points on the line 2 x - y + 1."""
    x = torch.rand(40, 2, generator=torch.Generator().manual_seed(0))
    return x, x @ torch.tensor([2.0, -1.0]) + 1
