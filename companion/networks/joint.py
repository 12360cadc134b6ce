"""Joint attention: words and patches attend to each other, each with weights of their own."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.networks.blocks import attend_in_heads, check_heads, zero_module
from companion.networks.dit_blocks import (
    DiTBlock,
    mlp,
    modulate,
    modulation_of,
    plain_norm,
)


class JointBlock(DiTBlock):
    """Two streams with weights of their own, and one attention for both.

    Each stream is modulated by the embedding, as in `AdaLNZeroBlock`. The gates start at zero, and
    so the block as the identity.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Raises:
        ValueError: for heads that do not divide the width.

    Source: Esser et al. (2024), section 4 and figure 2, there called MM-DiT.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.patches, self.words = Stream(dim), Stream(dim)

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Both streams, after one attention over both and their MLPs.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            context: (B, M, D).
            mask: (B, M), True where there is a token.

        Returns:
            (B, N, D) and (B, M, D).
        """
        patches, words = self.attend(h, emb, context, mask)  # (B, N, D), (B, M, D)
        h = self.patches.update(h, patches, emb)  # (B, N, D)
        return h, self.words.update(context, words, emb)  # (B, M, D)

    def attend(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the attention over both streams gives to the patches, and to the words.

        Returns:
            (B, N, D) and (B, M, D).
        """
        M = context.shape[1]
        seen = F.pad(mask, (0, h.shape[1]), value=True)  # (B, M + N)
        both = [self.words.qkv_of(context, emb), self.patches.qkv_of(h, emb)]
        q, k, v = torch.cat(both, dim=1).chunk(3, dim=-1)  # (B, M + N, D) each
        attended = attend_in_heads(q, k, v, self.heads, seen)  # (B, M + N, D)
        return attended[:, M:], attended[:, :M]


class LastJointBlock(JointBlock):
    """The block at the end, behind which nothing needs the words: they are only attended to.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__(dim, heads)
        self.words = ContextStream(dim)

    def forward(
        self, h: Tensor, emb: Tensor, context: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The patches, after one attention over both streams and their MLP; the words unchanged.

        Args:
            h: (B, N, D), the patches.
            emb: (B, D).
            context: (B, M, D).
            mask: (B, M), True where there is a token.

        Returns:
            (B, N, D) and (B, M, D).
        """
        patches, _ = self.attend(h, emb, context, mask)  # (B, N, D)
        return self.patches.update(h, patches, emb), context  # (B, N, D), (B, M, D)


JointBlock.final_block = LastJointBlock


class ContextStream(nn.Module):
    """The weights of a stream that is attended to, and not changed.

    Args:
        dim: D, width of a token.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm1, self.qkv = plain_norm(dim), nn.Linear(dim, 3 * dim)
        self.modulation = zero_module(nn.Linear(dim, 2 * dim))

    def qkv_of(self, h: Tensor, emb: Tensor) -> Tensor:
        """Its queries, keys and values: (B, N, 3 D)."""
        shift, scale = modulation_of(self.modulation, emb, 2)  # (B, 1, D) each
        return self.qkv(modulate(self.norm1(h), shift, scale))


class Stream(nn.Module):
    """The weights of one stream: around the attention that it shares, and its own MLP.

    Args:
        dim: D, width of a token.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = plain_norm(dim), plain_norm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = mlp(dim)
        self.modulation = zero_module(nn.Linear(dim, 6 * dim))

    def qkv_of(self, h: Tensor, emb: Tensor) -> Tensor:
        """Its queries, keys and values: (B, N, 3 D)."""
        shift, scale, *_ = modulation_of(self.modulation, emb, 6)  # (B, 1, D) each
        return self.qkv(modulate(self.norm1(h), shift, scale))

    def update(self, h: Tensor, attended: Tensor, emb: Tensor) -> Tensor:
        """Its tokens with what the attention gave, and after the MLP: (B, N, D)."""
        _, _, gate1, shift, scale, gate2 = modulation_of(self.modulation, emb, 6)  # (B, 1, D) each
        h = h + gate1 * self.out(attended)  # (B, N, D)
        return h + gate2 * self.mlp(modulate(self.norm2(h), shift, scale))  # (B, N, D)
