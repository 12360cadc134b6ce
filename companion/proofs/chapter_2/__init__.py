"""Part 2 of the article: equations 2-1 to 2-5, and ours after it stops, 2-6 to 2-10."""

from companion.proofs.chapter_2.conditions import (
    attention,
    in_the_latent,
    with_a_condition,
    with_channels,
    wrong_scale,
)
from companion.proofs.chapter_2.guidance import (
    conventions,
    gap_is_a_variance,
    guidance,
    guided_variance,
    noised_tilt,
    two_gaussians,
)
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
    "attention",
    "codebook_and_commitment",
    "conventions",
    "gap_is_a_variance",
    "guidance",
    "guided_variance",
    "in_the_latent",
    "kl_losses",
    "kl_of_a_latent",
    "limited_weight",
    "mean_without_memory",
    "noised_tilt",
    "numbers_add_up",
    "running_mean",
    "straight_through",
    "there_and_back",
    "two_gaussians",
    "vq_losses",
    "weighted_loss",
    "with_a_condition",
    "with_channels",
    "wrong_scale",
]
