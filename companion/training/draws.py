"""Random numbers for a batch, the same whether one process draws it or several."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True, eq=False)
class Draws:
    """Numbers for the images of one batch: one row, or one number, for each image.

    With several processes the batch is so many times as large. Each process draws the
    numbers of all of it, so that the generators stay alike, and takes its share.

    Attributes:
        generator: whose state goes along, the same in every process.
        batch_size: B, images for each process.
        processes: how many there are.
        index: which of them this is, from 0.
    """

    generator: Generator
    batch_size: int
    processes: int = 1
    index: int = 0

    def integers(self, low: int, high: int) -> Tensor:
        """Whole numbers in low..high-1, (B,) int64."""
        found = torch.randint(low, high, (self._whole,), generator=self.generator)
        return found[self._share]

    def uniform(self, *shape: int) -> Tensor:
        """Numbers in [0, 1), `(B, *shape)`."""
        return torch.rand(self._whole, *shape, generator=self.generator)[self._share]

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, `(B, *shape)`."""
        return torch.randn(self._whole, *shape, generator=self.generator)[self._share]

    def shared(self, low: int, high: int) -> int:
        """One whole number in low..high-1 for the batch, in every process the same."""
        return int(torch.randint(low, high, (), generator=self.generator))

    def own(self) -> Generator:
        """A generator for what a network draws of its share: another one in each process."""
        if self.processes == 1:
            return self.generator
        seed = int(torch.randint(2**62, (), generator=self.generator))
        return Generator().manual_seed(seed + self.index)

    @property
    def _whole(self) -> int:
        return self.batch_size * self.processes

    @property
    def _share(self) -> slice:
        return slice(self.index, None, self.processes)
