"""How good samples are: distances in the features of a small classifier, and counts.

Each figure stands beside the one that real, held-out images get, since no figure of its
own says whether it is small.
"""

from companion.evaluation.classifier import (
    Classifier,
    digit_classifier,
    train_classifier,
)
from companion.evaluation.distances import (
    frechet_distance,
    nearest_distance,
    precision_recall,
    wasserstein_distance,
)
from companion.evaluation.quality import Quality, digit_quality, quality, spread

__all__ = [
    "Classifier",
    "Quality",
    "digit_classifier",
    "digit_quality",
    "frechet_distance",
    "nearest_distance",
    "precision_recall",
    "quality",
    "spread",
    "train_classifier",
    "wasserstein_distance",
]
