"""How the classifier of digits learns, whose features the metrics use."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_count, check_data
from companion.diffusion.precision import like
from companion.networks.classifier import Classifier
from companion.tasks.data import DataConfig
from companion.training.draws import Draws
from companion.training.recipe import UNCLIPPED, OptimizerConfig, Recipe
from companion.training.session import Session, start, train
from companion.training.task import Loss, Task

Labelled = tuple[Tensor, Tensor]  # images, (N, 1, 8, 8), and their labels, (N,) int64


@dataclass(frozen=True)
class ClassifierRecipe(Recipe):
    """All the numbers of a run that trains a classifier of digits of 8 by 8 pixels.

    Attributes:
        classes: how many names it knows.
    """

    steps: int = 1500
    optimizer: OptimizerConfig = OptimizerConfig(
        lr=2e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.0
    )
    data: DataConfig = DataConfig()
    classes: int = 10

    KIND = "classifier"
    POSITIVE = (*Recipe.POSITIVE, "classes")

    def task(self) -> "ClassifierTask":
        """What such a run does in a step."""
        return ClassifierTask(self)


class ClassifierTask(Task):
    """Names for images, each batch of them moved by up to one pixel."""

    recipe: ClassifierRecipe

    def networks(self) -> dict[str, nn.Module]:
        """A classifier."""
        return {"network": Classifier(classes=self.recipe.classes)}

    def batch(self, data: Labelled, draws: Draws) -> Labelled:
        """Images and labels drawn at random: (B, 1, 8, 8) and (B,)."""
        images, labels = data
        rows = draws.integers(0, len(images))
        top, left = draws.shared(0, 3), draws.shared(0, 3)
        padded = F.pad(images[rows], (1, 1, 1, 1), value=-1.0)  # (B, 1, 10, 10)
        return padded[:, :, top : top + 8, left : left + 8], labels[rows]

    def losses(self, session: Session, batch: Labelled) -> Iterator[Loss]:
        """The cross-entropy, with smoothed labels."""
        images, labels = (one.to(session.accelerator.device) for one in batch)
        logits = session.network(images)  # (B, classes)
        yield "network", F.cross_entropy(logits, labels, label_smoothing=0.1), {}

    def adamw(self, player: str) -> dict[str, Any]:
        """The weight decay that suits so few images."""
        return {"weight_decay": 0.05, "fused": None}

    def check_data(self, data: Labelled) -> None:
        """Images, and a label for each.

        Raises:
            ValueError: for bad images, and other numbers of labels.
        """
        images, labels = data
        check_data("images", images)
        if labels.shape != (len(images),):
            raise ValueError(f"labels: got shape {tuple(labels.shape)}, expected ({len(images)},)")

    def finish(self, session: Session, data: Labelled) -> None:
        """The features are scaled so that their variances over the images add up to 100."""
        for network in (session.ema_model, session.network):
            variance = network.features(like(network.scale, data[0])).var(dim=0).sum().item()
            network.scale.fill_(math.sqrt(100 / variance))


def train_classifier(
    images: Tensor, labels: Tensor, steps: int = 1500, seed: int = 0
) -> Classifier:
    """A classifier trained on these digits.

    Args:
        images: (N, 1, 8, 8), in [-1, 1].
        labels: (N,), int64.
        steps: of 64 images each.
        seed: of weights and batches.

    Raises:
        ValueError: for bad images, other numbers of labels, and fewer than 1 step.
        Diverged: where a loss or a gradient is not finite.
    """
    steps = check_count("steps", steps, 1, 10**6)
    session = start(ClassifierRecipe(steps=steps, seed=seed, classes=int(labels.max()) + 1))
    for _ in train(session, (images, labels)):
        pass
    return session.ema_model
