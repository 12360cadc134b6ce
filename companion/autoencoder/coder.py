"""Encoder and decoder of latent diffusion, in small: pixels to latents and back."""

from collections.abc import Sequence

from torch import Generator, Tensor, nn

from companion.autoencoder.bottlenecks import KL, Identity, Latent
from companion.autoencoder.codebook import VQ
from companion.checks import check_count, check_data, check_levels
from companion.networks.blocks import Attention, Downsample, ResBlock, Upsample, norm
from companion.networks.shapes import check_multiple, check_shape


class Encoder(nn.Module):
    """E of equation 2-1: an image of H by W pixels to one of H / f by W / f.

    Each level but the first halves the image, so f is at least 2^(levels - 1). What is left
    of f, `patch`, the first layer does: it folds squares of patch by patch pixels into
    channels, which loses nothing and is cheap. With multipliers for m + 1 levels at f = 2^m
    it is 1, as in latent diffusion. There are shortcuts around a block, and no skip connection
    around the whole: see `SkipAutoencoder`.

    Args:
        channels: of the image.
        latent: channels of the output, the bottleneck's `channels_in`.
        f: H / h, a power of two.
        width: channels of the first level.
        multipliers: of `width`, for each level.
        blocks: ResBlocks a level.
        attention: the levels, from 0, that have it.

    Raises:
        ValueError: for numbers that are not whole or below 1, for none of `multipliers`, for
            attention at a level that there is not, and for an f that is no power of two or too
            small for the levels.

    Source: Esser et al. (2021); Rombach et al. (2022), appendix G. The folding: Shi et al.
    (2016).
    """

    def __init__(
        self,
        channels: int = 3,
        latent: int = 4,
        f: int = 4,
        width: int = 48,
        multipliers: Sequence[int] = (1, 2),
        blocks: int = 1,
        attention: Sequence[int] = (),
    ) -> None:
        super().__init__()
        check_sizes(channels, latent, width, multipliers, attention)
        widths = [width * m for m in multipliers]
        self.channels, self.latent, self.f = channels, latent, f
        self.width, self.patch = width, patch_size(f, len(widths))
        self.conv_in = nn.Sequential(
            nn.PixelUnshuffle(self.patch),
            nn.Conv2d(channels * self.patch**2, width, 3, padding=1),
        )
        self.down = nn.Sequential()
        ch_in = width
        for level, ch_out in enumerate(widths):
            if level:
                self.down.append(Downsample(ch_in))
            self.down.extend(stages(ch_in, ch_out, blocks, level in attention))
            ch_in = ch_out
        self.conv_out = nn.Sequential(
            norm(ch_in), nn.SiLU(), nn.Conv2d(ch_in, latent, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """The bottleneck's input.

        Args:
            x: (B, channels, H, W), pixels in -1..1, H and W divisible by f.

        Returns:
            (B, latent, H / f, W / f).

        Raises:
            ValueError: for other shapes.
        """
        self._check(x)
        h = self.conv_in(x)  # (B, width, H / patch, W / patch)
        h = self.down(h)  # (B, C, H / f, W / f)
        return self.conv_out(h)  # (B, latent, H / f, W / f)

    def _check(self, x: Tensor) -> None:
        check_shape("x", x, "B", self.channels, "H", "W")
        f = self.f
        check_multiple("x", x, f, f"with f = {f}, {f} by {f} pixels become one latent vector")


class Decoder(nn.Module):
    """D of equation 2-1: a latent of h by w back to an image of f h by f w pixels.

    Args:
        channels: of the image.
        latent: channels of z, the bottleneck's `channels`.
        f: H / h, a power of two; the last layer unfolds channels into squares of pixels.
        width: channels of the last level.
        multipliers: as `Encoder`'s, in mirror image.
        blocks: ResBlocks a level.
        attention: the levels, from 0, that have it.

    Raises:
        ValueError: as `Encoder` does.

    Source: as `Encoder`'s.
    """

    def __init__(
        self,
        channels: int = 3,
        latent: int = 4,
        f: int = 4,
        width: int = 48,
        multipliers: Sequence[int] = (1, 2),
        blocks: int = 1,
        attention: Sequence[int] = (),
    ) -> None:
        super().__init__()
        check_sizes(channels, latent, width, multipliers, attention)
        widths = [width * m for m in multipliers]
        self.channels, self.latent, self.f = channels, latent, f
        self.width, self.patch = width, patch_size(f, len(widths))
        self.conv_in = nn.Conv2d(latent, widths[-1], 3, padding=1)
        self.up = nn.Sequential()
        for level in range(len(widths) - 1, -1, -1):
            ch_out = widths[level - 1] if level else width
            self.up.extend(stages(widths[level], ch_out, blocks, level in attention))
            if level:
                self.up.append(Upsample(ch_out))
        self.conv_out = nn.Sequential(
            norm(width),
            nn.SiLU(),
            nn.Conv2d(width, channels * self.patch**2, 3, padding=1),
            nn.PixelShuffle(self.patch),
        )

    @property
    def last_weight(self) -> nn.Parameter:
        """The weight that all of the loss's gradients come through first."""
        return self.conv_out[2].weight

    def forward(self, z: Tensor) -> Tensor:
        """The image, not clipped.

        Args:
            z: (B, latent, h, w).

        Returns:
            (B, channels, f h, f w).

        Raises:
            ValueError: for other shapes.
        """
        self.check(z)
        h = self.conv_in(z)  # (B, C, h, w)
        h = self.up(h)  # (B, width, f h / patch, f w / patch)
        return self.conv_out(h)  # (B, channels, f h, f w)

    def check(self, z: Tensor) -> None:
        """z is of shape (B, latent, h, w).

        Raises:
            ValueError: where it is not.
        """
        check_shape("z", z, "B", self.latent, "h", "w")


class Autoencoder(nn.Module):
    """Equation 2-1: x~ = D(z) with z = E(x), and a bottleneck that keeps z in order.

    Args:
        encoder: of the same f as the decoder.
        bottleneck: between them; it asks the encoder for `channels_in` channels and gives
            the decoder `channels`.
        decoder: of z.

    Attributes:
        f: H / h.

    Raises:
        ValueError: if one of the three does not fit to another.

    Source: Rombach et al. (2022), section 3.1.
    """

    def __init__(self, encoder: Encoder, bottleneck: Identity | KL | VQ, decoder: Decoder) -> None:
        super().__init__()
        check_equal("encoder", "latent", encoder, bottleneck, "channels_in")
        check_equal("decoder", "latent", decoder, bottleneck, "channels")
        for name in ("f", "channels"):
            check_equal("decoder", name, decoder, encoder, name)
        self.encoder, self.bottleneck, self.decoder = encoder, bottleneck, decoder
        self.f = encoder.f

    def encode(self, x: Tensor, generator: Generator | None = None) -> Latent:
        """The latent of an image; its z is (B, c, h, w).

        Args:
            x: (B, channels, H, W), pixels in -1..1.
            generator: for what the bottleneck draws.

        Raises:
            ValueError: for other shapes, and for numbers that are not finite.
        """
        check_data("x", x)
        return self.bottleneck(self.encoder(x), generator)

    def decode(self, z: Tensor) -> Tensor:
        """The image of a latent, not clipped.

        Args:
            z: (B, c, h, w).

        Returns:
            (B, channels, f h, f w).

        Raises:
            ValueError: for other shapes, and for numbers that are not finite.
        """
        check_data("z", z)
        return self.decoder(z)

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Latent]:
        """The reconstruction, in the shape of x, and the latent it was made from.

        Args:
            x: (B, channels, H, W), pixels in -1..1; whether they are finite is not looked
                at, as it is by `encode`.
            generator: for what the bottleneck draws.

        Raises:
            ValueError: for other shapes.
        """
        latent = self.bottleneck(self.encoder(x), generator)
        return self.decoder(latent.z), latent


def stages(ch_in: int, ch_out: int, blocks: int, attention: bool) -> list[nn.Module]:
    """The ResBlocks of a level, each followed by attention if the level has it.

    Raises:
        ValueError: for less than one block.
    """
    level, blocks = [], check_count("blocks", blocks, 1, 1 << 10)
    for ch in [ch_in, *[ch_out] * (blocks - 1)]:
        level.append(ResBlock(ch, ch_out))
        if attention:
            level.append(Attention(ch_out))
    return level


def patch_size(f: int, levels: int) -> int:
    """What is left of f for the first layer, if each further level halves the image.

    Raises:
        ValueError: for an f that is no power of two, or below 2^(levels - 1), and for no level.
    """
    halved = 2 ** (check_count("levels", levels, 1, 10) - 1)
    f = check_count("f", f, 1, 1 << 10)
    if f & (f - 1) or f < halved:
        raise ValueError(
            f"f: got {f}, expected a power of two of at least {halved}: "
            f"{levels} levels halve the image {levels - 1} times"
        )
    return f // halved


def check_sizes(
    channels: int, latent: int, width: int, multipliers: Sequence[int], attention: Sequence[int]
) -> None:
    """What `Encoder` and `Decoder` are told, but for f and the blocks.

    Raises:
        ValueError: for numbers that are not whole or out of range.
    """
    check_count("channels", channels, 1, 1 << 10)
    check_count("latent", latent, 1, 1 << 17)
    check_count("width", width, 1, 1 << 12)
    check_levels(multipliers, attention)


def check_equal(
    name: str, attribute: str, part: nn.Module, other: nn.Module, other_attribute: str
) -> None:
    """Two parts of an autoencoder fit together: one's number is the other's.

    Raises:
        ValueError: where it is not.
    """
    got, expected = getattr(part, attribute), getattr(other, other_attribute)
    if got != expected:
        raise ValueError(
            f"{name}: got {attribute} = {got}, expected {expected}, "
            f"the {other_attribute} of {type(other).__name__}"
        )
