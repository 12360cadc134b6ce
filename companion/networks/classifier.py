"""A network that names digits, whose features the metrics use."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_data, check_sizes
from companion.networks.blocks import ResBlock


class Classifier(nn.Module):
    """Names the digit in an image of 8 by 8; its last layer but one is the features.

    Source: the use of such features for a distance, Heusel et al. (2017).

    Args:
        features: how many.
        classes: how many names.

    Raises:
        ValueError: for sizes that are no positive whole numbers.
    """

    def __init__(self, features: int = 64, classes: int = 10) -> None:
        super().__init__()
        check_sizes(features=features, classes=classes)
        self.body = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            ResBlock(32, 32),
            nn.MaxPool2d(2),
            ResBlock(32, 64),
            nn.Flatten(),
            nn.Linear(64 * 16, features),
        )
        self.head = nn.Linear(features, classes)
        self.register_buffer("scale", torch.ones(()))

    def features(self, images: Tensor) -> Tensor:
        """The last layer but one, times `scale`.

        Args:
            images: (N, 1, 8, 8), in [-1, 1].

        Returns:
            (N, features).

        Raises:
            ValueError: For images of another size.
        """
        check_data("images", images)
        if images.shape[1:] != (1, 8, 8):
            raise ValueError(f"images: got shape {tuple(images.shape)}, expected (N, 1, 8, 8)")
        return self.scale * F.silu(self.body(images))  # (N, features)

    def forward(self, images: Tensor) -> Tensor:
        """The logits.

        Args:
            images: (N, 1, 8, 8), in [-1, 1].

        Returns:
            (N, classes).
        """
        return self.head(self.features(images) / self.scale)  # (N, classes)
