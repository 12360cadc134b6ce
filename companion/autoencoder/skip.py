"""An autoencoder with a UNet's bridge, to see why it may have none."""

from torch import Generator, Tensor

from companion.autoencoder.bottlenecks import KL, VQ, Latent, Plain
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder, check_equal
from companion.checks import check_data


class SkipAutoencoder(Autoencoder):
    """A failure to learn from: a UNet's bridge leads around the bottleneck.

    What the first layer makes of the pixels is given to the decoder's last one. The
    reconstruction gets far better at once, because pixels go around, and little is left
    for z to say: with the z of another image it is hardly worse, and `decode`, which has
    z alone, draws nothing of use.
    Raises ValueError for an encoder and a decoder of two widths or patches.
    """

    def __init__(self, encoder: Encoder, bottleneck: Plain | KL | VQ, decoder: Decoder) -> None:
        super().__init__(encoder, bottleneck, decoder)
        for name in ("width", "patch"):
            check_equal("decoder", name, decoder, encoder, name)

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Latent]:
        """As `Autoencoder.forward`, but with the bridge."""
        latent = self.encode(x, generator)
        return self.decode_beside(latent.z, x), latent

    def decode_beside(self, z: Tensor, x: Tensor) -> Tensor:
        """What z gives with the bridge from x beside it: (B, channels, H, W).

        z: (B, c, h, w).   x: (B, channels, H, W), the image of z or another one, with
        H = f h and W = f w.
        Raises ValueError for other shapes.
        """
        self._check_beside(z, x)
        bridge = self.encoder.conv_in(x)  # (B, width, H / patch, W / patch)
        h = self.decoder.up(self.decoder.conv_in(z))  # the same shape
        return self.decoder.conv_out(h + bridge)

    def _check_beside(self, z: Tensor, x: Tensor) -> None:
        self.decoder.check(z)
        check_data("x", x)
        B, _, h, w = z.shape
        expected = (B, self.encoder.channels, self.f * h, self.f * w)
        if x.shape != expected:
            raise ValueError(f"x: got shape {tuple(x.shape)}, expected {expected}, as z is decoded")
