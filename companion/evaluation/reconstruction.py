"""How well an autoencoder gives images back, and what its latents look like."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import probplot
from skimage.metrics import structural_similarity
from torch import Tensor, log10

from companion.autoencoder import perplexity
from companion.checks import check_count, check_data, check_same_shape
from companion.evaluation.distances import frechet_distance

_RANGE = 2  # of the data: pixels lie in [-1, 1]


@dataclass(frozen=True)
class Reconstruction:
    """The figures of some reconstructions.

    count: of images.
    psnr: in dB, of the mean squared error over all pixels of all images. This is the
    figure to compare.
    psnr_mean: in dB, the mean of the images' own figures. It is never the smaller,
    since -log is convex, and on crops of photographs it is many dB larger: a crop of
    plain sky has hardly an error, so that its figure is very high, and a single one
    that comes back exactly makes the mean infinite. It says how many crops are easy.
    ssim: structural similarity, the mean over the images, in [-1, 1]; 1 is the same.
    perceptual: the mean perceptual distance, at least 0; None where not asked for.
    frechet: Frechet distance of all reconstructions to all originals, in features;
    None where not asked for.
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

    images: (N, C, H, W), in [-1, 1], with H and W at least 11, the window of SSIM.
    reconstructed: the same shape; what lies outside [-1, 1] is cut off there.
    perceptual: images and reconstructions to a distance each, (N,), such as
    `partial(perceptual, photo_features())`.
    features: images to (N, D), for the Frechet distance, such as
    `evaluation_features().pooled`; N is then at least 2.
    Raises ValueError for bad images, another shape of one of these or of what the
    functions return, and images outside [-1, 1].
    Source: SSIM with window and constants of Wang et al. (2004), by scikit-image.
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

    images: (N, C, H, W), in [-1, 1], of any size.   reconstructed: the same shape; what
    lies outside [-1, 1] is cut off there.   It is infinite where nothing is lost.
    Raises ValueError for bad images, another shape of one of these, and images outside
    [-1, 1].
    """
    _check_images(images, reconstructed, least=1)
    x, y = images.detach().cpu(), reconstructed.detach().cpu().clamp(-1, 1)
    return _psnr(_squared_error(x, y))


@dataclass(frozen=True, eq=False)
class LatentStatistics:
    """What the latents of a set of images look like, channel by channel.

    count: of images.   mean, std: of each of the c channels, (c,).
    normal: (c,), the correlation of a channel's sorted values with the quantiles of a
    normal; 1 where its values are spread as a normal's are, whatever its mean and
    standard deviation. nan for a channel of one value.
    kl: (c,), nats a number, the divergence from N(0, 1); near 0 for a channel that the
    decoder can do without. None where the bottleneck is another.
    """

    count: int
    mean: Tensor
    std: Tensor
    normal: Tensor
    kl: Tensor | None = None

    def __str__(self) -> str:
        """One line for each kind of figure, one column for each channel."""
        rows = {"mean": self.mean, "standard deviation": self.std}
        rows["like a normal"] = self.normal
        if self.kl is not None:
            rows["KL, nats a number"] = self.kl
        return "\n".join(
            [f"{self.count} latents of {len(self.mean)} channels"]
            + [
                f"{name:18}" + "".join(f" {figure:7.3f}" for figure in row.tolist())
                for name, row in rows.items()
            ]
        )


def latent_statistics(z: Tensor, kl: Tensor | None = None) -> LatentStatistics:
    """Mean, standard deviation and likeness to a normal, of each channel of a latent.

    z: (N, c, h, w), the latents of a whole set.
    kl: (N, c, h, w), in nats: the `kl` in the `info` of a `KL` bottleneck.
    Raises ValueError for other shapes, and for values that are not finite.
    Source: the correlation of a probability plot, Filliben (1975), by SciPy.
    """
    _check_latents("z", z)
    if kl is not None:
        check_data("kl", kl)
        check_same_shape("kl", kl, "z", z)
        kl = kl.detach().cpu().double().mean(dim=(0, 2, 3))  # (c,)
    channels = z.detach().cpu().double().transpose(0, 1).flatten(1)  # (c, N h w)
    return LatentStatistics(
        count=len(z),
        mean=channels.mean(dim=1),
        std=channels.std(dim=1, correction=0),
        normal=torch.tensor([_like_a_normal(v) for v in channels], dtype=torch.float64),
        kl=kl,
    )


@dataclass(frozen=True)
class CodebookUse:
    """How much of a codebook a set of images uses.

    codes: K.   share: of the K codes, those that occur at least once, in [0, 1].
    perplexity: how many codes, used evenly, would have this entropy; 1..K.
    """

    codes: int
    share: float
    perplexity: float

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.share:.1%} of {self.codes} codes used, "
            f"as many as {self.perplexity:.1f} used evenly"
        )


def codebook_use(codes: Tensor, K: int) -> CodebookUse:
    """The use of a codebook by a whole set of images.

    codes: int64 in 0..K-1, of any shape: the `indices` in the `info` of a `VQ`
    bottleneck, of all batches together. The mean over batches would be smaller: a batch
    has too few places to use every code.   K: how many codes there are.
    Raises ValueError for another dtype, no codes, and numbers out of range.
    """
    K = check_count("K", K, 1, 1 << 20)
    expected = f"an int64 tensor of numbers in 0..{K - 1}"
    if not isinstance(codes, Tensor) or codes.dtype != torch.int64:
        came = codes.dtype if isinstance(codes, Tensor) else type(codes).__name__
        raise ValueError(f"codes: got {came}, expected {expected}")
    if codes.numel() == 0:
        raise ValueError(f"codes: got none, expected {expected}")
    if codes.min() < 0 or codes.max() >= K:
        raise ValueError(
            f"codes: got {codes.min().item()}..{codes.max().item()}, expected {expected}"
        )
    counts = codes.cpu().flatten().bincount(minlength=K)  # (K,)
    share = (counts > 0).double().mean().item()
    return CodebookUse(K, share, perplexity(counts.double()).item())


def scale_factor(z: Tensor) -> float:
    """1 / std(z), over all numbers of all latents: times it, z has a variance of 1.

    Every noise schedule takes data of about that variance for granted. The KL term has
    so small a weight, about 1e-6, that it does not bring the latent there: the
    autoencoder of Stable Diffusion ends at a standard deviation of about 5.5, so that
    its factor is 0.18215 = 1 / 5.49. Without it the schedule would leave 30 times as
    much signal, in power, as it promises at each t, and never reach pure noise.
    Diffuse `scale_factor(z) * z`, and divide by the same factor before decoding. It is
    one number, measured once, and is kept with the weights; the mean stays as it is.

    z: (N, c, h, w), latents of the training set.
    Raises ValueError for another shape, values that are not finite, and a constant z.
    Source: Rombach et al. (2022), appendix G.
    """
    _check_latents("z", z)
    std = z.detach().cpu().double().std(correction=0).item()
    if std == 0:
        raise ValueError("z: got a standard deviation of 0, expected latents that are not constant")
    return 1 / std


def _squared_error(x: Tensor, y: Tensor) -> Tensor:
    """The mean of each image, (N,)."""
    return (x.double() - y.double()).square().mean(dim=(1, 2, 3))


def _psnr(error: Tensor) -> Tensor:
    """Mean squared errors as peak signal-to-noise ratios, in dB."""
    return 10 * log10(_RANGE**2 / error)


def _ssim(x: Tensor, y: Tensor) -> float:
    """x, y: (C, H, W)."""
    return structural_similarity(
        x.double().numpy(),
        y.double().numpy(),
        data_range=_RANGE,
        channel_axis=0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


def _like_a_normal(values: Tensor) -> float:
    if values.min() == values.max():
        return float("nan")
    _, (_, _, correlation) = probplot(values.numpy())
    return correlation


def _check_images(images: Tensor, reconstructed: Tensor, least: int) -> None:
    """least: what H and W are at least."""
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


def _check_latents(name: str, z: Tensor) -> None:
    check_data(name, z)
    if z.ndim != 4:
        raise ValueError(f"{name}: got shape {tuple(z.shape)}, expected (N, c, h, w)")
