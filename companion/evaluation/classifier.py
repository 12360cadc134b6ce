"""The network whose features the metrics use: it names digits, and was trained here."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_count, check_data
from companion.networks import ResBlock
from companion.training import read
from companion.training.finite import descend

SHIPPED = "digits-classifier"


class Classifier(nn.Module):
    """Names the digit in an image of 8 by 8; its last layer but one is the features.

    Source: the use of such features for a distance, Heusel et al. (2017).

    Args:
        features: how many.
        classes: how many names.
    """

    def __init__(self, features: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            ResBlock(32, 32),
            nn.MaxPool2d(2),
            ResBlock(32, 64),
            nn.Flatten(),
            nn.Linear(64 * 16, features),
        )
        self.last = nn.Linear(features, classes)
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
        return self.last(self.features(images) / self.scale)  # (N, classes)


def train_classifier(
    images: Tensor, labels: Tensor, steps: int = 1500, seed: int = 0
) -> Classifier:
    """A classifier trained on these digits, each moved by up to one pixel.

    images: (N, 1, 8, 8), in [-1, 1].   labels: (N,), int64.   steps: of 64 images each.
    The features are scaled so that their variances over the images add up to 100.
    Raises ValueError for bad images, other numbers of labels, and fewer than 1 step,
    and NotFinite where a loss or a gradient is not finite.
    """
    check_data("images", images)
    steps = check_count("steps", steps, 1, 10**6)
    if labels.shape != (len(images),):
        raise ValueError(f"labels: got shape {tuple(labels.shape)}, expected ({len(images)},)")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier(classes=int(labels.max()) + 1)
    g = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    padded = F.pad(images, (1, 1, 1, 1), value=-1.0)  # (N, 1, 10, 10)
    for step in range(1, steps + 1):
        rows = torch.randint(len(images), (64,), generator=g)
        top, left = torch.randint(3, (2,), generator=g).tolist()
        moved = padded[rows, :, top : top + 8, left : left + 8]  # (64, 1, 8, 8)
        loss = F.cross_entropy(network(moved), labels[rows], label_smoothing=0.1)
        descend(optimizer, loss, step)
        falling.step()
    network.eval().requires_grad_(False)
    variance = network.features(images).var(dim=0).sum().item()
    network.scale.fill_(math.sqrt(100 / variance))
    return network


def digit_classifier() -> Classifier:
    """The classifier that comes with the package, ready to be asked.

    Raises ValueError where its file is not the one that was packed.
    """
    tensors, _ = read(SHIPPED)
    network = Classifier()
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)
