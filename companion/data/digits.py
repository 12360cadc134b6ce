"""The handwritten digits that come with scikit-learn: 1797 of them, 8 by 8 pixels."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class LabelledImages(NamedTuple):
    """Images with what is on each.

    Attributes:
        images: (N, C, H, W), float32 in [-1, 1].
        labels: (N,), int64 in 0..9.
    """

    images: Tensor
    labels: Tensor


class Digits(NamedTuple):
    """A set of images in two parts.

    Attributes:
        train: images to learn from, 1438 of the digits.
        held_out: those that no training sees, 359 of them.
    """

    train: LabelledImages
    held_out: LabelledImages


def digits(size: int = 8) -> Digits:
    """All the digits, in one fixed split with the same mix of labels on both sides.

    The writers are the same on both sides too: held out is a digit, not a hand.

    Source: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, the test set of
    it; each pixel counts the dark dots, 0..16, of a 4 by 4 block.

    Args:
        size: 8, their own, or 16 or 32: enlarged and smooth, with nothing new in them.

    Returns:
        1438 digits to learn from and 359 held out.

    Raises:
        ValueError: For another size.
    """
    if size not in (8, 16, 32):
        raise ValueError(f"size: got {size!r}, expected 8, 16 or 32")
    # here, where they are needed: they take as long to import as torch
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    counts, labels = load_digits(return_X_y=True)
    images = torch.tensor(counts, dtype=torch.float32).reshape(-1, 1, 8, 8) / 8 - 1
    if size != 8:
        images = F.interpolate(images, size=(size, size), mode="bicubic").clamp(-1, 1)
    labels = torch.tensor(labels, dtype=torch.int64)
    train, held_out = train_test_split(
        torch.arange(len(labels)), test_size=359, stratify=labels, random_state=0
    )
    return Digits(
        LabelledImages(images[train], labels[train]),
        LabelledImages(images[held_out], labels[held_out]),
    )
