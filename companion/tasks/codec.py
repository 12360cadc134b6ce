"""Where a diffusion model works: on pixels, or in the latent of an autoencoder."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from companion.checks import check_data

AT_ONCE = 256  # images through an autoencoder


@dataclass(frozen=True)
class Pixels:
    """No codec: the model works on the pixels themselves."""

    def encode(self, x: Tensor) -> Tensor:
        """The pixels, as they are."""
        return x

    def decode(self, z: Tensor) -> Tensor:
        """The pixels, as they are."""
        return z

    def to(self, device: torch.device) -> None:
        """Nothing is moved: it has no weights."""


@dataclass(frozen=True, eq=False)
class Latents:
    """Equation 2-6: z = scale E(x), and back x = D(z / scale).

    Attributes:
        autoencoder: trained, and not trained any further.
        scale: so that z has a standard deviation of about 1, as x has.

    What it is given may be on another device; what it returns is on that of its autoencoder.

    Source: Rombach et al. (2022), section 3.2 and appendix G.
    """

    autoencoder: nn.Module
    scale: float

    def encode(self, x: Tensor) -> Tensor:
        """The latent of images, without a draw.

        Args:
            x: (B, C, H, W), pixels in -1..1.

        Returns:
            (B, c, h, w).

        Raises:
            ValueError: for images that the autoencoder does not take.
        """
        check_data("x", x)
        with torch.no_grad():
            encode, parts = self.autoencoder.encode, x.split(AT_ONCE)
            latents = [encode(self._here(part)).z for part in parts]
        return self.scale * torch.cat(latents)  # (B, c, h, w)

    def decode(self, z: Tensor) -> Tensor:
        """The images of a latent, not clipped.

        Args:
            z: (B, c, h, w).

        Returns:
            (B, C, H, W).

        Raises:
            ValueError: for a latent that the autoencoder does not take.
        """
        check_data("z", z)
        with torch.no_grad():
            decode, parts = self.autoencoder.decode, z.split(AT_ONCE)
            images = [decode(self._here(part) / self.scale) for part in parts]
        return torch.cat(images)  # (B, C, H, W)

    def to(self, device: torch.device) -> None:
        """Move the autoencoder."""
        self.autoencoder.to(device)

    def _here(self, x: Tensor) -> Tensor:
        return x.to(next(self.autoencoder.parameters()).device)
