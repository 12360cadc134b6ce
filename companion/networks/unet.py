"""The UNet: down to a small image of many channels, and up again, with skip connections."""

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_levels, check_sizes
from companion.networks.blocks import (
    Attention,
    CrossAttention,
    Downsample,
    ResBlock,
    Upsample,
    norm,
    zero_module,
)
from companion.networks.conditions import Condition, Embedded
from companion.networks.embeddings import TimeEmbedding
from companion.networks.shapes import (
    check_beside,
    check_multiple,
    check_shape,
    check_times,
    check_unconditional,
)


class UNet(nn.Module):
    """A network from (x_t, t) to an image of the same shape.

    The output starts at zero, the mean of every target.

    Args:
        channels: of the image, 1 or 3 as a rule.
        width: channels at full size.
        multipliers: of `width`, for each level; each level but the first halves the image.
        blocks: ResBlocks a level.
        attention: the levels, from 0, that have it.
        condition: a module of `companion.networks.conditions`, or None for a network that is
            told nothing. A vector is added to the embedding of the time; channels stand
            beside x_t; tokens are looked at after each ResBlock of each level.

    Raises:
        ValueError: for sizes and multipliers that are no positive whole numbers, for no
            multipliers, and for attention at a level that there is not.

    Source: Ronneberger et al. (2015); with time, Ho et al. (2020), appendix B.
    """

    def __init__(
        self,
        channels: int = 1,
        width: int = 32,
        multipliers: Sequence[int] = (1, 2),
        blocks: int = 1,
        attention: Sequence[int] = (),
        condition: Condition | None = None,
    ) -> None:
        super().__init__()
        check_sizes(channels=channels, width=width, blocks=blocks)
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
        context = condition or Condition()
        self.conv_in = nn.Conv2d(channels + context.channels, width, 3, padding=1)

        def stage(ch_in: int, ch_out: int, level: int) -> Stage:
            look = [Attention(ch_out)] if level in attention else []
            read = [CrossAttention(ch_out, context.token_dim)] if context.token_dim else []
            return Stage([ResBlock(ch_in, ch_out, emb_dim), *look, *read], len(read))

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
        self.condition = condition
        self.cond_proj = nn.Linear(context.vector_dim, emb_dim) if context.vector_dim else None

    def forward(self, xt: Tensor, t: Tensor, cond: Tensor | None = None) -> Tensor:
        """What it says of x_t: noise, image or v, whatever it was trained for.

        Args:
            xt: (B, C, H, W), H and W divisible by 2^(levels - 1).
            t: (B,), one time an image.
            cond: (B, ...), what its condition takes; None says nothing, which is the null.
                A network without a condition takes None alone.

        Returns:
            (B, C, H, W).

        Raises:
            ValueError: for other shapes, and for a condition that it does not take.
        """
        self._check(xt, t)
        context = self._context(cond, len(xt))
        emb = self.time(t)  # (B, 4 width)
        if context.vector is not None:
            emb = emb + self.cond_proj(context.vector)  # (B, 4 width)
        if context.channels is not None:
            check_beside(xt, context.channels)
            xt = torch.cat([xt, context.channels], dim=1)  # (B, C + channels, H, W)
        h = self.conv_in(xt)  # (B, width, H, W)
        skips = []
        for downsample, stages in zip(self.downsample, self.down, strict=True):
            h = through(stages, downsample(h), emb, context)  # (B, C_l, H/2^l, W/2^l)
            skips.append(h)
        h = self.middle(h, emb, context)
        for stages, upsample in zip(self.up, self.upsample, strict=True):
            h = torch.cat([h, skips.pop()], dim=1)  # (B, 2 C_l, H/2^l, W/2^l)
            h = upsample(through(stages, h, emb, context))
        return self.conv_out(F.silu(self.norm(h)))  # (B, C, H, W)

    def _context(self, cond: Tensor | None, count: int) -> Embedded:
        if self.condition is None:
            check_unconditional(cond)
            return Embedded()
        return self.condition(cond, count)

    def _check(self, xt: Tensor, t: Tensor) -> None:
        check_shape("xt", xt, "B", self.channels, "H", "W")
        halvings = self.levels - 1
        check_multiple("xt", xt, 2**halvings, f"the network halves an image {halvings} times")
        check_times(t, len(xt))


class Stage(nn.ModuleList):
    """A ResBlock, and behind it the attentions of its level, if it has any.

    Args:
        blocks: in their order.
        reads: how many of them, the last ones, look at the tokens of a condition.
    """

    def __init__(self, blocks: Iterable[nn.Module], reads: int = 0) -> None:
        super().__init__(blocks)
        self.reads = reads

    def forward(self, h: Tensor, emb: Tensor, context: Embedded) -> Tensor:
        """h through its blocks, each given what it takes."""
        block, *others = self
        h = block(h, emb)
        own = len(others) - self.reads
        for look in others[:own]:
            h = look(h)
        for read in others[own:]:
            h = read(h, context.tokens, context.mask)
        return h


def through(stages: Iterable[Stage], h: Tensor, emb: Tensor, context: Embedded) -> Tensor:
    """h through the stages of a level."""
    for stage in stages:
        h = stage(h, emb, context)
    return h
