"""What the latents of an autoencoder look like: their channels, codes and scale."""

from dataclasses import dataclass

import torch
from scipy.stats import probplot
from torch import Tensor

from companion.autoencoder import perplexity
from companion.checks import check_count, check_data, check_same_shape


@dataclass(frozen=True, eq=False)
class LatentStatistics:
    """What the latents of a set of images look like, channel by channel.

    Attributes:
        count: of images.
        mean: of each of the c channels, (c,).
        std: of each channel, (c,).
        normal: (c,), the correlation of a channel's sorted values with the quantiles of a normal; 1
            where its values are spread as a normal's are, whatever its mean and standard deviation.
            nan for a channel of one value.
        kl: (c,), nats a number, the divergence from N(0, 1); near 0 for a channel that the decoder
            can do without. None where the bottleneck is another.
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

    Source: the correlation of a probability plot, Filliben (1975), by SciPy.

    Args:
        z: (N, c, h, w), the latents of a whole set.
        kl: (N, c, h, w), in nats: the `kl` in the `info` of a `KL` bottleneck.

    Returns:
        The figures, channel by channel.

    Raises:
        ValueError: For other shapes, and for values that are not finite.
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

    Attributes:
        num_codes: K, of the codebook.
        share: of the K codes, those that occur at least once, in [0, 1].
        perplexity: how many codes, used evenly, would have this entropy; 1..K.
    """

    num_codes: int
    share: float
    perplexity: float

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.share:.1%} of {self.num_codes} codes used, "
            f"as many as {self.perplexity:.1f} used evenly"
        )


def codebook_use(indices: Tensor, num_codes: int) -> CodebookUse:
    """The use of a codebook by a whole set of images.

    Args:
        indices: int64 in 0..K-1, of any shape: those in the `info` of a `VQ` bottleneck, of all
            batches together. The mean over batches would be smaller: a batch has too few places
            to use every code.
        num_codes: K, how many codes there are.

    Returns:
        The share of the codes that occur, and their perplexity.

    Raises:
        ValueError: For another dtype, no indices, and numbers out of range.
    """
    K = check_count("num_codes", num_codes, 1, 1 << 20)
    expected = f"an int64 tensor of numbers in 0..{K - 1}"
    if not isinstance(indices, Tensor) or indices.dtype != torch.int64:
        came = indices.dtype if isinstance(indices, Tensor) else type(indices).__name__
        raise ValueError(f"indices: got {came}, expected {expected}")
    if indices.numel() == 0:
        raise ValueError(f"indices: got none, expected {expected}")
    if indices.min() < 0 or indices.max() >= K:
        raise ValueError(
            f"indices: got {indices.min().item()}..{indices.max().item()}, expected {expected}"
        )
    counts = indices.cpu().flatten().bincount(minlength=K)  # (K,)
    share = (counts > 0).double().mean().item()
    return CodebookUse(K, share, perplexity(counts.double()).item())


def scale_factor(z: Tensor) -> float:
    """1 / std(z), over all numbers of all latents: times it, z has a variance of 1.

    Every noise schedule takes data of about that variance for granted. The KL term has so small a
    weight, about 1e-6, that it does not bring the latent there: the autoencoder of Stable Diffusion
    ends at a standard deviation of about 5.5, so that its factor is 0.18215 = 1 / 5.49. Without it
    the schedule would leave 30 times as much signal, in power, as it promises at each t, and never
    reach pure noise.

    Diffuse `scale_factor(z) * z`, and divide by the same factor before decoding. It is one number,
    measured once, and is kept with the weights; the mean stays as it is.

    Source: Rombach et al. (2022), appendix G.

    Args:
        z: (N, c, h, w), latents of the training set.

    Returns:
        The factor, above 0.

    Raises:
        ValueError: For another shape, values that are not finite, and a constant z.
    """
    _check_latents("z", z)
    std = z.detach().cpu().double().std(correction=0).item()
    if std == 0:
        raise ValueError("z: got a standard deviation of 0, expected latents that are not constant")
    return 1 / std


def _like_a_normal(values: Tensor) -> float:
    if values.min() == values.max():
        return float("nan")
    _, (_, _, correlation) = probplot(values.numpy())
    return correlation


def _check_latents(name: str, z: Tensor) -> None:
    check_data(name, z)
    if z.ndim != 4:
        raise ValueError(f"{name}: got shape {tuple(z.shape)}, expected (N, c, h, w)")
