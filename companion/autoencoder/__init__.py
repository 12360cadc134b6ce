"""Pixels to latents and back, and what keeps the latents in order: the article's 2.1."""

from companion.autoencoder.adversarial import (
    PatchDiscriminator,
    adaptive_weight,
    hinge_d,
    hinge_g,
)
from companion.autoencoder.bottlenecks import KL, Identity, Latent
from companion.autoencoder.codebook import VQ, perplexity
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder
from companion.autoencoder.features import (
    FeatureNet,
    perceptual,
    vgg_features,
)
from companion.autoencoder.losses import (
    Losses,
    Weights,
    autoencoder_loss,
    discriminator_loss,
    pixel_loss,
)
from companion.autoencoder.skip import SkipAutoencoder

__all__ = [
    "KL",
    "VQ",
    "Autoencoder",
    "Decoder",
    "Encoder",
    "FeatureNet",
    "Latent",
    "Losses",
    "PatchDiscriminator",
    "Identity",
    "SkipAutoencoder",
    "Weights",
    "adaptive_weight",
    "autoencoder_loss",
    "discriminator_loss",
    "hinge_d",
    "hinge_g",
    "perceptual",
    "perplexity",
    "pixel_loss",
    "vgg_features",
]
