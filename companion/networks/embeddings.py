"""How a network is told the time."""

import math

import torch
from torch import Tensor, nn

from companion.checks import check_count, check_sizes


def sinusoidal_embedding(t: Tensor, dim: int, longest: float = 10_000.0) -> Tensor:
    """Waves of many lengths at place t, half of them sines.

    Args:
        t: (B,), whole numbers or not.
        dim: how many waves, even.
        longest: the longest wave is 2 pi times this, the shortest 2 pi.

    Returns:
        (B, dim), float32.

    Raises:
        ValueError: for an odd `dim` and for a `t` of another shape.

    Source: Vaswani et al. (2017), section 3.5.
    """
    dim = check_count("dim", dim, 2, 1 << 20)
    if dim % 2:
        raise ValueError(f"dim: got {dim}, expected an even number")
    if t.ndim != 1:
        raise ValueError(f"t: got shape {tuple(t.shape)}, expected (B,)")
    exponents = torch.arange(dim // 2, device=t.device) / max(dim // 2 - 1, 1)
    angles = t[:, None].float() * torch.exp(-math.log(longest) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=1)  # (B, dim)


class TimeEmbedding(nn.Module):
    """Waves of t, and a small network on top.

    Args:
        dim: width of the embedding.
        waves: how many, even.

    Raises:
        ValueError: for sizes that are no positive whole numbers, and for odd `waves`.
    """

    def __init__(self, dim: int, waves: int = 32) -> None:
        super().__init__()
        check_sizes(dim=dim, waves=waves)
        if waves % 2:
            raise ValueError(f"waves: got {waves}, expected an even number")
        self.waves = waves
        self.mlp = nn.Sequential(nn.Linear(waves, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, t: Tensor) -> Tensor:
        """What the blocks are told of the time.

        Args:
            t: (B,).

        Returns:
            (B, dim).
        """
        weight = self.mlp[0].weight
        return self.mlp(sinusoidal_embedding(t, self.waves).to(weight))  # (B, dim)
