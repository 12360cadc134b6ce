"""Pixels to latents and back, and what keeps the latents in order: the article's 2.1."""

from companion.autoencoder.adversarial import (
    PatchDiscriminator,
    adaptive_weight,
    hinge_d,
    hinge_g,
)
from companion.autoencoder.bottlenecks import KL, Identity, Latent
from companion.autoencoder.checkpoints import (
    load_autoencoder,
    save_autoencoder,
    train_autoencoder_to,
)
from companion.autoencoder.codebook import VQ, perplexity
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder
from companion.autoencoder.features import (
    FeatureNet,
    evaluation_features,
    perceptual,
    photo_features,
    train_features,
    vgg_features,
)
from companion.autoencoder.losses import (
    Losses,
    Weights,
    autoencoder_loss,
    discriminator_loss,
    pixel_loss,
)
from companion.autoencoder.recipe import AutoencoderRecipe, autoencoder_of
from companion.autoencoder.recipes import (
    ADVERSARIAL,
    AUTOENCODER_RECIPES,
    DISCRIMINATOR_RATE,
    PERCEPTUAL,
    with_both_terms,
    with_bottleneck,
)
from companion.autoencoder.skip import SkipAutoencoder
from companion.autoencoder.training import (
    AutoencoderProgress,
    AutoencoderRun,
    reconstructed,
    start_autoencoder,
    train_autoencoder,
    update_autoencoder,
    update_discriminator,
)
from companion.autoencoder.weights import pack_autoencoder, shipped_autoencoder

__all__ = [
    "ADVERSARIAL",
    "DISCRIMINATOR_RATE",
    "PERCEPTUAL",
    "AUTOENCODER_RECIPES",
    "KL",
    "VQ",
    "Autoencoder",
    "AutoencoderProgress",
    "AutoencoderRecipe",
    "AutoencoderRun",
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
    "autoencoder_of",
    "discriminator_loss",
    "hinge_d",
    "hinge_g",
    "load_autoencoder",
    "pack_autoencoder",
    "perceptual",
    "perplexity",
    "photo_features",
    "evaluation_features",
    "pixel_loss",
    "reconstructed",
    "save_autoencoder",
    "shipped_autoencoder",
    "start_autoencoder",
    "train_autoencoder",
    "train_autoencoder_to",
    "train_features",
    "update_autoencoder",
    "update_discriminator",
    "vgg_features",
    "with_both_terms",
    "with_bottleneck",
]
