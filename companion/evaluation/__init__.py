"""How good samples and reconstructions are, and what latents look like.

Each figure stands beside the one that real, held-out images get, since no figure of its
own says whether it is small.
"""

from companion.evaluation.classifier import Classifier, digit_classifier
from companion.evaluation.distances import (
    frechet_distance,
    nearest_distance,
    precision_recall,
    symmetric_precision_recall,
    wasserstein_distance,
)
from companion.evaluation.latents import (
    CodebookUse,
    LatentStatistics,
    codebook_use,
    latent_statistics,
    scale_factor,
)
from companion.evaluation.listens import Listening, listens
from companion.evaluation.obedience import obedience, obeys
from companion.evaluation.quality import (
    LEAST_IMAGES,
    Figures,
    Quality,
    digit_quality,
    quality,
    spread,
)
from companion.evaluation.reconstruction import Reconstruction, psnr, reconstruction
from companion.evaluation.scene_reader import read_scenes
from companion.evaluation.statistics import mean_by_time, residual

__all__ = [
    "LEAST_IMAGES",
    "Classifier",
    "CodebookUse",
    "Figures",
    "LatentStatistics",
    "Listening",
    "Quality",
    "Reconstruction",
    "codebook_use",
    "digit_classifier",
    "digit_quality",
    "frechet_distance",
    "latent_statistics",
    "listens",
    "mean_by_time",
    "nearest_distance",
    "obedience",
    "obeys",
    "precision_recall",
    "psnr",
    "quality",
    "read_scenes",
    "reconstruction",
    "residual",
    "scale_factor",
    "spread",
    "symmetric_precision_recall",
    "wasserstein_distance",
]
