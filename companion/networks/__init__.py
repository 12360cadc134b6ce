"""The networks of the book, each sized by its arguments; `nn.Module` begins here."""

from companion.networks.blocks import Attention, Downsample, ResBlock, Upsample
from companion.networks.denoiser import denoiser
from companion.networks.diffusers import from_diffusers, to_diffusers
from companion.networks.embeddings import TimeEmbedding, sinusoidal_embedding
from companion.networks.old_names import with_new_names
from companion.networks.oneshot import ImageDecoder, ImageEncoder
from companion.networks.summary import Summary, summary
from companion.networks.unet import UNet

__all__ = [
    "Attention",
    "Downsample",
    "ImageDecoder",
    "ImageEncoder",
    "ResBlock",
    "Summary",
    "TimeEmbedding",
    "UNet",
    "Upsample",
    "denoiser",
    "from_diffusers",
    "sinusoidal_embedding",
    "summary",
    "to_diffusers",
    "with_new_names",
]
