"""From an image or a film to tokens and back, and where each token stands."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from companion.checks import check_count, check_tensor, shown


def patchify(x: Tensor, patch: Sequence[int]) -> Tensor:
    """The patches of an image or of a film, each of them a row of numbers, equation 3-1.

    Args:
        x: (B, C, H, W), or (B, C, F, H, W) for a film of F frames.
        patch: sides of a patch, (p, p) or (f, p, p), each of which divides that of x.

    Returns:
        (B, N, C p p): N patches in the order of reading, row by row; of each its channels one
        after the other.

    Raises:
        ValueError: for a patch that does not fit.

    Source: Dosovitskiy et al. (2021), section 3.1.
    """
    check_tensor("x", x, " of shape (B, C, H, W) or (B, C, F, H, W)")
    grid = grid_of(x.shape[2:], patch)
    axes = len(grid)
    sides = [size for pair in zip(grid, patch, strict=True) for size in pair]
    x = x.reshape(*x.shape[:2], *sides)  # (B, C, H / p, p, W / p, p)
    places, within = range(2, 2 + 2 * axes, 2), range(3, 3 + 2 * axes, 2)
    x = x.permute(0, *places, 1, *within)  # (B, H / p, W / p, C, p, p)
    return x.flatten(1 + axes).flatten(1, axes)  # (B, N, C p p)


def unpatchify(
    tokens: Tensor,
    patch: Sequence[int],
    shape: Sequence[int],
) -> Tensor:
    """The image or the film whose patches these are: the inverse of `patchify`.

    Args:
        tokens: (B, N, C p p).
        patch: sides of a patch.
        shape: (C, H, W) or (C, F, H, W), of what comes out.

    Returns:
        `(B, *shape)`.

    Raises:
        ValueError: for a patch that does not fit, for a shape of anything but positive whole
            numbers, and for other tokens than such an image has.
    """
    check_tensor("tokens", tokens, " of shape (B, N, D)")
    if not _are_positive(shape) or len(shape) < 2:
        expected = "(C, H, W) or (C, F, H, W)"
        raise ValueError(f"shape: got {shown(shape)}, expected {expected}")
    channels, *sizes = shape
    grid = grid_of(sizes, patch)
    axes, N, D = len(grid), math.prod(grid), channels * math.prod(patch)
    if tokens.ndim != 3 or tokens.shape[1:] != (N, D):
        got = tuple(tokens.shape)
        raise ValueError(f"tokens: got shape {got}, expected (B, {N}, {D})")
    B = len(tokens)
    x = tokens.reshape(B, *grid, channels, *patch)  # (B, H / p, W / p, C, p, p)
    pairs = [axis for n in range(axes) for axis in (1 + n, 2 + axes + n)]
    return x.permute(0, 1 + axes, *pairs).reshape(B, *shape)  # (B, C, H, W)


def grid_of(sizes: Sequence[int], patch: Sequence[int]) -> tuple[int, ...]:
    """How many patches there are along each axis.

    Args:
        sizes: (H, W) or (F, H, W).
        patch: sides of a patch.

    Raises:
        ValueError: for another number of sides, and for one that does not divide its size.
    """
    fits = _are_positive(sizes) and _are_positive(patch) and len(sizes) == len(patch)
    if not fits or any(size % p for size, p in zip(sizes, patch, strict=True)):
        raise ValueError(
            f"patch: got {shown(patch)} for sizes {tuple(sizes)}, "
            "expected for each size a whole number that divides it"
        )
    return tuple(size // p for size, p in zip(sizes, patch, strict=True))


def positions(
    grid: Sequence[int], dim: int, device: torch.device | None = None, longest: float = 10_000.0
) -> Tensor:
    """Where each token of a grid stands, in sines and cosines of each axis, equation 3-3.

    Args:
        grid: tokens along each axis, (H, W) or (F, H, W).
        dim: D, width of a token, a multiple of twice the number of axes.
        device: of the result.
        longest: waves are as long as 2 pi, and up to nearly 2 pi times this.

    Returns:
        (N, D), float32: for each axis, the first one first, D / axes numbers, sines before
        cosines.

    Raises:
        ValueError: for a grid of anything but positive whole numbers, and for another width.

    Source: Vaswani et al. (2017), section 3.5; by axis, Peebles and Xie (2023).
    """
    if not _are_positive(grid) or not grid:
        raise ValueError(f"grid: got {shown(grid)}, expected (H, W) or (F, H, W), in tokens")
    axes = len(grid)
    waves = check_waves(dim, axes)
    omega = longest ** (-torch.arange(waves, device=device) / waves)  # (D / 2 axes,)
    along = (torch.arange(n, device=device) for n in grid)
    places = torch.cartesian_prod(*along).reshape(-1, axes)  # (N, axes)
    angles = places[..., None] * omega  # (N, axes, D / 2 axes)
    return torch.cat([angles.sin(), angles.cos()], dim=2).flatten(1)  # (N, D)


def _are_positive(numbers: object) -> bool:
    """Whether it is a row of positive whole numbers, or an empty one."""
    return isinstance(numbers, Sequence) and all(
        isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers
    )


def check_waves(dim: int, axes: int, name: str = "dim") -> int:
    """How many frequencies there are for each axis.

    Args:
        dim: D, width of a token.
        axes: of the grid.
        name: of the width, in the error.

    Returns:
        D / 2 axes.

    Raises:
        ValueError: for a width that cannot be divided so.
    """
    dim = check_count(name, dim, 1, 1 << 20)
    if dim % (2 * axes):
        raise ValueError(
            f"{name}: got {dim}, expected a multiple of {2 * axes}: "
            f"a sine and a cosine for each of {axes} axes"
        )
    return dim // (2 * axes)
