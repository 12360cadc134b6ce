"""Part 2 of the article: equations 2-1 to 2-5, and what its regularisers do."""

from companion.proofs.chapter_2.losses import (
    adaptive_weight,
    kl_losses,
    limited_weight,
    there_and_back,
    vq_losses,
    weighted_loss,
)
from companion.proofs.chapter_2.regularisers import (
    codebook_and_commitment,
    kl_of_a_latent,
    mean_without_memory,
    numbers_add_up,
    running_mean,
    straight_through,
)

__all__ = [
    "adaptive_weight",
    "codebook_and_commitment",
    "kl_losses",
    "kl_of_a_latent",
    "limited_weight",
    "mean_without_memory",
    "numbers_add_up",
    "running_mean",
    "straight_through",
    "there_and_back",
    "vq_losses",
    "weighted_loss",
]
