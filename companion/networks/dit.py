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
        told, area = condition or Condition(), math.prod(patch)
        self.time = TimeEmbedding(width, waves=256)
        self.patch_proj = nn.Linear((channels + told.channels) * area, width)
        kinds = [*[block] * (blocks - 1), final_block or block]
        self.blocks = nn.ModuleList([kind(width, heads) for kind in kinds])
        self.final = FinalLayer(width, channels * area)
        self.condition = condition
        given = told.vector_dim or told.token_dim
        self.cond_proj = nn.Linear(given, width) if given else None

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
        emb, told, mask, beside = self._told(t, cond)  # (B, D), (B, M, D), (B, M)
        xt = torch.cat([xt, *beside], dim=1)  # (B, C, H, W)
        h = self.patch_proj(patchify(xt, self.patch)) + self._places(xt)  # (B, N, D)
        for block in self.blocks:
            h, told = block(h, emb, told, mask)  # (B, N, D), (B, M, D)
        return unpatchify(self.final(h, emb), self.patch, (self.channels, *xt.shape[2:]))

    def _places(self, xt: Tensor) -> Tensor:
        grid = grid_of(xt.shape[2:], self.patch)
        return positions(grid, self.width, xt.device).to(xt.dtype)  # (N, D)

    def _told(self, t: Tensor, cond: Tensor | None) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """The time and the condition: as one vector, as tokens, which of these are some, and
        channels beside x_t."""
        said, time = self._embedded(cond, len(t)), self.time(t)  # (B, D)
        beside = [] if said.channels is None else [said.channels]  # (B, C, H, W)
        one = torch.ones(len(t), 1, dtype=torch.bool, device=t.device)  # (B, 1)
        if self.cond_proj is None:
            return time, time[:, None], one, beside
        given = said.tokens if said.vector is None else said.vector[:, None]  # (B, M, D)
        seen = one.expand(given.shape[:2]) if said.mask is None else said.mask  # (B, M)
        tokens = self.cond_proj(given)  # (B, M, D)
        mean = (tokens * seen[..., None]).sum(dim=1) / seen.sum(dim=1, keepdim=True)  # (B, D)
        told = torch.cat([time[:, None], tokens], dim=1)  # (B, 1 + M, D)
        return time + mean, told, torch.cat([one, seen], dim=1), beside

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
