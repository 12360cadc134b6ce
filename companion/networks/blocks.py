"""The parts that every network of the book is built of."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def norm(channels: int) -> nn.GroupNorm:
    """Group normalisation in groups of about eight channels, or fewer."""
    groups = max(channels // 8, 1)
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels)


class ResBlock(nn.Module):
    """Two convolutions and a shortcut around them; the embedding scales and shifts.

    The second convolution starts at zero, so that at first the block does nothing.

    Args:
        ch_in: channels of the input.
        ch_out: channels of the output.
        emb_dim: width of the embedding (of the time), or None for a block without.

    Source: He et al. (2016); the scale and shift, Dhariwal and Nichol (2021).
    """

    def __init__(self, ch_in: int, ch_out: int, emb_dim: int | None = None) -> None:
        super().__init__()
        self.norm1 = norm(ch_in)
        self.conv1 = nn.Conv2d(ch_in, ch_out, 3, padding=1)
        self.emb_proj = nn.Linear(emb_dim, 2 * ch_out) if emb_dim else None
        self.norm2 = norm(ch_out)
        self.conv2 = zero_module(nn.Conv2d(ch_out, ch_out, 3, padding=1))
        self.shortcut = nn.Identity() if ch_in == ch_out else nn.Conv2d(ch_in, ch_out, 1)

    def forward(self, x: Tensor, emb: Tensor | None = None) -> Tensor:
        """The input, by its shortcut, and what the convolutions add to it.

        Args:
            x: (B, ch_in, H, W).
            emb: (B, emb_dim), or None for a block without.

        Returns:
            (B, ch_out, H, W).
        """
        h = self.conv1(F.silu(self.norm1(x)))  # (B, ch_out, H, W)
        h = self.norm2(h)
        if self.emb_proj is not None:
            scale, shift = self.emb_proj(F.silu(emb))[:, :, None, None].chunk(2, 1)
            h = (1 + scale) * h + shift  # (B, ch_out, H, W)
        h = self.conv2(F.silu(h))
        return self.shortcut(x) + h  # (B, ch_out, H, W)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """What each query finds: softmax(q k^T / sqrt(d)) v.

    In bfloat16 on a CPU it is written out: there PyTorch's own takes up to seven times as long
    with its backward pass (bench/speed.py). Everywhere else PyTorch's own is the faster.

    Args:
        q: queries, (..., N, d).
        k: keys, (..., M, d).
        v: values, (..., M, d).

    Returns:
        (..., N, d).
    """
    if q.is_cpu and q.dtype == torch.bfloat16:
        return (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1) @ v
    return F.scaled_dot_product_attention(q, k, v)


class Attention(nn.Module):
    """Every pixel looks at every other one, and a shortcut leads around it.

    Args:
        channels: of the image.
        heads: how many, a number that divides `channels`.

    Raises:
        ValueError: for heads that do not divide the channels.

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
        self.out = zero_module(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """The image, and what its N = H W pixels found in each other.

        Args:
            x: (B, C, H, W).

        Returns:
            (B, C, H, W).
        """
        B, C, H, W = x.shape
        qkv = self.qkv(self.norm(x)).reshape(B, 3, self.heads, C // self.heads, H * W)
        q, k, v = qkv.mT.unbind(1)  # (B, heads, N, C / heads)
        h = attend(q, k, v)  # (B, heads, N, C / heads)
        return x + self.out(h.mT.reshape(B, C, H, W))  # (B, C, H, W)


class Downsample(nn.Module):
    """Half the height and the width, each pixel from a neighbourhood."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Half the size.

        Args:
            x: (B, C, H, W), H and W even.

        Returns:
            (B, C, H / 2, W / 2).
        """
        return self.conv(x)  # (B, C, H / 2, W / 2)


class Upsample(nn.Module):
    """Twice the height and the width: pixels doubled, then smoothed."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Twice the size.

        Args:
            x: (B, C, H, W).

        Returns:
            (B, C, 2 H, 2 W).
        """
        return self.conv(F.interpolate(x, scale_factor=2.0))  # (B, C, 2 H, 2 W)


def zero_module(module: nn.Module) -> nn.Module:
    """The module with all its parameters set to zero."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module
