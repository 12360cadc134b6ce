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
PerceptualLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Weights(Config):
    """How much each part of the autoencoder's loss counts; 0 takes a part away.

    Latent diffusion has 1, 1, 0.5 and 1e-6 for KL; but beside pixels that are *summed* over
    an image. Ours are their mean, N = C H W times less, so that w there is w / N here. Its
    1e-6 would be 3e-10 here at 32 by 32 pixels in colour, and 5e-12 at 256 by 256; our 1e-6
    would be 0.003 there.

    Attributes:
        pixel: of the difference of the pixels, one of the two parts of the reconstruction.
        perceptual: of the other one.
        adversarial: beside the adaptive weight.
        regulariser: of the bottleneck's loss. 1 suits VQ, whose loss is a mean as the pixels'
            is, and 1e-6 KL, whose loss is a sum of nats.
        l2_weight: in 0..1, how much of the pixel term is squared error in place of absolute.

    Raises:
        ValueError: for a weight that is negative or no finite number.
    """

    pixel: float = 1.0
    perceptual: float = 0.0
    adversarial: float = 0.0
    regulariser: float = 1e-6
    l2_weight: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_below(name, value, math.inf)
        check_share("l2_weight", self.l2_weight)


class Losses(NamedTuple):
    """The autoencoder's loss and what it is made of, each the mean of a batch, ().

    Attributes:
        pixel: before its weight, as the next three; 0 where it is off.
        perceptual: of the reconstruction's other part.
        adversarial: what the discriminator says.
        regulariser: the bottleneck's.
        adaptive: the adaptive weight, 0 with no discriminator.
        total: the loss.
    """

    pixel: Tensor
    perceptual: Tensor
    adversarial: Tensor
    regulariser: Tensor
    adaptive: Tensor
    total: Tensor


def pixel_loss(x: Tensor, recon: Tensor, l2_weight: float = 0.0) -> Tensor:
    """How far a number of an image is off, on average: L1, or some of its square too.

    The absolute error is content with the median of what a pixel may be, the squared one with
    the mean, which is what PSNR asks for.

    Args:
        x: (B, C, H, W), pixels in -1..1.
        recon: of the same shape.
        l2_weight: in 0..1, the share of the squared error.

    Returns:
        (B,), at least 0, in float32 or a longer dtype.

    Raises:
        ValueError: for two shapes, and for a share outside 0..1.
    """
    check_data("x", x)
    check_data("recon", recon)
    check_same_shape("recon", recon, "x", x)
    check_share("l2_weight", l2_weight)
    error = (widened(x) - widened(recon)).flatten(1)  # (B, C H W)
    absolute, squared = error.abs().mean(dim=1), error.square().mean(dim=1)  # (B,)
    return (1 - l2_weight) * absolute + l2_weight * squared


def autoencoder_loss(
    x: Tensor,
    recon: Tensor,
    latent: Latent,
    weights: Weights,
    perceptual_loss: PerceptualLoss | None = None,
    discriminator: nn.Module | None = None,
    last_weight: Tensor | None = None,
) -> Losses:
    """Equation 2-2 with VQ, 2-4 with KL: what the autoencoder minimises.

    Args:
        x: (B, C, H, W), pixels in -1..1.
        recon: what the autoencoder made of x, of the same shape.
        latent: what it made it from.
        weights: of the parts.
        perceptual_loss: two batches of images to (B,), or None for none.
        discriminator: that judges `recon`, or None for none, as before its beginning.
        last_weight: of the decoder, where the adaptive weight measures; only with a
            discriminator.

    Raises:
        ValueError: for two shapes, for a distance that is not (B,), and for a discriminator
            without `last_weight`.

    Source: Esser et al. (2021), equation 6; Rombach et al. (2022), appendix G.
    """
    pixel = pixel_loss(x, recon, weights.l2_weight).mean()  # (), as all that follow
    perceptual = adversarial = adaptive = pixel.new_zeros(())
    if perceptual_loss is not None and weights.perceptual:
        perceptual = _distance(perceptual_loss, x, recon).mean()
    rec = weights.pixel * pixel + weights.perceptual * perceptual
    regulariser = latent.loss.mean()
    total = rec + weights.regulariser * regulariser
    if discriminator is not None and weights.adversarial:
        if last_weight is None:
            raise ValueError("last_weight: got None, expected that of the decoder")
        adversarial = hinge_g(discriminator(recon)).mean()
        adaptive = adaptive_weight(rec, adversarial, last_weight)
        total = total + weights.adversarial * adaptive * adversarial
    return Losses(pixel, perceptual, adversarial, regulariser, adaptive, total)


def discriminator_loss(x: Tensor, recon: Tensor, discriminator: nn.Module) -> Tensor:
    """Equations 2-3 and 2-5: what the discriminator minimises, ().

    Args:
        x: (B, C, H, W), real images.
        recon: their reconstructions; no gradient passes.
        discriminator: an image to logits, (B, ...), two axes or more.

    Raises:
        ValueError: for two shapes, for what is no finite data, and for other logits.

    Source: Lim and Ye (2017).
    """
    check_data("x", x)
    check_data("recon", recon)
    check_same_shape("recon", recon, "x", x)
    return hinge_d(discriminator(x), discriminator(recon.detach())).mean()


def _distance(perceptual_loss: PerceptualLoss, x: Tensor, recon: Tensor) -> Tensor:
    found = perceptual_loss(x, recon)
    if found.shape != x.shape[:1]:
        raise ValueError(
            f"perceptual_loss: got distances of shape {tuple(found.shape)}, "
            f"expected ({len(x)},), one an image"
        )
    return found


def check_share(name: str, value: float) -> None:
    """A number in 0..1.

    Raises:
        ValueError: for another.
    """
    check_below(name, value, math.inf)
    if value > 1:
        raise ValueError(f"{name}: got {value}, expected a number in [0, 1]")
