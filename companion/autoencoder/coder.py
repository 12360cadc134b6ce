"""Encoder and decoder of latent diffusion, in small: pixels to latents and back."""

from collections.abc import Sequence

from torch import Generator, Tensor, nn

from companion.autoencoder.bottlenecks import KL, VQ, Latent, Plain
from companion.checks import check_count, check_data, check_levels
from companion.networks.blocks import Attention, Downsample, ResBlock, Upsample, norm


class Encoder(nn.Module):
    """E of equation 2-1: an image of H by W pixels to one of H / f by W / f.

    channels: of the image.   latent: channels of the output, the bottleneck's
    `channels_in`.   f: H / h, a power of two.   width: channels of the first level.
    multipliers: of `width`, for each level; each level but the first halves the image,
    so f is at least 2^(levels - 1). What is left of f, `patch`, the first layer does: it
    folds squares of patch by patch pixels into channels, which loses nothing and is
    cheap. With multipliers for m + 1 levels at f = 2^m it is 1, as in latent diffusion.
    blocks: ResBlocks a level.   attention: the levels, from 0, that have it.
    There are ways around a block, and none around the whole: see `SkipAutoencoder`.
    Raises ValueError for numbers that are not whole or below 1, for none of
    `multipliers`, for attention at a level that there is not, and for an f that is no
    power of two or too small for the levels.
    Source: Esser et al. (2021); Rombach et al. (2022), appendix G. The folding: Shi et
    al. (2016).
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
        before = width
        for level, here in enumerate(widths):
            if level:
                self.down.append(Downsample(before))
            self.down.extend(stages(before, here, blocks, level in attention))
            before = here
        self.conv_out = nn.Sequential(
            norm(before), nn.SiLU(), nn.Conv2d(before, latent, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, channels, H, W), pixels in -1..1, H and W divisible by f.

        Returns (B, latent, H / f, W / f).   Raises ValueError for other shapes.
        """
        self._check(x)
        h = self.conv_in(x)  # (B, width, H / patch, W / patch)
        h = self.down(h)  # (B, C, H / f, W / f)
        return self.conv_out(h)  # (B, latent, H / f, W / f)

    def _check(self, x: Tensor) -> None:
        check_data("x", x)
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise ValueError(f"x: got shape {tuple(x.shape)}, expected (B, {self.channels}, H, W)")
        if x.shape[2] % self.f or x.shape[3] % self.f:
            raise ValueError(
                f"x: got {x.shape[2]} by {x.shape[3]} pixels, expected multiples of "
                f"f = {self.f}: {self.f} by {self.f} pixels become one latent vector"
            )


class Decoder(nn.Module):
    """D of equation 2-1: a latent of h by w back to an image of f h by f w pixels.

    latent: channels of z, the bottleneck's `channels`.   The others: as `Encoder`'s,
    in mirror image; the last layer unfolds channels into squares of pixels.
    Raises ValueError for numbers that are not whole or below 1, for none of
    `multipliers`, for attention at a level that there is not, and for an f that is no
    power of two or too small for the levels.
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
            after = widths[level - 1] if level else width
            self.up.extend(stages(widths[level], after, blocks, level in attention))
            if level:
                self.up.append(Upsample(after))
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
        """z: (B, latent, h, w).   Returns (B, channels, f h, f w), not clipped.

        Raises ValueError for other shapes.
        """
        self.check(z)
        h = self.conv_in(z)  # (B, C, h, w)
        h = self.up(h)  # (B, width, f h / patch, f w / patch)
        return self.conv_out(h)  # (B, channels, f h, f w)

    def check(self, z: Tensor) -> None:
        """z is finite data of shape (B, latent, h, w).   Raises ValueError otherwise."""
        check_data("z", z)
        if z.ndim != 4 or z.shape[1] != self.latent:
            raise ValueError(f"z: got shape {tuple(z.shape)}, expected (B, {self.latent}, h, w)")


class Autoencoder(nn.Module):
    """Equation 2-1: x~ = D(z) with z = E(x), and a bottleneck that keeps z in order.

    encoder, decoder: of one f.   bottleneck: between them; it asks the encoder for
    `channels_in` channels and gives the decoder `channels`.
    f: H / h.
    Raises ValueError if one of the three does not fit to another.
    Source: Rombach et al. (2022), section 3.1.
    """

    def __init__(self, encoder: Encoder, bottleneck: Plain | KL | VQ, decoder: Decoder) -> None:
        super().__init__()
        check_equal("encoder", "latent", encoder, bottleneck, "channels_in")
        check_equal("decoder", "latent", decoder, bottleneck, "channels")
        for name in ("f", "channels"):
            check_equal("decoder", name, decoder, encoder, name)
        self.encoder, self.bottleneck, self.decoder = encoder, bottleneck, decoder
        self.f = encoder.f

    def encode(self, x: Tensor, generator: Generator | None = None) -> Latent:
        """x: (B, channels, H, W), pixels in -1..1.   The latent's z: (B, c, h, w).

        generator: for what the bottleneck draws.   Raises ValueError for other shapes.
        """
        return self.bottleneck(self.encoder(x), generator)

    def decode(self, z: Tensor) -> Tensor:
        """z: (B, c, h, w).   Returns (B, channels, f h, f w), not clipped.

        Raises ValueError for other shapes.
        """
        return self.decoder(z)

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Latent]:
        """The reconstruction, in the shape of x, and the latent it was made from.

        x: (B, channels, H, W), pixels in -1..1.   generator: for the bottleneck.
        Raises ValueError for other shapes.
        """
        latent = self.encode(x, generator)
        return self.decode(latent.z), latent


def stages(before: int, after: int, blocks: int, attention: bool) -> list[nn.Module]:
    """The ResBlocks of a level, each followed by attention if the level has it.

    Raises ValueError for less than one block.
    """
    level, blocks = [], check_count("blocks", blocks, 1, 1 << 10)
    for width in [before, *[after] * (blocks - 1)]:
        level.append(ResBlock(width, after))
        if attention:
            level.append(Attention(after))
    return level


def patch_size(f: int, levels: int) -> int:
    """What is left of f for the first layer, if each further level halves the image.

    Raises ValueError for an f that is no power of two, or below 2^(levels - 1), and for
    no level.
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
    channels: int,
    latent: int,
    width: int,
    multipliers: Sequence[int],
    attention: Sequence[int],
) -> None:
    """What `Encoder` and `Decoder` are told, but for f and the blocks.

    Raises ValueError for numbers that are not whole or out of range.
    """
    check_count("channels", channels, 1, 1 << 10)
    check_count("latent", latent, 1, 1 << 17)
    check_count("width", width, 1, 1 << 12)
    check_levels(multipliers, attention)


def check_equal(name: str, asked: str, here: nn.Module, there: nn.Module, as_its: str) -> None:
    """Two parts of an autoencoder fit together: one's number is the other's.

    Raises ValueError where it is not.
    """
    got, expected = getattr(here, asked), getattr(there, as_its)
    if got != expected:
        raise ValueError(
            f"{name}: got {asked} = {got}, expected {expected}, "
            f"the {as_its} of {type(there).__name__}"
        )
