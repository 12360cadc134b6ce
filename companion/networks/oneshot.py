"""Networks that take one step: from a vector to an image, and from an image to a vector.

The first is a VAE's decoder and a GAN's generator; the second a VAE's encoder and a
GAN's discriminator. Both are made of the UNet's block.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_sizes
from companion.networks.blocks import Downsample, ResBlock, Upsample, norm
from companion.networks.shapes import check_shape


class ImageDecoder(nn.Module):
    """From a few numbers to an image, in one call.

    Args:
        size: the side of the image, even.
        channels: of the image.
        latent: how many numbers.
        width: channels at full size, twice as many at half.

    Raises:
        ValueError: for an odd size, and for sizes that are no positive whole numbers.
    """

    def __init__(self, size: int = 8, channels: int = 1, latent: int = 16, width: int = 32) -> None:
        super().__init__()
        check_sizes(channels=channels, latent=latent, width=width)
        self.half, self.latent = _half(size), latent
        self.proj_in = nn.Linear(latent, 2 * width * self.half**2)
        self.body = nn.Sequential(
            ResBlock(2 * width, 2 * width),
            Upsample(2 * width),
            ResBlock(2 * width, width),
            norm(width),
            nn.SiLU(),
            nn.Conv2d(width, channels, 3, padding=1),
        )

    def forward(self, z: Tensor) -> Tensor:
        """The images of these numbers.

        Args:
            z: (B, latent).

        Returns:
            (B, C, H, W), in [-1, 1].

        Raises:
            ValueError: for another shape.
        """
        check_shape("z", z, "B", self.latent)
        h = self.proj_in(z).reshape(len(z), -1, self.half, self.half)  # (B, 2W, H/2, W/2)
        return self.body(h).tanh()  # (B, C, H, W)


class ImageEncoder(nn.Module):
    """From an image to a few numbers.

    Args:
        numbers: how many.
        size: the side of the image, even.
        channels: of the image.
        width: channels at full size, twice as many at half.

    Raises:
        ValueError: for an odd size, and for sizes that are no positive whole numbers.
    """

    def __init__(self, numbers: int, size: int = 8, channels: int = 1, width: int = 32) -> None:
        super().__init__()
        check_sizes(numbers=numbers, channels=channels, width=width)
        self.shape = (channels, size, size)
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            ResBlock(width, width),
            Downsample(width),
            ResBlock(width, 2 * width),
        )
        self.proj_out = nn.Linear(2 * width * _half(size) ** 2, numbers)

    def forward(self, images: Tensor) -> Tensor:
        """The numbers of these images.

        Args:
            images: (B, C, H, W).

        Returns:
            (B, numbers).

        Raises:
            ValueError: for another shape.
        """
        check_shape("images", images, "B", *self.shape)
        h = self.body(images)  # (B, 2 width, H / 2, W / 2)
        return self.proj_out(F.silu(h).flatten(1))  # (B, numbers)


def _half(size: int) -> int:
    if size < 2 or size % 2:
        raise ValueError(f"size: got {size}, expected an even number from 2 up")
    return size // 2
