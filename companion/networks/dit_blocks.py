"""Blocks of a transformer that denoises: the four ways of Peebles and Xie (2023) to tell it.

Each block takes and returns two streams, the patches and what is told, so that a network can
be built of any of them. The embedding `emb` is that of the time and of all that is told, as one
vector; `told` are the same as tokens, the time first.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.networks.blocks import TextBlock, attend_in_heads, check_heads, zero_module


class InContextBlock(nn.Module):
    """What is told stands among the patches, and all of them look at each other.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "in-context conditioning".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.block = TextBlock(dim, heads)

    def forward(self, h: Tensor, emb: Tensor, told: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Both streams, after one look at each other.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D), not used.
            told: (B, M, D).
            mask: (B, M), True where something is told.

        Returns:
            (B, N, D) and (B, M, D).
        """
        M, seen = told.shape[1], F.pad(mask, (0, h.shape[1]), value=True)  # (B, M + N)
        both = self.block(torch.cat([told, h], dim=1), seen)  # (B, M + N, D)
        return both[:, M:], both[:, :M]


class CrossAttentionBlock(nn.Module):
    """The patches look at each other, and then at what is told.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "cross-attention".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(dim) for _ in range(3))
        self.attention, self.read = SelfAttention(dim, heads), ReadTokens(dim, heads)
        self.mlp = mlp(dim)

    def forward(self, h: Tensor, emb: Tensor, told: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The patches after both looks; what is told stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D), not used.
            told: (B, M, D).
            mask: (B, M), True where something is told.

        Returns:
            (B, N, D) and (B, M, D).
        """
        h = h + self.attention(self.norm1(h))  # (B, N, D)
        h = h + self.read(self.norm2(h), told, mask)  # (B, N, D)
        return h + self.mlp(self.norm3(h)), told  # (B, N, D)


class AdaLNBlock(nn.Module):
    """What is told scales and shifts the patches behind each norm.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "adaptive layer norm".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = plain_norm(dim), plain_norm(dim)
        self.attention, self.mlp = SelfAttention(dim, heads), mlp(dim)
        self.modulation = zero_module(nn.Linear(dim, 4 * dim))

    def forward(self, h: Tensor, emb: Tensor, told: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The patches after attention and MLP; what is told stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            told: (B, M, D), not used.
            mask: (B, M), not used.

        Returns:
            (B, N, D) and (B, M, D).
        """
        shift1, scale1, shift2, scale2 = parts(self.modulation, emb, 4)  # (B, 1, D) each
        h = h + self.attention(modulate(self.norm1(h), shift1, scale1))  # (B, N, D)
        h = h + self.mlp(modulate(self.norm2(h), shift2, scale2))  # (B, N, D)
        return h, told


class AdaLNZeroBlock(nn.Module):
    """The same with a gate at the end of each branch that starts at zero, equation 3-2.

    At first all gates are zero, and the block is the identity.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "adaLN-Zero".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = plain_norm(dim), plain_norm(dim)
        self.attention, self.mlp = SelfAttention(dim, heads), mlp(dim)
        self.modulation = zero_module(nn.Linear(dim, 6 * dim))

    def forward(self, h: Tensor, emb: Tensor, told: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The patches after attention and MLP; what is told stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            told: (B, M, D), not used.
            mask: (B, M), not used.

        Returns:
            (B, N, D) and (B, M, D).
        """
        shift1, scale1, gate1, shift2, scale2, gate2 = parts(self.modulation, emb, 6)  # (B, 1, D)
        h = h + gate1 * self.attention(modulate(self.norm1(h), shift1, scale1))  # (B, N, D)
        h = h + gate2 * self.mlp(modulate(self.norm2(h), shift2, scale2))  # (B, N, D)
        return h, told


class FinalLayer(nn.Module):
    """The last norm, scaled and shifted, and from tokens to the numbers of a patch.

    It starts at zero.

    Args:
        dim: D, width of a token.
        out: numbers of a patch.

    Source: Peebles and Xie (2023), section 3.2, "transformer decoder".
    """

    def __init__(self, dim: int, out: int) -> None:
        super().__init__()
        self.norm = plain_norm(dim)
        self.modulation = zero_module(nn.Linear(dim, 2 * dim))
        self.linear = zero_module(nn.Linear(dim, out))

    def forward(self, h: Tensor, emb: Tensor) -> Tensor:
        """The numbers of each patch.

        Args:
            h: (B, N, D).
            emb: (B, D).

        Returns:
            (B, N, out).
        """
        shift, scale = parts(self.modulation, emb, 2)  # (B, 1, D) each
        return self.linear(modulate(self.norm(h), shift, scale))  # (B, N, out)


class SelfAttention(nn.Module):
    """Tokens look at each other; norm and shortcut are the block's.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Raises:
        ValueError: for heads that do not divide the width.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """What each found.

        Args:
            x: (B, N, D).

        Returns:
            (B, N, D).
        """
        return self.out(attend_in_heads(*self.qkv(x).chunk(3, dim=-1), self.heads))  # (B, N, D)


class ReadTokens(nn.Module):
    """Tokens of one stream look at those of another.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Raises:
        ValueError: for heads that do not divide the width.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.q, self.kv, self.out = (nn.Linear(dim, n * dim) for n in (1, 2, 1))

    def forward(self, x: Tensor, told: Tensor, mask: Tensor) -> Tensor:
        """What each found in what is told.

        Args:
            x: (B, N, D).
            told: (B, M, D).
            mask: (B, M), True where something is told.

        Returns:
            (B, N, D).
        """
        k, v = self.kv(told).chunk(2, dim=-1)  # (B, M, D) each
        return self.out(attend_in_heads(self.q(x), k, v, self.heads, mask))  # (B, N, D)


def modulate(h: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Scaled around one, and shifted.

    Args:
        h: (B, N, D).
        shift: (B, 1, D).
        scale: (B, 1, D).

    Returns:
        (B, N, D).
    """
    return h * (1 + scale) + shift


def parts(modulation: nn.Linear, emb: Tensor, count: int) -> tuple[Tensor, ...]:
    """So many vectors from an embedding, each (B, 1, D)."""
    return modulation(F.silu(emb))[:, None].chunk(count, dim=-1)


def plain_norm(dim: int) -> nn.LayerNorm:
    """A norm whose scale and shift come from elsewhere."""
    return nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)


def mlp(dim: int) -> nn.Sequential:
    """Each token is thought over, by itself."""
    return nn.Sequential(
        nn.Linear(dim, 4 * dim), nn.GELU(approximate="tanh"), nn.Linear(4 * dim, dim)
    )
