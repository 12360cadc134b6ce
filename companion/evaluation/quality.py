"""All the figures of a set of samples, each beside what real images would get."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

import torch
from torch import Tensor

from companion.checks import check_data
from companion.data import digits
from companion.evaluation.classifier import digit_classifier
from companion.evaluation.distances import (
    frechet_distance,
    nearest_distance,
    precision_recall,
)


@dataclass(frozen=True, eq=False)
class Quality:
    """The figures of some samples; where a second one stands, it is the held-out one's.

    count: how many samples.   frechet: their Frechet distance to the held-out images;
    floor: that of the training images.   frechet_train: to the training images.
    precision, recall: in the same features, against the held-out images.
    nearest: the mean distance to the closest training image, over all pixels;
    nearest_held_out: the same of held-out images. Well below it, images are remembered.
    histogram: the share of each class, (classes,); None where nobody names them.
    """

    count: int
    frechet: float
    floor: float
    frechet_train: float
    precision: float
    recall: float
    nearest: float
    nearest_held_out: float
    histogram: Tensor | None = None

    def __str__(self) -> str:
        """The figures in five lines, as they are printed."""
        lines = [
            f"{self.count} samples",
            f"Frechet distance   {self.frechet:6.2f}   floor (train) {self.floor:.2f}",
            f"precision, recall  {self.precision:6.2f}   {self.recall:.2f}",
            f"nearest training image at {self.nearest:.2f}"
            f"   held-out images {self.nearest_held_out:.2f}",
        ]
        if self.histogram is not None:
            shares = " ".join(f"{share:.2f}" for share in self.histogram.tolist())
            lines.append(f"share of each class  {shares}")
        return "\n".join(lines)


def quality(
    samples: Tensor,
    train: Tensor,
    held_out: Tensor,
    features: Callable[[Tensor], Tensor],
    classify: Callable[[Tensor], Tensor] | None = None,
) -> Quality:
    """Measure samples against real images.

    samples, train, held_out: (N, C, H, W), in [-1, 1], each N at least 2; samples are
    cut off there.
    features: images to (N, D).   classify: images to logits, (N, classes).
    Raises ValueError for bad images, and for samples of another shape.
    """
    check_data("samples", samples)
    if samples.shape[1:] != train.shape[1:]:
        raise ValueError(
            f"samples: got shape {tuple(samples.shape)}, expected images of "
            f"{tuple(train.shape[1:])}, as in training"
        )
    samples = samples.cpu().float().clamp(-1, 1)
    here, seen, unseen = features(samples), features(train), features(held_out)
    k = min(3, len(unseen) - 1, len(here) - 1)  # a small folder has few held out
    precision, recall = precision_recall(unseen, here, k)
    shares = None
    if classify is not None:
        logits = classify(samples)
        found = torch.bincount(logits.argmax(dim=1), minlength=logits.shape[1])
        shares = found / len(samples)
    return Quality(
        count=len(samples),
        frechet=frechet_distance(here, unseen),
        floor=frechet_distance(seen, unseen),
        frechet_train=frechet_distance(here, seen),
        precision=precision,
        recall=recall,
        nearest=nearest_distance(samples, train).mean().item(),
        nearest_held_out=nearest_distance(held_out, train).mean().item(),
        histogram=shares,
    )


def digit_quality(samples: Tensor) -> Quality:
    """Measure samples against the digits of scikit-learn, by the shipped classifier.

    samples: (N, 1, 8, 8).   Raises ValueError for another shape and for NaNs.
    """
    judge, (train, held_out) = digit_classifier(), digits()
    return quality(samples, train.images, held_out.images, judge.features, judge)


def spread(values: Sequence[float]) -> str:
    """Figures of several seeds as they are printed: mean, standard deviation, count.

    values: one figure a seed.   Raises ValueError for none.
    """
    if not values:
        raise ValueError("values: got none, expected at least one figure")
    apart = stdev(values) if len(values) > 1 else 0.0
    seeds = "1 seed" if len(values) == 1 else f"{len(values)} seeds"
    return f"{mean(values):.2f} ± {apart:.2f} ({seeds})"
