"""Blocks of a transformer that denoises: the four ways of Peebles and Xie (2023) to tell it.

Each block takes and returns two streams, the patches and the context, so that a network can be
built of any of them. The context is the time and the condition as tokens, the time first; `emb` is
the embedding of both as one vector.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.networks.blocks import TextBlock, attend_in_heads, check_heads, zero_module


class DiTBlock(nn.Module):
    """What a DiT is made of: a class that takes `dim` and `heads`, and handles both streams.

    Attributes:
        final_block: the kind that stands at the end in place of this one, or None.
    """

    final_block: "type[DiTBlock] | None" = None


class InContextBlock(DiTBlock):
    """The context stands among the patches, and all of them attend to each other.

    It is the block of the text encoder, whose norms have weights of their own.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "in-context conditioning".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.block = TextBlock(dim, heads)

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Both streams, after one attention over both.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D), not used.
            context: (B, M, D).
            mask: (B, M), True where there is a token.

        Returns:
            (B, N, D) and (B, M, D).
        """
        M = context.shape[1]
        seen = F.pad(mask, (0, h.shape[1]), value=True)  # (B, M + N)
        both = self.block(torch.cat([context, h], dim=1), seen)  # (B, M + N, D)
        return both[:, M:], both[:, :M]


class CrossAttentionBlock(DiTBlock):
    """The patches attend to each other, and then to the context.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Source: Peebles and Xie (2023), section 3.2, "cross-attention".
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(dim) for _ in range(3))
        self.attention = SelfAttention(dim, heads)
        self.cross_attention = TokenCrossAttention(dim, heads)
        self.mlp = mlp(dim)

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The patches after both attentions; the context stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D), not used.
            context: (B, M, D).
            mask: (B, M), True where there is a token.

        Returns:
            (B, N, D) and (B, M, D).
        """
        h = h + self.attention(self.norm1(h))  # (B, N, D)
        h = h + self.cross_attention(self.norm2(h), context, mask)  # (B, N, D)
        return h + self.mlp(self.norm3(h)), context  # (B, N, D)


class AdaLNBlock(DiTBlock):
    """The embedding scales and shifts the patches behind each norm, from zero on.

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

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The patches after attention and MLP; the context stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            context: (B, M, D), not used.
            mask: (B, M), not used.

        Returns:
            (B, N, D) and (B, M, D).
        """
        shift1, scale1, shift2, scale2 = modulation_of(self.modulation, emb, 4)  # (B, 1, D) each
        h = h + self.attention(modulate(self.norm1(h), shift1, scale1))  # (B, N, D)
        h = h + self.mlp(modulate(self.norm2(h), shift2, scale2))  # (B, N, D)
        return h, context


class AdaLNZeroBlock(DiTBlock):
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

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The patches after attention and MLP; the context stays as it is.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            context: (B, M, D), not used.
            mask: (B, M), not used.

        Returns:
            (B, N, D) and (B, M, D).
        """
        vectors = modulation_of(self.modulation, emb, 6)  # (B, 1, D) each
        shift1, scale1, gate1, shift2, scale2, gate2 = vectors
        x = modulate(self.norm1(h), shift1, scale1)  # (B, N, D)
        h = h + gate1 * self.attention(x)  # (B, N, D)
        x = modulate(self.norm2(h), shift2, scale2)  # (B, N, D)
        h = h + gate2 * self.mlp(x)  # (B, N, D)
        return h, context


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
        shift, scale = modulation_of(self.modulation, emb, 2)  # (B, 1, D) each
        return self.linear(modulate(self.norm(h), shift, scale))  # (B, N, out)


class SelfAttention(nn.Module):
    """Tokens attend to each other; norm and shortcut are the block's.

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
        """What the attention gives to each.

        Args:
            x: (B, N, D).

        Returns:
            (B, N, D).
        """
        return self.out(attend_in_heads(*self.qkv(x).chunk(3, dim=-1), self.heads))  # (B, N, D)


class TokenCrossAttention(nn.Module):
    """Tokens of one stream attend to those of another.

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

    def forward(self, x: Tensor, context: Tensor, mask: Tensor) -> Tensor:
        """What the attention gives to each.

        Args:
            x: (B, N, D).
            context: (B, M, D).
            mask: (B, M), True where there is a token.

        Returns:
            (B, N, D).
        """
        k, v = self.kv(context).chunk(2, dim=-1)  # (B, M, D) each
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


def modulation_of(
    modulation: nn.Linear,
    emb: Tensor,
    count: int,
) -> tuple[Tensor, ...]:
    """So many vectors that modulate, by SiLU and a linear layer from emb, (B, 1, D) each."""
    return modulation(F.silu(emb))[:, None].chunk(count, dim=-1)


def plain_norm(dim: int) -> nn.LayerNorm:
    """A norm whose scale and shift come from elsewhere."""
    return nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)


def mlp(dim: int) -> nn.Sequential:
    """The MLP of a block, which works on each token separately."""
    return nn.Sequential(
        nn.Linear(dim, 4 * dim), nn.GELU(approximate="tanh"), nn.Linear(4 * dim, dim)
    )
