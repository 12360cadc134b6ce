"""DiT: a transformer in the UNet's place. Patches are tokens, and all of them look at all."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from companion.checks import check_count, check_sizes, shown
from companion.networks.conditions import Condition, Embedded
from companion.networks.dit_blocks import AdaLNZeroBlock, DiTBlock, FinalLayer
from companion.networks.embeddings import TimeEmbedding
from companion.networks.patches import check_waves, grid_of, patchify, positions, unpatchify
from companion.networks.shapes import (
    check_beside,
    check_shape,
    check_times,
    check_unconditional,
)


class DiT(nn.Module):
    """A network from (x_t, t) to an image, or a film, of the same shape.

    The output starts at zero.

    Args:
        channels: of the image.
        width: D, of a token.
        blocks: one behind the other.
        heads: of each attention, a number that divides `width`.
        patch: sides of a patch, (p, p) for images and (f, p, p) for films, or p for (p, p).
        block: of which kind, a `DiTBlock` such as `AdaLNZeroBlock` or `JointBlock`. A kind that
            has a `final_block` ends with one of those.
        condition: a module of `companion.networks.conditions`, or None for a network without
            one. A vector, or the mean of the tokens, is added to the embedding of the time;
            tokens, or the vector as one, stand behind the time's; channels stand beside x_t.

    Raises:
        ValueError: for sizes that are no positive whole numbers, for a width that the heads or
            the sines of the positions do not divide, for a patch of other than two or three
            sides, for a block of another kind, and for a condition that gives a vector and tokens.

    Source: Peebles and Xie (2023). Other than there, weights start as PyTorch's layers do where
    they do not start at zero, no variance is predicted, the numbers of a patch have the channels
    first, and the positions have the rows first and are not stored.
    """

    def __init__(
        self,
        channels: int = 1,
        width: int = 128,
        blocks: int = 6,
        heads: int = 4,
        patch: int | Sequence[int] = (2, 2),
        block: type[DiTBlock] = AdaLNZeroBlock,
        condition: Condition | None = None,
    ) -> None:
        super().__init__()
        check_sizes(channels=channels, width=width, blocks=blocks)
        sides = patch if isinstance(patch, Sequence) else (patch, patch)
        if len(sides) not in (2, 3):
            raise ValueError(f"patch: got {shown(sides)}, expected two sides, or three")
        self.patch = tuple(check_count("patch", side, 1, 1 << 20) for side in sides)
        if not (isinstance(block, type) and issubclass(block, DiTBlock)):
            raise ValueError(f"block: got {shown(block)}, expected a class such as AdaLNZeroBlock")
        check_waves(width, len(self.patch), "width")
        self.channels, self.width = channels, width
        given, area = condition or Condition(), math.prod(self.patch)
        if given.vector_dim and given.token_dim:
            raise ValueError("condition: got a vector and tokens, expected one of them")
        self.time = TimeEmbedding(width, waves=256)
        self.patch_proj = nn.Linear((channels + given.channels) * area, width)
        kinds = [*[block] * (blocks - 1), block.final_block or block]
        self.blocks = nn.ModuleList([kind(width, heads) for kind in kinds])
        self.final = FinalLayer(width, channels * area)
        self.condition = condition
        cond_dim = given.vector_dim or given.token_dim
        self.cond_proj = nn.Linear(cond_dim, width) if cond_dim else None

    def forward(self, xt: Tensor, t: Tensor, cond: Tensor | None = None) -> Tensor:
        """What it says of x_t: noise, image or v, whatever it was trained for.

        Args:
            xt: (B, C, H, W), or (B, C, F, H, W) for films; a patch divides each side.
            t: (B,), the time of each image, a step of the schedule: 1 to 1000, say, and not a
                share of it.
            cond: (B, ...), what its condition takes; None says nothing, which is the null.
                A network without a condition takes None alone.

        Returns:
            Of the shape of x_t.

        Raises:
            ValueError: for other shapes, and for a condition that it does not take.
        """
        self._check(xt, t)
        emb, context, mask, beside = self._context(t, cond)  # (B, D), (B, M, D), (B, M)
        if beside is not None:
            check_beside(xt, beside)
            xt = torch.cat([xt, beside], dim=1)  # (B, C + channels, H, W)
        h = self.patch_proj(patchify(xt, self.patch)) + self._positions(xt)  # (B, N, D)
        for block in self.blocks:
            h, context = block(h, emb, context, mask)  # (B, N, D), (B, M, D)
        shape = self.channels, *xt.shape[2:]
        return unpatchify(self.final(h, emb), self.patch, shape)  # (B, C, H, W)

    def _positions(self, xt: Tensor) -> Tensor:
        grid = grid_of(xt.shape[2:], self.patch)
        return positions(grid, self.width, xt.device).to(xt.dtype)  # (N, D)

    def _context(self, t: Tensor, cond: Tensor | None) -> Embedded:
        """Time and condition: as one vector, as tokens with their mask, and as channels."""
        given, time = self._given(cond, len(t)), self.time(t)  # (B, D)
        one = torch.ones(len(t), 1, dtype=torch.bool, device=t.device)  # (B, 1)
        if self.cond_proj is None:
            return Embedded(time, time[:, None], one, given.channels)
        tokens = given.tokens if given.vector is None else given.vector[:, None]  # (B, M, D)
        mask = one.expand(tokens.shape[:2]) if given.mask is None else given.mask  # (B, M)
        tokens = self.cond_proj(tokens)  # (B, M, D)
        count = mask.sum(dim=1, keepdim=True).clamp(min=1)  # (B, 1)
        mean = (tokens * mask[..., None]).sum(dim=1) / count  # (B, D)
        context = torch.cat([time[:, None], tokens], dim=1)  # (B, 1 + M, D)
        return Embedded(time + mean, context, torch.cat([one, mask], dim=1), given.channels)

    def _given(self, cond: Tensor | None, count: int) -> Embedded:
        if self.condition is None:
            check_unconditional(cond)
            return Embedded()
        return self.condition(cond, count)

    def _check(self, xt: Tensor, t: Tensor) -> None:
        sides = ("H", "W") if len(self.patch) == 2 else ("F", "H", "W")
        check_shape("xt", xt, "B", self.channels, *sides)
        grid_of(xt.shape[2:], self.patch)
        check_times(t, len(xt))
