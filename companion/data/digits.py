"""The handwritten digits that come with scikit-learn: 1797 of them, 8 by 8 pixels."""

from typing import NamedTuple

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor


class LabelledImages(NamedTuple):
    """images: (N, 1, 8, 8), float32 in [-1, 1].   labels: (N,), int64 in 0..9."""

    images: Tensor
    labels: Tensor


class Digits(NamedTuple):
    """train: 1438 digits to learn from.   held_out: 359 that no training sees."""

    train: LabelledImages
    held_out: LabelledImages


def digits() -> Digits:
    """All the digits, in one fixed split with the same mix of labels on both sides.

    The writers are the same on both sides too: held out is a digit, not a hand.
    Source: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, the
    test set of it; each pixel counts the dark dots, 0..16, of a 4 by 4 block.
    """
    counts, labels = load_digits(return_X_y=True)
    images = torch.tensor(counts, dtype=torch.float32).reshape(-1, 1, 8, 8) / 8 - 1
    labels = torch.tensor(labels, dtype=torch.int64)
    train, held_out = train_test_split(
        torch.arange(len(labels)), test_size=359, stratify=labels, random_state=0
    )
    return Digits(
        LabelledImages(images[train], labels[train]),
        LabelledImages(images[held_out], labels[held_out]),
    )
