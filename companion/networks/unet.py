"""The UNet: down to a small image of many channels, and up again, with bridges."""

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_levels
from companion.networks.blocks import (
    Attention,
    Downsample,
    ResBlock,
    Upsample,
    norm,
    zeroed,
)
from companion.networks.embeddings import TimeEmbedding
from companion.networks.shapes import check_multiple, check_shape, check_unconditional


class UNet(nn.Module):
    """A network from (x_t, t) to an image of the same shape.

    channels: of the image, 1 or 3 as a rule.   width: channels at full size.
    multipliers: of `width`, for each level; each level but the first halves the image.
    blocks: ResBlocks a level.   attention: the levels, from 0, that have it.
    The output starts at zero, the mean of every target.
    Raises ValueError for multipliers that are not positive whole numbers, for none, and
    for attention at a level that there is not.
    Source: Ronneberger et al. (2015); with time, Ho et al. (2020), appendix B.
    """

    def __init__(
        self,
        channels: int = 1,
        width: int = 32,
        multipliers: Sequence[int] = (1, 2),
        blocks: int = 1,
        attention: Sequence[int] = (),
    ) -> None:
        super().__init__()
        check_levels(multipliers, attention)
        widths = [width * m for m in multipliers]
        embedding = 4 * width
        self.channels, self.levels = channels, len(widths)
        self.sizes = {  # what another one of this shape is made with, beside `channels`
            "width": width,
            "multipliers": [*multipliers],
            "blocks": blocks,
            "attention": [*attention],
        }
        self.time = TimeEmbedding(embedding)
        self.first = nn.Conv2d(channels, width, 3, padding=1)

        def stage(before: int, after: int, level: int) -> nn.ModuleList:
            look = [Attention(after)] if level in attention else []
            return nn.ModuleList([ResBlock(before, after, embedding), *look])

        def stages(before: int, after: int, level: int) -> nn.ModuleList:
            befores = [before, *[after] * (blocks - 1)]
            return nn.ModuleList([stage(b, after, level) for b in befores])

        befores = [width, *widths[:-1]]
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        for level, (before, after) in enumerate(zip(befores, widths, strict=True)):
            self.shrink.append(Downsample(before) if level else nn.Identity())
            self.down.append(stages(before, after, level))
        self.middle = stage(widths[-1], widths[-1], self.levels - 1)
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level, (after, here) in reversed([*enumerate(zip(befores, widths, strict=True))]):
            self.up.append(stages(2 * here, after, level))  # with the bridge
            self.grow.append(Upsample(after) if level else nn.Identity())
        now = width
        self.last = zeroed(nn.Conv2d(now, channels, 3, padding=1))
        self.norm = norm(now)

    def forward(self, xt: Tensor, t: Tensor, cond: None = None) -> Tensor:
        """What it says of x_t: noise, image or v, whatever it was trained for.

        Args:
            xt: (B, C, H, W), H and W divisible by 2^(levels - 1).
            t: (B,), one time an image.
            cond: None; the network has no conditions.

        Returns:
            (B, C, H, W).

        Raises:
            ValueError: for other shapes, and for a condition.
        """
        self._check(xt, t)
        check_unconditional(cond)
        embedded = self.time(t)  # (B, 4 width)
        h = self.first(xt)  # (B, width, H, W)
        bridges = []
        for shrink, stages in zip(self.shrink, self.down, strict=True):
            h = through(stages, shrink(h), embedded)  # (B, C_l, H / 2^l, W / 2^l)
            bridges.append(h)
        h = through([self.middle], h, embedded)
        for stages, grow in zip(self.up, self.grow, strict=True):
            h = torch.cat([h, bridges.pop()], dim=1)  # (B, 2 C_l, H / 2^l, W / 2^l)
            h = grow(through(stages, h, embedded))
        return self.last(F.silu(self.norm(h)))  # (B, C, H, W)

    def _check(self, xt: Tensor, t: Tensor) -> None:
        check_shape("xt", xt, "B", self.channels, "H", "W")
        halvings = self.levels - 1
        check_multiple("xt", xt, 2**halvings, f"the network halves an image {halvings} times")
        if t.shape != xt.shape[:1]:
            raise ValueError(f"t: got shape {tuple(t.shape)}, expected ({len(xt)},), one an image")


def through(stages: Iterable[nn.ModuleList], h: Tensor, embedded: Tensor) -> Tensor:
    """h through the blocks of a level; the time goes to those that take it."""
    for stage in stages:
        for block in stage:
            h = block(h, embedded) if isinstance(block, ResBlock) else block(h)
    return h
