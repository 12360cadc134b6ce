"""The parts that every network of the book is built of."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_sizes


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


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """What each query finds, equation 2-8: softmax(q k^T / sqrt(d)) v.

    In bfloat16 on a CPU it is written out: there PyTorch's own takes up to seven times as long
    with its backward pass (bench/speed.py). Everywhere else PyTorch's own is the faster.

    Args:
        q: queries, (..., N, d).
        k: keys, (..., M, d).
        v: values, (..., M, d).
        mask: (..., N, M) or what broadcasts to it, False for keys that no query may see.

    Returns:
        (..., N, d).
    """
    if q.is_cpu and q.dtype == torch.bfloat16:
        scores = q @ k.mT * q.shape[-1] ** -0.5  # (..., N, M)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        return scores.softmax(-1) @ v
    return F.scaled_dot_product_attention(q, k, v, mask)


def attend_in_heads(
    q: Tensor, k: Tensor, v: Tensor, heads: int, mask: Tensor | None = None
) -> Tensor:
    """What each token finds, in several heads side by side.

    Args:
        q: queries, (B, N, D).
        k: keys, (B, M, D).
        v: values, (B, M, D).
        heads: how many, a number that divides D.
        mask: (B, M), True where there is a token.

    Returns:
        (B, N, D).
    """
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))  # (B, heads, N, d)
    seen = None if mask is None else mask[:, None, None, :]  # (B, 1, 1, M)
    return attend(q, k, v, seen).transpose(1, 2).flatten(2)  # (B, N, D)


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
        check_heads(channels, heads)
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


class CrossAttention(nn.Module):
    """Every pixel looks at the tokens of a condition, and a shortcut leads around it.

    Args:
        channels: of the image.
        token_dim: D, width of a token.
        heads: how many, a number that divides `channels`.

    Raises:
        ValueError: for heads that do not divide the channels.

    Source: Rombach et al. (2022), section 3.3.
    """

    def __init__(self, channels: int, token_dim: int, heads: int = 4) -> None:
        super().__init__()
        check_heads(channels, heads)
        self.heads = heads
        self.norm = norm(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.kv = nn.Linear(token_dim, 2 * channels)
        self.out = zero_module(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """The image, and what its H W pixels found in the tokens.

        Args:
            x: (B, C, H, W).
            tokens: (B, N, D).
            mask: (B, N), True where there is a token.

        Returns:
            (B, C, H, W).
        """
        B, C, H, W = x.shape
        q = self.q(self.norm(x)).reshape(B, self.heads, C // self.heads, H * W).mT
        kv = self.kv(tokens).reshape(B, -1, 2, self.heads, C // self.heads)
        k, v = kv.permute(2, 0, 3, 1, 4)  # (B, heads, N, C / heads) each
        seen = None if mask is None else mask[:, None, None, :]  # (B, 1, 1, N)
        h = attend(q, k, v, seen)  # (B, heads, H W, C / heads)
        return x + self.out(h.mT.reshape(B, C, H, W))  # (B, C, H, W)


class TextBlock(nn.Module):
    """A block of a transformer: tokens look at each other, then each is thought over.

    Args:
        dim: D, width of a token.
        heads: how many, a number that divides `dim`.

    Raises:
        ValueError: for heads that do not divide the width.

    Source: Vaswani et al. (2017); with the norms in front, Xiong et al. (2020).
    """

    def __init__(self, dim: int, heads: int = 4) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The tokens, and what they found in each other.

        Args:
            x: (B, N, D).
            mask: (B, N), True where there is a token.

        Returns:
            (B, N, D).
        """
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)  # (B, N, D) each
        x = x + self.out(attend_in_heads(q, k, v, self.heads, mask))  # (B, N, D)
        return x + self.mlp(self.norm2(x))  # (B, N, D)


def check_heads(width: int, heads: int) -> None:
    """The heads share out the width of a token, or the channels of an image, evenly.

    Raises:
        ValueError: where they do not, and for heads that are no positive whole number.
    """
    check_sizes(heads=heads)
    if width % heads:
        raise ValueError(f"heads: got {heads}, expected a number that divides {width}")


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
