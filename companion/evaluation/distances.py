"""How far a set of samples is from a set of real images, in some features of both."""

import numpy as np
import torch
from scipy.linalg import eigvals
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from companion.checks import check_count, check_data, check_same_shape


def frechet_distance(one: Tensor, other: Tensor) -> float:
    """||m - n||^2 + trace(C + D - 2 (C D)^(1/2)), of Gaussians fitted to two sets.

    one, other: features, (N, D) and (M, D), with N and M at least 2.   At least 0; it is
    larger by chance for small sets, so compare only with equal numbers of samples.
    Raises ValueError for other shapes, and for values that are not finite.
    Source: Heusel et al. (2017); the distance, Dowson and Landau (1982).
    """
    a, b = _rows("one", one, 2), _rows("other", other, 2)
    _same_width(one, other)
    m, n = a.mean(axis=0), b.mean(axis=0)
    C, D = np.cov(a.T).reshape(len(m), -1), np.cov(b.T).reshape(len(m), -1)
    # The eigenvalues of C D are at least 0; rounding may step over that by a little.
    root = np.sqrt(eigvals(C @ D).real.clip(min=0)).sum()
    return max(float(((m - n) ** 2).sum() + np.trace(C) + np.trace(D) - 2 * root), 0.0)


def precision_recall(real: Tensor, samples: Tensor, k: int = 3) -> tuple[float, float]:
    """How many samples lie among the real images, and how many of these among samples.

    real, samples: features, (N, D) and (M, D).   k: a point's neighbourhood reaches to
    its k-th nearest neighbour in its own set.   Returns two shares, in [0, 1].
    Raises ValueError for other shapes, and for a k outside 1..N - 1 or 1..M - 1.
    Source: Kynkäänniemi et al. (2019), equations 1 and 2.
    """
    a, b = _rows("real", real, 2), _rows("samples", samples, 2)
    _same_width(real, samples)
    k = check_count("k", k, 1, min(len(a), len(b)) - 1)
    return _covered(a, b, k), _covered(b, a, k)


def nearest_distance(x: Tensor, images: Tensor) -> Tensor:
    """From each of x to the closest of the images, over all their numbers: (N,).

    x: (N, ...).   images: (M, ...), what to look through.
    Raises ValueError for other shapes, and for values that are not finite.
    """
    a, b = _rows("x", x, 1), _rows("images", images, 1)
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"x: got shape {tuple(x.shape)}, expected items of {b.shape[1]} numbers"
        )
    distance, _ = NearestNeighbors(n_neighbors=1).fit(b).kneighbors(a)
    return torch.from_numpy(distance[:, 0])


def wasserstein_distance(one: Tensor, other: Tensor) -> float:
    """The 2-Wasserstein distance of two equally large sets of numbers.

    The root of the mean squared way from each number of the one set to its partner in
    the other, with the partners chosen so that it is least: on a line, in order of size.
    one, other: (N,).   Raises ValueError for other shapes and for values not finite.
    Source: Peyré and Cuturi (2019), Computational optimal transport, remark 2.30.
    """
    for name, x in (("one", one), ("other", other)):
        check_data(name, x)
        if x.ndim != 1:
            raise ValueError(f"{name}: got shape {tuple(x.shape)}, expected (N,)")
    check_same_shape("other", other, "one", one)
    a, b = one.double().sort().values, other.double().sort().values
    return (a - b).square().mean().sqrt().item()


def _covered(centres: np.ndarray, points: np.ndarray, k: int) -> float:
    """The share of the points within reach of at least one centre."""
    reach = NearestNeighbors(n_neighbors=k).fit(centres).kneighbors()[0][:, -1]
    apart = torch.cdist(torch.from_numpy(points), torch.from_numpy(centres)).numpy()
    return float((apart <= reach).any(axis=1).mean())


def _rows(name: str, x: Tensor, least: int) -> np.ndarray:
    check_data(name, x)
    if x.ndim < 2 or len(x) < least:
        raise ValueError(
            f"{name}: got shape {tuple(x.shape)}, expected (N, D), N at least {least}"
        )
    return x.detach().cpu().double().flatten(1).numpy()


def _same_width(one: Tensor, other: Tensor) -> None:
    if one[0].numel() != other[0].numel():
        raise ValueError(
            f"other: got {other[0].numel()} features, expected {one[0].numel()}"
        )
