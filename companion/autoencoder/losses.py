"""Equations 2-2 to 2-5, with the weights that the article leaves out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from companion.autoencoder.adversarial import adaptive_weight, hinge_d, hinge_g
from companion.autoencoder.bottlenecks import Latent, check_below
from companion.checks import check_data, check_same_shape
from companion.diffusion.precision import widened
from companion.training.recipe import Config

# Two batches of images, (B, C, H, W), to the distance of each pair, (B,).
Features = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Weights(Config):
    """How much each part of the autoencoder's loss counts; 0 takes a part away.

    pixel, perceptual: of the two parts of the reconstruction.   squares: in 0..1, how
    much of the pixel term is squared error in place of absolute.   adversarial: beside
    the adaptive weight.   regulariser: of the bottleneck's loss. 1 suits VQ, whose loss is
    a mean as the pixels' is, and 1e-6 KL, whose loss is a sum of nats.
    Latent diffusion has 1, 1, 0.5 and 1e-6 for KL; but beside pixels that are *summed*
    over an image. Ours are their mean, N = C H W times less, so that w there is w / N
    here. Its 1e-6 would be 3e-10 here at 32 by 32 pixels in colour, and 5e-12 at 256 by
    256; our 1e-6 would be 0.003 there.
    Raises ValueError for a weight that is negative or no finite number.
    """

    pixel: float = 1.0
    perceptual: float = 0.0
    adversarial: float = 0.0
    regulariser: float = 1e-6
    squares: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_below(name, value, math.inf)
        check_share("squares", self.squares)


class Parts(NamedTuple):
    """The autoencoder's loss and what it is made of, each the mean of a batch, ().

    pixel, perceptual, adversarial, regulariser: before their weights; 0 what is off.
    adaptive: the adaptive weight, 0 with no discriminator.   total: the loss.
    """

    pixel: Tensor
    perceptual: Tensor
    adversarial: Tensor
    regulariser: Tensor
    adaptive: Tensor
    total: Tensor


def pixel_loss(x: Tensor, again: Tensor, squares: float = 0.0) -> Tensor:
    """How far a number of an image is off, on average: L1, or some of its square too.

    x, again: (B, C, H, W), pixels in -1..1.   squares: in 0..1, the share of the squared
    error. The absolute error is content with the median of what a pixel may be, the
    squared one with the mean, which is what PSNR asks for.   Returns (B,), at least 0,
    in float32 or a longer dtype.
    Raises ValueError for two shapes, and for a share outside 0..1.
    """
    check_data("x", x)
    check_data("again", again)
    check_same_shape("again", again, "x", x)
    check_share("squares", squares)
    error = (widened(x) - widened(again)).flatten(1)  # (B, C H W)
    absolute, squared = error.abs().mean(dim=1), error.square().mean(dim=1)  # (B,)
    return (1 - squares) * absolute + squares * squared


def autoencoder_loss(
    x: Tensor,
    again: Tensor,
    latent: Latent,
    weights: Weights,
    features: Features | None = None,
    discriminator: nn.Module | None = None,
    last_weight: Tensor | None = None,
) -> Parts:
    """Equation 2-2 with VQ, 2-4 with KL: what the autoencoder minimises.

    x: (B, C, H, W), pixels in -1..1.   again, latent: what the autoencoder made of x.
    features: the perceptual distance, or None for none.   discriminator: that judges
    `again`, or None for none, as before its beginning.   last_weight: of the decoder,
    where the adaptive weight measures; only with a discriminator.
    Raises ValueError for two shapes, for a distance that is not (B,), and for a
    discriminator without `last_weight`.
    Source: Esser et al. (2021), equation 6; Rombach et al. (2022), appendix G.
    """
    pixel = pixel_loss(x, again, weights.squares).mean()  # (), as all that follow
    perceptual = adversarial = adaptive = pixel.new_zeros(())
    if features is not None and weights.perceptual:
        perceptual = _distance(features, x, again).mean()
    rec = weights.pixel * pixel + weights.perceptual * perceptual
    regulariser = latent.loss.mean()
    total = rec + weights.regulariser * regulariser
    if discriminator is not None and weights.adversarial:
        if last_weight is None:
            raise ValueError("last_weight: got None, expected that of the decoder")
        adversarial = hinge_g(discriminator(again)).mean()
        adaptive = adaptive_weight(rec, adversarial, last_weight)
        total = total + weights.adversarial * adaptive * adversarial
    return Parts(pixel, perceptual, adversarial, regulariser, adaptive, total)


def discriminator_loss(x: Tensor, again: Tensor, discriminator: nn.Module) -> Tensor:
    """Equations 2-3 and 2-5: what the discriminator minimises, ().

    x: (B, C, H, W), real images.   again: their reconstructions; no gradient passes.
    discriminator: an image to logits, (B, ...), two axes or more.
    Raises ValueError for two shapes, for what is no finite data, and for other logits.
    Source: Lim and Ye (2017).
    """
    check_data("x", x)
    check_data("again", again)
    check_same_shape("again", again, "x", x)
    return hinge_d(discriminator(x), discriminator(again.detach())).mean()


def _distance(features: Features, x: Tensor, again: Tensor) -> Tensor:
    found = features(x, again)
    if found.shape != x.shape[:1]:
        raise ValueError(
            f"features: got distances of shape {tuple(found.shape)}, "
            f"expected ({len(x)},), one an image"
        )
    return found


def check_share(name: str, value: float) -> None:
    """A number in 0..1.   Raises ValueError for another."""
    check_below(name, value, math.inf)
    if value > 1:
        raise ValueError(f"{name}: got {value}, expected a number in [0, 1]")
