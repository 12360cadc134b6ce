"""What stands between encoder and decoder and keeps the latent in order: KL, or nothing.

The third, `VQ`, is in `codebook`.
"""

from dataclasses import dataclass
from numbers import Real

import torch
from torch import Generator, Tensor, exp, nn

from companion.checks import check_count
from companion.diffusion import Gaussian
from companion.diffusion.precision import narrowed, widened
from companion.networks.shapes import check_shape

# Log-variances are kept within these. exp(11) / 2, the slope of KL there, is the last that
# float16 holds; it ends at 65504.
LOWEST, HIGHEST, HIGHEST_IN_HALF = -30, 20, 11


@dataclass(frozen=True, eq=False)
class Latent:
    """What a bottleneck makes of the encoder's output.

    Attributes:
        z: what the decoder gets, (B, c, h, w), in the dtype of the encoder's output.
        loss: what this z costs, one number an image, (B,): nats from `KL`, a mean squared
            error from `VQ`, 0 from `Identity`; in float32 or a longer dtype, as other figures.
        info: what there is to look at, by name; each bottleneck says what it gives.
    """

    z: Tensor
    loss: Tensor
    info: dict[str, Tensor]


class Identity(nn.Module):
    """No bottleneck but the size: z is what the encoder says, and costs nothing.

    Its `info` is empty.

    Args:
        channels: of z.
    """

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.channels = self.channels_in = check_count("channels", channels, 1, 1 << 16)

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """z is h.

        Args:
            h: (B, c, h, w).
            generator: not asked.

        Raises:
            ValueError: for another shape.
        """
        check_encoded(h, self.channels_in)
        return Latent(h, widened(h).new_zeros(len(h)), {})


class KL(nn.Module):
    """z is drawn from a Gaussian at each place, which is kept near the standard one.

    The encoder gives twice as many channels as z has: means, then log-variances, which are
    kept within -30..20, and within -30..11 in float16, which holds no more. In training z is
    a draw, mean + std * eps, through which the gradient passes to both; in evaluation it is
    the mean, and nothing is drawn. The loss is the divergence from N(0, I) in nats, summed
    over an image's c h w numbers; `info` has `mean`, `logvar`, and `kl`, the divergence of
    each number, all (B, c, h, w), float32 or longer.

    Args:
        channels: c, of z.

    Source: Kingma and Welling (2014), appendix B; Rombach et al. (2022), appendix G.
    """

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.channels = check_count("channels", channels, 1, 1 << 16)
        self.channels_in = 2 * self.channels

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """Equation 2-4a.

        Args:
            h: (B, 2 c, h, w).
            generator: for the draw.

        Raises:
            ValueError: for another shape.
        """
        check_encoded(h, self.channels_in)
        mean, logvar = widened(h).chunk(2, dim=1)  # (B, c, h, w) each
        highest = HIGHEST_IN_HALF if h.dtype == torch.float16 else HIGHEST
        logvar = logvar.clamp(LOWEST, highest)
        var = exp(logvar)
        draw = Gaussian(mean, var, validate_args=False)  # its variance is one by design
        z = draw.sample(generator=generator) if self.training else mean
        kl = (mean**2 + var - logvar - 1) / 2  # (B, c, h, w)
        info = {"mean": mean, "logvar": logvar, "kl": kl}
        return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)), info)


def check_encoded(h: Tensor, channels: int) -> None:
    """What the encoder gave is of shape (B, channels, h, w).

    Raises:
        ValueError: where it is not.
    """
    check_shape("h", h, "B", channels, "h", "w")


def check_below(name: str, value: float, limit: float) -> None:
    """A number from 0 up to, but not, the limit.

    Raises:
        ValueError: for another.
    """
    if not (isinstance(value, Real) and 0 <= value < limit):
        raise ValueError(f"{name}: got {value!r}, expected a number in [0, {limit})")
