"""The pictures that a loop learns from: floats, or bytes of which it makes floats."""

import torch
from torch import Tensor

from companion.checks import check_data, check_tensor


def check_images(images: Tensor, channels: int) -> None:
    """Pictures for a loop: finite floats, or bytes, which are not gone through.

    Args:
        images: (N, C, H, W), of a floating dtype in -1..1, or uint8 in 0..255.
        channels: C, of the recipe.

    Raises:
        ValueError: for another kind of tensor, another shape, none, and a NaN.
    """
    check_tensor("images", images, f" of shape (N, {channels}, H, W)")
    if images.dtype != torch.uint8:
        check_data("images", images)
    right = images.ndim == 4 and images.shape[1] == channels and images.numel()
    if not right:
        raise ValueError(
            f"images: got shape {tuple(images.shape)}, "
            f"expected (N, {channels}, H, W), at least one picture"
        )
