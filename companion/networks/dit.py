"""DiT: a transformer in the UNet's place. Patches are tokens, and all of them look at all."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from companion.checks import check_count
from companion.networks.conditions import Condition, Embedded
from companion.networks.dit_blocks import AdaLNZeroBlock, FinalLayer
from companion.networks.embeddings import TimeEmbedding
from companion.networks.patches import grid_of, patchify, positions, unpatchify
from companion.networks.shapes import check_shape, check_unconditional


class DiT(nn.Module):
    """A network from (x_t, t) to an image, or a film, of the same shape.

    The output starts at zero, the mean of every target.

    Args:
        channels: of the image.
        width: D, of a token.
        blocks: one behind the other.
        heads: of each attention, a number that divides `width`.
        patch: sides of a patch, (p, p) for images and (f, p, p) for films.
        block: of which kind, one of `companion.networks.dit_blocks`, or `JointBlock`.
        final_block: the kind of the last block, where it is another one, such as `LastJointBlock`.
        condition: a module of `companion.networks.conditions`, or None for a network that is
            told nothing. A vector, or the mean of the tokens, is added to the embedding of the
            time; tokens, or the vector as one, stand behind the time's; channels stand beside
            x_t.

    Raises:
        ValueError: for numbers below 1, and for a width that the heads or the sines of the
            positions do not divide.

    Source: Peebles and Xie (2023).
    """

    def __init__(
        self,
        channels: int = 1,
        width: int = 128,
        blocks: int = 6,
        heads: int = 4,
        patch: Sequence[int] = (2, 2),
        block: type[nn.Module] = AdaLNZeroBlock,
        final_block: type[nn.Module] | None = None,
        condition: Condition | None = None,
    ) -> None:
        super().__init__()
        positions([1] * len(patch), width)  # the width suits them
        blocks = check_count("blocks", blocks, 1, 1 << 16)
        self.channels, self.width, self.patch = channels, width, tuple(patch)
        cond, area = condition or Condition(), math.prod(patch)
        self.time = TimeEmbedding(width, waves=256)
        self.patch_proj = nn.Linear((channels + cond.channels) * area, width)
        kinds = [*[block] * (blocks - 1), final_block or block]
        self.blocks = nn.ModuleList([kind(width, heads) for kind in kinds])
        self.final = FinalLayer(width, channels * area)
        self.condition = condition
        cond_dim = cond.vector_dim or cond.token_dim
        self.cond_proj = nn.Linear(cond_dim, width) if cond_dim else None

    def forward(self, xt: Tensor, t: Tensor, cond: Tensor | None = None) -> Tensor:
        """What it says of x_t: noise, image or v, whatever it was trained for.

        Args:
            xt: (B, C, H, W), or (B, C, F, H, W) for films; a patch divides each side.
            t: (B,), one time an image.
            cond: (B, ...), what its condition takes; None says nothing, which is the null.
                A network without a condition takes None alone.

        Returns:
            Of the shape of x_t.

        Raises:
            ValueError: for other shapes, and for a condition that it does not take.
        """
        self._check(xt, t)
        emb, context, mask, channels = self._context(t, cond)  # (B, D), (B, M, D), (B, M)
        if channels is not None:
            xt = torch.cat([xt, channels], dim=1)  # (B, C + channels, H, W)
        h = self.patch_proj(patchify(xt, self.patch)) + self._positions(xt)  # (B, N, D)
        for block in self.blocks:
            h, context = block(h, emb, context, mask)  # (B, N, D), (B, M, D)
        return unpatchify(self.final(h, emb), self.patch, (self.channels, *xt.shape[2:]))

    def _positions(self, xt: Tensor) -> Tensor:
        grid = grid_of(xt.shape[2:], self.patch)
        return positions(grid, self.width, xt.device).to(xt.dtype)  # (N, D)

    def _context(self, t: Tensor, cond: Tensor | None) -> Embedded:
        """Time and condition: as one vector, as tokens with their mask, and as channels."""
        given, time = self._embedded(cond, len(t)), self.time(t)  # (B, D)
        one = torch.ones(len(t), 1, dtype=torch.bool, device=t.device)  # (B, 1)
        if self.cond_proj is None:
            return Embedded(time, time[:, None], one, given.channels)
        tokens = given.tokens if given.vector is None else given.vector[:, None]  # (B, M, D)
        mask = one.expand(tokens.shape[:2]) if given.mask is None else given.mask  # (B, M)
        tokens = self.cond_proj(tokens)  # (B, M, D)
        mean = (tokens * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)  # (B, D)
        context = torch.cat([time[:, None], tokens], dim=1)  # (B, 1 + M, D)
        return Embedded(time + mean, context, torch.cat([one, mask], dim=1), given.channels)

    def _embedded(self, cond: Tensor | None, count: int) -> Embedded:
        if self.condition is None:
            check_unconditional(cond)
            return Embedded()
        return self.condition(cond, count)

    def _check(self, xt: Tensor, t: Tensor) -> None:
        sides = ("H", "W") if len(self.patch) == 2 else ("F", "H", "W")
        check_shape("xt", xt, "B", self.channels, *sides)
        if t.shape != xt.shape[:1]:
            raise ValueError(f"t: got shape {tuple(t.shape)}, expected ({len(xt)},), one an image")
