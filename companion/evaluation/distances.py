"""How far a set of samples is from a set of real images, in some features of both."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import eigvals
from scipy.spatial.distance import cdist
from torch import Tensor

from companion.checks import check_count, check_data, check_same_shape
from companion.data import as_floats

CHUNK = 1 << 24  # distances held at once, 128 MiB of them
PICTURES = 2048  # looked through at once
CANDIDATES = 4  # whose distance is taken exactly


def frechet_distance(one: Tensor, other: Tensor) -> float:
    """The Frechet distance of two sets, to each of which a Gaussian is fitted.

    With means m, n and covariances C, D it is `||m - n||^2 + trace(C + D - 2 (C D)^(1/2))`. It is
    larger by chance for small sets, so compare only with equal numbers of samples.

    Source: Heusel et al. (2017); the distance, Dowson and Landau (1982).

    Args:
        one: features, (N, D), with N at least 2.
        other: features, (M, D), with M at least 2.

    Returns:
        The distance, at least 0.

    Raises:
        ValueError: For other shapes, and for values that are not finite.
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

    A set has both 1 with a copy of itself: distances are exact. In many dimensions few real images
    are far apart, and what lies in the middle of them, such as noise, is closer to each than they
    are to each other: then the precision of noise is 1. `symmetric_precision_recall` is not taken
    in by that.

    Source: Kynkäänniemi et al. (2019), equations 1 and 2.

    Args:
        real: features, (N, D).
        samples: features, (M, D).
        k: a point's neighbourhood reaches to its k-th nearest neighbour in its own set.

    Returns:
        Precision and recall, two shares in [0, 1].

    Raises:
        ValueError: For other shapes, and for a k outside 1..N - 1 or 1..M - 1.
    """
    a, b, k = _two_sets(real, samples, k)
    return _covered(a, b, k), _covered(b, a, k)


def symmetric_precision_recall(real: Tensor, samples: Tensor, k: int = 3) -> tuple[float, float]:
    """The same two shares, where each of the two clouds has to find the other.

    A sample counts as precise by the share of samples that a real image's neighbourhood holds, and
    by the share of samples whose own neighbourhood holds a real image: of the two, the smaller one.
    Recall likewise, of the real images. Noise in the middle of real images has near neighbours in
    noise only, and so a precision near 0.

    Source: Khayatkhoei and AbdAlmageed (2023), section 4; the second share of recall is the
    coverage of Naeem et al. (2020).

    Args:
        real: features, (N, D).
        samples: features, (M, D), with N = M for shares that mean something: the neighbourhoods of
            the larger set are the smaller ones.
        k: as for `precision_recall`.

    Returns:
        Two shares in [0, 1], of which neither is above that of `precision_recall`.

    Raises:
        ValueError: For other shapes, and for a k outside 1..N - 1 or 1..M - 1.
    """
    a, b, k = _two_sets(real, samples, k)
    precision = min(_covered(a, b, k), _reaching(b, a, k))
    return precision, min(_covered(b, a, k), _reaching(a, b, k))


def nearest_distance(x: Tensor, images: Tensor) -> Tensor:
    """From each of x to the closest of the images, over all their numbers: (N,).

    Args:
        x: (N, ...).
        images: (M, ...), what to look through, as floats or as bytes: they are looked at some at a
            time.

    Returns:
        (N,). An exact copy is at 0, wherever the two sets lie.

    Raises:
        ValueError: For other shapes, and for values that are not finite.
    """
    a = _rows("x", x, 1)
    found = np.full(len(a), np.inf)
    for part in images.split(PICTURES):
        b = _rows("images", as_floats(part), 1)
        if a.shape[1] != b.shape[1]:
            raise ValueError(
                f"x: got shape {tuple(x.shape)}, expected items of {b.shape[1]} numbers"
            )
        found = np.minimum(found, _nearest(a, b))
    return torch.from_numpy(found)


def wasserstein_distance(one: Tensor, other: Tensor) -> float:
    """The 2-Wasserstein distance of two equally large sets of numbers.

    The root of the mean squared way from each number of the one set to its partner in the other,
    with the partners chosen so that it is least: on a line, in order of size.

    Source: Peyré and Cuturi (2019), Computational optimal transport, remark 2.30.

    Args:
        one: (N,).
        other: (N,).

    Returns:
        The distance, in the unit of the numbers.

    Raises:
        ValueError: For other shapes and for values that are not finite.
    """
    for name, x in (("one", one), ("other", other)):
        check_data(name, x)
        if x.ndim != 1:
            raise ValueError(f"{name}: got shape {tuple(x.shape)}, expected (N,)")
    check_same_shape("other", other, "one", one)
    a, b = one.double().sort().values, other.double().sort().values
    return (a - b).square().mean().sqrt().item()


def _covered(centres: NDArray, points: NDArray, k: int) -> float:
    """The share of the points within reach of at least one centre."""
    reach = _reach(centres, k)
    inside = [(apart <= reach).any(axis=1) for apart in _apart(points, centres)]
    return float(np.concatenate(inside).mean())


def _reaching(centres: NDArray, points: NDArray, k: int) -> float:
    """The share of the centres that have at least one point within their reach."""
    nearest = np.concatenate([apart.min(axis=1) for apart in _apart(centres, points)])
    return float((nearest <= _reach(centres, k)).mean())


def _reach(x: NDArray, k: int) -> NDArray:
    """From each row to its k-th nearest among the others: (N,)."""
    # A row is at 0 from itself, and so always the first of the k + 1 nearest.
    return np.concatenate([np.partition(apart, k, axis=1)[:, k] for apart in _apart(x, x)])


def _apart(x: NDArray, y: NDArray) -> Iterator[NDArray]:
    """Distances of rows, (n, M), a part of x at a time. Exact: of a copy they are 0."""
    rows = max(CHUNK // len(y), 1)
    for first in range(0, len(x), rows):
        yield cdist(x[first : first + rows], y)


def _nearest(x: NDArray, y: NDArray) -> NDArray:
    """From each row of x to the closest of y: (N,)."""
    # |x|^2 - 2 x y + |y|^2 finds neighbours fast and cancels far from 0: so the middle goes
    # there, and the distances to the few that look nearest are taken again, exactly.
    middle = y.mean(axis=0)
    from sklearn.neighbors import NearestNeighbors  # takes as long to import as torch

    few = NearestNeighbors(n_neighbors=min(CANDIDATES, len(y))).fit(y - middle)
    found = few.kneighbors(x - middle, return_distance=False)  # (N, candidates)
    return np.array([cdist(one[None], y[near]).min() for one, near in zip(x, found, strict=True)])


def _two_sets(real: Tensor, samples: Tensor, k: int) -> tuple[NDArray, NDArray, int]:
    a, b = _rows("real", real, 2), _rows("samples", samples, 2)
    _same_width(real, samples)
    return a, b, check_count("k", k, 1, min(len(a), len(b)) - 1)


def _rows(name: str, x: Tensor, least: int) -> NDArray:
    check_data(name, x)
    if x.ndim < 2 or len(x) < least:
        raise ValueError(f"{name}: got shape {tuple(x.shape)}, expected (N, D), N at least {least}")
    return x.detach().cpu().double().flatten(1).numpy()


def _same_width(one: Tensor, other: Tensor) -> None:
    if one[0].numel() != other[0].numel():
        raise ValueError(f"other: got {other[0].numel()} features, expected {one[0].numel()}")
