"""How the feature network of the perceptual distance learns: from a pretext task."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from companion.autoencoder.features import FeatureNet
from companion.autoencoder.pretext import pretext_task
from companion.checks import check_count
from companion.diffusion.precision import like
from companion.tasks.data import DataConfig
from companion.training.draws import Draws
from companion.training.recipe import UNCLIPPED, OptimizerConfig, Recipe
from companion.training.session import Session, start, train
from companion.training.task import Loss, Task
from companion.training.weights import unpack

_MEASURED = 1000  # crops, for the scale


@dataclass(frozen=True)
class FeatureRecipe(Recipe):
    """All the numbers of a run that trains a feature network.

    Attributes:
        data: of which the size is that of the crops, a multiple of 8.
        photographs: how many it learns to tell apart.
    """

    steps: int = 3000
    optimizer: OptimizerConfig = OptimizerConfig(
        lr=3e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.0
    )
    data: DataConfig = DataConfig("photos", size=32, channels=3)
    photographs: int = 9

    KIND = "features"
    POSITIVE = (*Recipe.POSITIVE, "photographs")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data.size % 8:
            raise ValueError(f"size: got {self.data.size}, expected a multiple of 8")

    def task(self) -> "FeatureTask":
        """What such a run does in a step."""
        return FeatureTask(self)


class FeatureTask(Task):
    """Three questions about a crop: which photograph, which way up, what was done to it.

    Source: the question for the turn, Gidaris et al. (2018); for the picture, Dosovitskiy
    et al. (2014).
    """

    recipe: FeatureRecipe

    def networks(self) -> dict[str, nn.Module]:
        """A feature network."""
        return {"network": FeatureNet(photographs=self.recipe.photographs)}

    def batch(self, data: Sequence[Tensor], draws: Draws) -> tuple[Tensor, Tensor]:
        """Crops, (B, 3, size, size), and the facts that are asked for, (B, 3) int64."""
        return pretext_task(data, draws.batch_size, self.recipe.data.size, draws.own())

    def losses(self, session: Session, batch: tuple[Tensor, Tensor]) -> Iterator[Loss]:
        """The cross-entropies of the three answers, added up."""
        x, facts = (one.to(session.accelerator.device) for one in batch)
        guesses = zip(session.network.predict(x), facts.unbind(1), strict=True)
        yield "network", sum(F.cross_entropy(guess, fact) for guess, fact in guesses), {}

    def adamw(self, player: str) -> dict[str, Any]:
        """The weight decay that suits so few photographs."""
        return {"weight_decay": 0.05, "fused": None}

    def finish(self, session: Session, data: Sequence[Tensor]) -> None:
        """Pooled features are scaled so that their variances over crops add up to 100."""
        crops, _ = pretext_task(data, _MEASURED, self.recipe.data.size, session.generator)
        for network in (session.ema_model, session.network):
            pooled = network.pooled(like(network.scale, crops)).detach()
            network.scale.fill_(math.sqrt(100 / pooled.var(dim=0).sum().item()))


def train_features(
    pictures: Sequence[Tensor], steps: int = 3000, size: int = 32, seed: int = 0
) -> FeatureNet:
    """A feature network that has learned from crops of these photographs.

    Args:
        pictures: each (3, H, W), in -1..1, sides of at least `size`.
        steps: of 64 crops.
        size: the side of the crops, in pixels, a multiple of 8.
        seed: of weights and crops.

    Raises:
        ValueError: for bad pictures, another size, and fewer than 1 step.
        Diverged: where a loss or a gradient is not finite.
    """
    if not pictures:
        raise ValueError("pictures: got none, expected at least one")
    steps = check_count("steps", steps, 1, 10**6)
    size = check_count("size", size, 8, 1 << 10)
    recipe = FeatureRecipe().override(steps=steps, size=size, seed=seed, photographs=len(pictures))
    session = start(recipe)
    for _ in train(session, pictures):
        pass
    return session.ema_model


def photo_features() -> FeatureNet:
    """The feature network that comes with the package, ready to be asked.

    It has seen nine photographs, and neither flower nor rocket. What was trained
    against it looks better to it than it is: to judge that, ask `evaluation_features()`.

    Raises:
        ValueError: where its file is not the one that was packed.
    """
    return _shipped("photo-features")


def evaluation_features() -> FeatureNet:
    """A second one, of another seed, for measuring: no loss of the book asks it.

    Raises:
        ValueError: where its file is not the one that was packed.
    """
    return _shipped("evaluation-features")


def _shipped(name: str) -> FeatureNet:
    return unpack(name, {FeatureRecipe.KIND: FeatureRecipe})[0]
