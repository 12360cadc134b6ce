"""The UNet: down to a small image of many channels, and up again, with skip connections."""

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
    zero_module,
)
from companion.networks.embeddings import TimeEmbedding
from companion.networks.shapes import check_multiple, check_shape, check_unconditional


class UNet(nn.Module):
    """A network from (x_t, t) to an image of the same shape.

    The output starts at zero, the mean of every target.

    Args:
        channels: of the image, 1 or 3 as a rule.
        width: channels at full size.
        multipliers: of `width`, for each level; each level but the first halves the image.
        blocks: ResBlocks a level.
        attention: the levels, from 0, that have it.

    Raises:
        ValueError: for multipliers that are not positive whole numbers, for none, and for
            attention at a level that there is not.

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
        emb_dim = 4 * width
        self.channels, self.levels = channels, len(widths)
        self.sizes = {  # what another one of this shape is made with, beside `channels`
            "width": width,
            "multipliers": [*multipliers],
            "blocks": blocks,
            "attention": [*attention],
        }
        self.time = TimeEmbedding(emb_dim)
        self.conv_in = nn.Conv2d(channels, width, 3, padding=1)

        def stage(ch_in: int, ch_out: int, level: int) -> nn.ModuleList:
            look = [Attention(ch_out)] if level in attention else []
            return nn.ModuleList([ResBlock(ch_in, ch_out, emb_dim), *look])

        def stages(ch_in: int, ch_out: int, level: int) -> nn.ModuleList:
            inputs = [ch_in, *[ch_out] * (blocks - 1)]
            return nn.ModuleList([stage(ch, ch_out, level) for ch in inputs])

        levels = [*enumerate(zip([width, *widths[:-1]], widths, strict=True))]
        self.down, self.downsample = nn.ModuleList(), nn.ModuleList()
        for level, (ch_in, ch_out) in levels:
            self.downsample.append(Downsample(ch_in) if level else nn.Identity())
            self.down.append(stages(ch_in, ch_out, level))
        self.middle = stage(widths[-1], widths[-1], self.levels - 1)
        self.up, self.upsample = nn.ModuleList(), nn.ModuleList()
        for level, (ch_out, ch_in) in reversed(levels):
            self.up.append(stages(2 * ch_in, ch_out, level))  # with the skip connection
            self.upsample.append(Upsample(ch_out) if level else nn.Identity())
        self.conv_out = zero_module(nn.Conv2d(width, channels, 3, padding=1))
        self.norm = norm(width)

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
        emb = self.time(t)  # (B, 4 width)
        h = self.conv_in(xt)  # (B, width, H, W)
        skips = []
        for downsample, stages in zip(self.downsample, self.down, strict=True):
            h = through(stages, downsample(h), emb)  # (B, C_l, H / 2^l, W / 2^l)
            skips.append(h)
        h = through([self.middle], h, emb)
        for stages, upsample in zip(self.up, self.upsample, strict=True):
            h = torch.cat([h, skips.pop()], dim=1)  # (B, 2 C_l, H / 2^l, W / 2^l)
            h = upsample(through(stages, h, emb))
        return self.conv_out(F.silu(self.norm(h)))  # (B, C, H, W)

    def _check(self, xt: Tensor, t: Tensor) -> None:
        check_shape("xt", xt, "B", self.channels, "H", "W")
        halvings = self.levels - 1
        check_multiple("xt", xt, 2**halvings, f"the network halves an image {halvings} times")
        if t.shape != xt.shape[:1]:
            raise ValueError(f"t: got shape {tuple(t.shape)}, expected ({len(xt)},), one an image")


def through(stages: Iterable[nn.ModuleList], h: Tensor, emb: Tensor) -> Tensor:
    """h through the blocks of a level; the time goes to those that take it."""
    for stage in stages:
        for block in stage:
            h = block(h, emb) if isinstance(block, ResBlock) else block(h)
    return h
