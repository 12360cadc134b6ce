"""In and out of the convention of `companion.data`: 0..255 to [-1, 1] and back."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from companion.checks import check_data


def from_uint8(pixels: NDArray[np.uint8]) -> Tensor:
    """One picture as files hold it, brought into the convention: (C, H, W), float32.

    Args:
        pixels: (H, W) grey or (H, W, 3) RGB, uint8; 0 becomes -1 and 255 becomes 1.

    Returns:
        (1, H, W) or (3, H, W), in [-1, 1].

    Raises:
        ValueError: For another dtype or shape.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8:
        raise ValueError(f"pixels: got dtype {pixels.dtype}, expected uint8")
    one_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    if not one_picture or pixels.size == 0:
        raise ValueError(f"pixels: got shape {pixels.shape}, expected (H, W) or (H, W, 3)")
    pixels = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, 2, 0)
    return torch.tensor(pixels, dtype=torch.float32).div_(127.5).sub_(1)


def as_floats(images: Tensor) -> Tensor:
    """A batch in the convention: bytes become float32 in [-1, 1], floats stay as they are.

    A whole set of pictures is kept as bytes, at a quarter of the memory; a loop makes
    floats of the batch that it has drawn.

    Args:
        images: (N, C, H, W), uint8 in 0..255, or of a floating dtype.

    Returns:
        (N, C, H, W); the same numbers that `from_uint8` gives.
    """
    return images.float() / 127.5 - 1 if images.dtype == torch.uint8 else images


def as_bytes(images: Tensor) -> Tensor:
    """Images at a quarter of the memory: `as_floats` brings them back, to the nearest level.

    Args:
        images: (N, C, H, W), floats; what lies outside [-1, 1] is cut off there.

    Returns:
        (N, C, H, W), uint8 in 0..255.
    """
    return ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def to_uint8(images: Tensor) -> NDArray[np.uint8]:
    """Images as plotting wants them: (H, W) or (H, W, 3) for one, (N, ...) for a set.

    Args:
        images: (C, H, W) or (N, C, H, W) with C = 1 or 3, any floating dtype. What lies outside
            [-1, 1], as noisy images do, is cut off there.

    Returns:
        The pixels, uint8 in 0..255.

    Raises:
        ValueError: For another shape or dtype, and for values that are not finite.
    """
    check_data("images", images)
    if images.ndim not in (3, 4) or images.shape[-3] not in (1, 3):
        raise ValueError(
            f"images: got shape {tuple(images.shape)}, "
            "expected (C, H, W) or (N, C, H, W) with C = 1 or 3"
        )
    levels = ((images.detach().cpu().float().clamp(-1, 1) + 1) * 127.5).round()
    pixels = levels.to(torch.uint8).movedim(-3, -1).numpy()
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
