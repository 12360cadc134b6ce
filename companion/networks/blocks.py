"""The parts that every network of the book is built of."""

import torch.nn.functional as F
from torch import Tensor, nn


def norm(channels: int) -> nn.GroupNorm:
    """Group normalisation in groups of about eight channels, or fewer."""
    groups = max(channels // 8, 1)
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels)


class ResBlock(nn.Module):
    """Two convolutions and a way around them; what is embedded shifts and scales.

    channels_in, channels_out: of the image.   embedding: the width of what is embedded
    (the time), or None for a block without. The second convolution starts at zero, so
    that at first the block does nothing.
    Source: He et al. (2016); the scale and shift, Dhariwal and Nichol (2021).
    """

    def __init__(self, channels_in: int, channels_out: int, embedding: int | None = None) -> None:
        super().__init__()
        self.norm1 = norm(channels_in)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.embed = nn.Linear(embedding, 2 * channels_out) if embedding else None
        self.norm2 = norm(channels_out)
        self.conv2 = zeroed(nn.Conv2d(channels_out, channels_out, 3, padding=1))
        same = channels_in == channels_out
        self.around = nn.Identity() if same else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, embedded: Tensor | None = None) -> Tensor:
        """x: (B, C, H, W).   embedded: (B, embedding).   Returns (B, C', H, W)."""
        h = self.conv1(F.silu(self.norm1(x)))  # (B, C', H, W)
        h = self.norm2(h)
        if self.embed is not None:
            scale, shift = self.embed(F.silu(embedded))[:, :, None, None].chunk(2, 1)
            h = (1 + scale) * h + shift  # (B, C', H, W)
        h = self.conv2(F.silu(h))
        return self.around(x) + h  # (B, C', H, W)


class Attention(nn.Module):
    """Every pixel looks at every other one, with a way around.

    channels: of the image.   heads: divides them.
    Source: Vaswani et al. (2017).
    """

    def __init__(self, channels: int, heads: int = 1) -> None:
        super().__init__()
        if channels % heads:
            raise ValueError(
                f"heads: got {heads}, expected a number that divides {channels} channels"
            )
        self.heads = heads
        self.norm = norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W); the N = H W pixels look at each other."""
        B, C, H, W = x.shape
        qkv = self.qkv(self.norm(x)).reshape(B, 3, self.heads, C // self.heads, H * W)
        q, k, v = qkv.mT.unbind(1)  # (B, heads, N, C / heads)
        h = F.scaled_dot_product_attention(q, k, v)  # (B, heads, N, C / heads)
        return x + self.out(h.mT.reshape(B, C, H, W))  # (B, C, H, W)


class Downsample(nn.Module):
    """Half the height and the width, each pixel from a neighbourhood."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W), H and W even."""
        return self.conv(x)  # (B, C, H / 2, W / 2)


class Upsample(nn.Module):
    """Twice the height and the width: pixels doubled, then smoothed."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, H, W)."""
        return self.conv(F.interpolate(x, scale_factor=2.0))  # (B, C, 2 H, 2 W)


def zeroed(module: nn.Module) -> nn.Module:
    """The module with all its parameters set to zero."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module
