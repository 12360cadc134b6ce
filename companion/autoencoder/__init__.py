"""Pixels to latents and back, and what keeps the latents in order: the article's 2.1."""

from companion.autoencoder.bottlenecks import KL, VQ, Latent, Plain, perplexity
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder, SkipAutoencoder

__all__ = [
    "KL",
    "VQ",
    "Autoencoder",
    "Decoder",
    "Encoder",
    "Latent",
    "Plain",
    "SkipAutoencoder",
    "perplexity",
]
