"""Networks that take one step: from numbers to an image, and from an image to numbers.

The first is a VAE's decoder and a GAN's generator; the second a VAE's encoder and a
GAN's critic. Both are made of the UNet's block.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from companion.networks.blocks import Downsample, ResBlock, Upsample, norm
from companion.networks.shapes import check_shape


class OneShot(nn.Module):
    """From a few numbers to an image, in one call.

    size: the side of the image, even.   channels: of the image.   latent: how many
    numbers.   width: channels at full size, twice as many at half.
    Raises ValueError for an odd size.
    """

    def __init__(self, size: int = 8, channels: int = 1, latent: int = 16, width: int = 32) -> None:
        super().__init__()
        self.half, self.latent = _half(size), latent
        self.first = nn.Linear(latent, 2 * width * self.half**2)
        self.body = nn.Sequential(
            ResBlock(2 * width, 2 * width),
            Upsample(2 * width),
            ResBlock(2 * width, width),
            norm(width),
            nn.SiLU(),
            nn.Conv2d(width, channels, 3, padding=1),
        )

    def forward(self, z: Tensor) -> Tensor:
        """z: (B, latent).   Returns images, (B, C, H, W), in [-1, 1]."""
        check_shape("z", z, "B", self.latent)
        h = self.first(z).reshape(len(z), -1, self.half, self.half)  # (B, 2W, H/2, W/2)
        return self.body(h).tanh()  # (B, C, H, W)


class Reader(nn.Module):
    """From an image to a few numbers.

    numbers: how many.   size, channels, width: as for `OneShot`.
    Raises ValueError for an odd size.
    """

    def __init__(self, numbers: int, size: int = 8, channels: int = 1, width: int = 32) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            ResBlock(width, width),
            Downsample(width),
            ResBlock(width, 2 * width),
        )
        self.last = nn.Linear(2 * width * _half(size) ** 2, numbers)

    def forward(self, images: Tensor) -> Tensor:
        """images: (B, C, H, W).   Returns (B, numbers)."""
        check_shape("images", images, "B", *self.shape)
        h = self.body(images)  # (B, 2 width, H / 2, W / 2)
        return self.last(F.silu(h).flatten(1))  # (B, numbers)


def _half(size: int) -> int:
    if size < 2 or size % 2:
        raise ValueError(f"size: got {size}, expected an even number from 2 up")
    return size // 2
