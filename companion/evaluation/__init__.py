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
from companion.evaluation.quality import (
    LEAST_IMAGES,
    Figures,
    Quality,
    digit_quality,
    quality,
    spread,
)
from companion.evaluation.reconstruction import Reconstruction, psnr, reconstruction

__all__ = [
    "LEAST_IMAGES",
    "Classifier",
    "CodebookUse",
    "Figures",
    "LatentStatistics",
    "Quality",
    "Reconstruction",
    "codebook_use",
    "digit_classifier",
    "digit_quality",
    "frechet_distance",
    "latent_statistics",
    "nearest_distance",
    "precision_recall",
    "psnr",
    "quality",
    "reconstruction",
    "scale_factor",
    "spread",
    "symmetric_precision_recall",
    "wasserstein_distance",
]
