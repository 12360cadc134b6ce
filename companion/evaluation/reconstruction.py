"""How well an autoencoder gives images back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor, log10

from companion.checks import check_data, check_same_shape
from companion.evaluation.distances import frechet_distance

_RANGE = 2  # of the data: pixels lie in [-1, 1]


@dataclass(frozen=True)
class Reconstruction:
    """The figures of some reconstructions.

    Attributes:
        count: of images.
        psnr: in dB, of the mean squared error over all pixels of all images. This is the figure to
            compare.
        psnr_mean: in dB, the mean of the images' own figures. It is never the smaller, since -log
            is convex, and on crops of photographs it is many dB larger: a crop of plain sky has
            hardly an error, so that its figure is very high, and a single one that comes back
            exactly makes the mean infinite. It says how many crops are easy.
        ssim: structural similarity, the mean over the images, in [-1, 1]; 1 is the same.
        perceptual: the mean perceptual distance, at least 0; None where not asked for.
        frechet: Frechet distance of all reconstructions to all originals, in features; None where
            not asked for.
    """

    count: int
    psnr: float
    psnr_mean: float
    ssim: float
    perceptual: float | None = None
    frechet: float | None = None

    def __str__(self) -> str:
        """The figures in two to four lines, as they are printed."""
        lines = [
            f"{self.count} reconstructions   SSIM {self.ssim:.3f}",
            f"PSNR {self.psnr:.2f} dB   (mean of the images' own {self.psnr_mean:.2f})",
        ]
        if self.perceptual is not None:
            lines.append(f"perceptual distance  {self.perceptual:.4f}")
        if self.frechet is not None:
            lines.append(f"Frechet distance     {self.frechet:.4f}")
        return "\n".join(lines)


def reconstruction(
    images: Tensor,
    reconstructed: Tensor,
    perceptual: Callable[[Tensor, Tensor], Tensor] | None = None,
    features: Callable[[Tensor], Tensor] | None = None,
) -> Reconstruction:
    """Measure reconstructions against the images that they are of.

    Source: SSIM with window and constants of Wang et al. (2004), by scikit-image.

    Args:
        images: (N, C, H, W), in [-1, 1], with H and W at least 11, the window of SSIM.
        reconstructed: the same shape; what lies outside [-1, 1] is cut off there.
        perceptual: images and reconstructions to a distance each, (N,), such as
            `partial(perceptual, photo_features())`.
        features: images to (N, D), for the Frechet distance, such as
            `evaluation_features().pooled`; N is then at least 2.

    Returns:
        The figures.

    Raises:
        ValueError: For bad images, another shape of one of these or of what the functions return,
            and images outside [-1, 1].
    """
    _check_images(images, reconstructed, least=11)
    x = images.detach().cpu().float()
    y = reconstructed.detach().cpu().float().clamp(-1, 1)
    error = _squared_error(x, y)  # (N,)
    distance = None
    if perceptual is not None:
        with torch.no_grad():
            distances = perceptual(x, y)
        if distances.shape != (len(x),):
            raise ValueError(
                f"perceptual: got a function that returns {tuple(distances.shape)}, "
                f"expected ({len(x)},), a distance an image"
            )
        distance = distances.double().mean().item()
    frechet = None
    if features is not None:
        with torch.no_grad():
            frechet = frechet_distance(features(y), features(x))
    return Reconstruction(
        count=len(x),
        psnr=_psnr(error.mean()).item(),
        psnr_mean=_psnr(error).mean().item(),
        ssim=float(np.mean([_ssim(*pair) for pair in zip(x, y, strict=True)])),
        perceptual=distance,
        frechet=frechet,
    )


def psnr(images: Tensor, reconstructed: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each reconstruction, in dB: (N,), float64.

    Args:
        images: (N, C, H, W), in [-1, 1], of any size.
        reconstructed: the same shape; what lies outside [-1, 1] is cut off there.

    Returns:
        (N,), infinite where nothing is lost.

    Raises:
        ValueError: For bad images, another shape of one of these, and images outside [-1, 1].
    """
    _check_images(images, reconstructed, least=1)
    x, y = images.detach().cpu(), reconstructed.detach().cpu().clamp(-1, 1)
    return _psnr(_squared_error(x, y))


def _squared_error(x: Tensor, y: Tensor) -> Tensor:
    """The mean of each image, (N,)."""
    return (x.double() - y.double()).square().mean(dim=(1, 2, 3))


def _psnr(error: Tensor) -> Tensor:
    """Mean squared errors as peak signal-to-noise ratios, in dB."""
    return 10 * log10(_RANGE**2 / error)


def _ssim(x: Tensor, y: Tensor) -> float:
    """The structural similarity of two images, (C, H, W) each."""
    return structural_similarity(
        x.double().numpy(),
        y.double().numpy(),
        data_range=_RANGE,
        channel_axis=0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


def _check_images(images: Tensor, reconstructed: Tensor, least: int) -> None:
    """Images and reconstructions of one shape, with sides of at least `least`."""
    check_data("images", images)
    if images.ndim != 4 or min(images.shape[2:]) < least:
        raise ValueError(
            f"images: got shape {tuple(images.shape)}, "
            f"expected (N, C, H, W) with H and W at least {least}"
        )
    if images.abs().max() > 1:
        raise ValueError(
            f"images: got values in {images.min():.3g}..{images.max():.3g}, "
            "expected them in [-1, 1]"
        )
    check_data("reconstructed", reconstructed)
    check_same_shape("reconstructed", reconstructed, "images", images)
