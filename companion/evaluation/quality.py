"""All the figures of a set of samples, each beside what real images would get."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

import torch
from torch import Tensor

from companion.checks import check_data
from companion.data import as_floats, digits
from companion.evaluation.classifier import digit_classifier
from companion.evaluation.distances import (
    frechet_distance,
    nearest_distance,
    precision_recall,
    symmetric_precision_recall,
)

# Below this the figures of real images and of noise overlap: `bench/counts.py`.
LEAST_IMAGES = 50
BATCH = 2048  # images whose features are taken at once
DRAWS = 5  # of subsets, over which the figures of one count are averaged


@dataclass(frozen=True)
class Figures:
    """How far some images are from as many held-out ones, in features of both.

    Attributes:
        frechet: their Frechet distance.
        precision: as `precision_recall` has it.
        recall: as `precision_recall` has it.
        symmetric_precision: as `symmetric_precision_recall` has it.
        symmetric_recall: as `symmetric_precision_recall` has it.
    """

    frechet: float
    precision: float
    recall: float
    symmetric_precision: float
    symmetric_recall: float

    def __str__(self) -> str:
        """The figures in a row, as `Quality` prints them."""
        return (
            f"{self.frechet:8.2f}  {self.precision:8.2f} {self.recall:5.2f}"
            f"  {self.symmetric_precision:8.2f} {self.symmetric_recall:5.2f}"
        )


@dataclass(frozen=True, eq=False)
class Quality:
    """The figures of some samples, and those of real images and of noise beside them.

    A Frechet distance of fewer images is larger by chance, and all shares depend on the count: so
    `samples`, `real` and `noise` are of one count each, `same`, and the mean over some draws. A
    model's figures lie between `noise`, where it started, and `real`.

    Attributes:
        count: how many samples.
        frechet: of them all to the held-out images.
        floor: of the training images, all of them, to the held-out images.
        frechet_train: of the samples to the training images.
        precision: of all samples against the held-out images, in the same features.
        recall: of all samples against the held-out images, in the same features.
        nearest: the mean distance to the closest training image, over all pixels.
        nearest_held_out: the same of held-out images, 2048 at most. Where `nearest` is well below
            it, images are remembered.
        same: the count of what follows, so that one may compare it.
        samples: the figures of so many samples against so many held-out images.
        real: those of as many training images.
        noise: those of as many images of pure noise.
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
    same: int
    samples: Figures
    real: Figures
    noise: Figures
    histogram: Tensor | None = None

    def __str__(self) -> str:
        """The figures in some lines, as they are printed."""
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
        return "\n".join(
            [
                *lines,
                f"{f'{self.same} of each':14} Frechet  precision, recall  symmetric",
                f"  samples     {self.samples}",
                f"  real images {self.real}",
                f"  pure noise  {self.noise}",
            ]
        )


def quality(
    samples: Tensor,
    train: Tensor,
    held_out: Tensor,
    features: Callable[[Tensor], Tensor],
    classify: Callable[[Tensor], Tensor] | None = None,
) -> Quality:
    """Measure samples against real images, and noise too, so that there is a scale.

    With fewer than `LEAST_IMAGES` images chance decides: digits with noise of standard deviation
    0.5 on them have a smaller Frechet distance than clean ones in 32 of 100 draws of 20, in 8 of 30
    and in 1 of 50 (photographs: 20, 19 and 10); pure noise itself passes for digits in 4 of 100
    draws of 20 and in none of 50 (`bench/counts.py`).

    Args:
        samples: (N, C, H, W), cut off at -1 and 1.
        train: (M, C, H, W), in [-1, 1] or as bytes: what was learned from.
        held_out: (K, C, H, W), in [-1, 1] or as bytes; each of the three counts is at least
            `LEAST_IMAGES` = 50.
        features: images to (N, D).
        classify: images to logits, (N, classes).

    Returns:
        All the figures.

    Raises:
        ValueError: For bad images, for fewer of one kind, and for samples of another shape.
    """
    check_data("samples", samples)
    if samples.shape[1:] != train.shape[1:]:
        raise ValueError(
            f"samples: got shape {tuple(samples.shape)}, expected images of "
            f"{tuple(train.shape[1:])}, as in training"
        )
    samples = samples.cpu().float().clamp(-1, 1)
    for name, images in (("samples", samples), ("train", train), ("held_out", held_out)):
        if len(images) < LEAST_IMAGES:
            raise ValueError(
                f"{name}: got {len(images)} images, expected at least {LEAST_IMAGES}: "
                "with fewer, chance decides whether noise looks better than real images"
            )
    here, seen, unseen = (
        torch.cat([features(as_floats(part)) for part in images.split(BATCH)])
        for images in (samples, train, held_out)
    )
    precision, recall = precision_recall(unseen, here)
    shares = None
    if classify is not None:
        logits = classify(samples)
        found = torch.bincount(logits.argmax(dim=1), minlength=logits.shape[1])
        shares = found / len(samples)
    same = min(len(samples), len(train), len(held_out))
    g = torch.Generator().manual_seed(0)
    some = as_floats(held_out[torch.randperm(len(held_out), generator=g)[:BATCH]])
    noise = torch.randn(DRAWS * same, *train.shape[1:], generator=g).clamp(-1, 1)
    return Quality(
        count=len(samples),
        frechet=frechet_distance(here, unseen),
        floor=frechet_distance(seen, unseen),
        frechet_train=frechet_distance(here, seen),
        precision=precision,
        recall=recall,
        nearest=nearest_distance(samples, train).mean().item(),
        nearest_held_out=nearest_distance(some, train).mean().item(),
        same=same,
        samples=_figures(here, unseen, same),
        real=_figures(seen, unseen, same),
        noise=_figures(features(noise), unseen, same),
        histogram=shares,
    )


def _figures(x: Tensor, unseen: Tensor, count: int) -> Figures:
    """Of `count` rows of x against as many unseen ones, the mean over some draws.

    The same draws for every x of one length, and for every call.
    """
    g = torch.Generator().manual_seed(1)
    found = []
    for _ in range(DRAWS):
        a = unseen[torch.randperm(len(unseen), generator=g)[:count]]
        b = x[torch.randperm(len(x), generator=g)[:count]]
        shares = (*precision_recall(a, b), *symmetric_precision_recall(a, b))
        found.append((frechet_distance(b, a), *shares))
    return Figures(*map(mean, zip(*found, strict=True)))


def digit_quality(samples: Tensor) -> Quality:
    """Measure samples against the digits of scikit-learn, by the shipped classifier.

    Args:
        samples: (N, 1, 8, 8), N at least `LEAST_IMAGES`.

    Returns:
        All the figures.

    Raises:
        ValueError: For another shape or fewer samples, and for values that are not finite.
    """
    judge, (train, held_out) = digit_classifier(), digits()
    return quality(samples, train.images, held_out.images, judge.features, judge)


def spread(values: Sequence[float]) -> str:
    """Figures of several seeds as they are printed: mean, standard deviation, count.

    Args:
        values: one figure a seed.

    Returns:
        Such as "7.31 ± 0.40 (3 seeds)".

    Raises:
        ValueError: For none.
    """
    if not values:
        raise ValueError("values: got none, expected at least one figure")
    apart = stdev(values) if len(values) > 1 else 0.0
    seeds = "1 seed" if len(values) == 1 else f"{len(values)} seeds"
    return f"{mean(values):.2f} ± {apart:.2f} ({seeds})"
