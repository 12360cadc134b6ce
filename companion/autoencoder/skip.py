"""An autoencoder with a UNet's skip connection, to see why it may have none."""

from torch import Generator, Tensor

from companion.autoencoder.bottlenecks import KL, Identity, Latent
from companion.autoencoder.codebook import VQ
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder, check_equal
from companion.networks.shapes import check_shape


class SkipAutoencoder(Autoencoder):
    """A failure to learn from: a UNet's skip connection leads around the bottleneck.

    What the first layer makes of the pixels is given to the decoder's last one. The
    reconstruction gets far better at once, because pixels go around, and little is left
    for z to say: with the z of another image it is hardly worse, and `decode`, which has
    z alone, draws nothing of use.

    Raises:
        ValueError: for an encoder and a decoder of two widths or patches.
    """

    def __init__(self, encoder: Encoder, bottleneck: Identity | KL | VQ, decoder: Decoder) -> None:
        super().__init__(encoder, bottleneck, decoder)
        for name in ("width", "patch"):
            check_equal("decoder", name, decoder, encoder, name)

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Latent]:
        """As `Autoencoder.forward`, but with the skip connection."""
        latent = self.bottleneck(self.encoder(x), generator)
        return self.decode_beside(latent.z, x), latent

    def decode_beside(self, z: Tensor, x: Tensor) -> Tensor:
        """What z gives with the skip connection from x beside it.

        Args:
            z: (B, c, h, w).
            x: (B, channels, H, W), the image of z or another one, with H = f h and
                W = f w.

        Returns:
            (B, channels, H, W).

        Raises:
            ValueError: for other shapes.
        """
        self._check_beside(z, x)
        skip = self.encoder.conv_in(x)  # (B, width, H / patch, W / patch)
        h = self.decoder.up(self.decoder.conv_in(z))  # the same shape
        return self.decoder.conv_out(h + skip)

    def _check_beside(self, z: Tensor, x: Tensor) -> None:
        self.decoder.check(z)
        B, _, h, w = z.shape
        expected = (B, self.encoder.channels, self.f * h, self.f * w)
        check_shape("x", x, *expected)
