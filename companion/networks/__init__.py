"""The networks of the book, each sized by its arguments; `nn.Module` begins here."""

from companion.networks.blocks import Attention, Downsample, ResBlock, Upsample
from companion.networks.denoiser import denoiser
from companion.networks.diffusers import from_diffusers, to_diffusers
from companion.networks.dit import DiT
from companion.networks.dit_blocks import (
    AdaLNBlock,
    AdaLNZeroBlock,
    CrossAttentionBlock,
    InContextBlock,
)
from companion.networks.embeddings import TimeEmbedding, sinusoidal_embedding
from companion.networks.joint import JointBlock, LastJointBlock
from companion.networks.old_names import with_new_names
from companion.networks.oneshot import ImageDecoder, ImageEncoder
from companion.networks.patches import patchify, positions, unpatchify
from companion.networks.summary import Summary, summary
from companion.networks.unet import UNet

__all__ = [
    "AdaLNBlock",
    "AdaLNZeroBlock",
    "Attention",
    "CrossAttentionBlock",
    "DiT",
    "Downsample",
    "ImageDecoder",
    "ImageEncoder",
    "InContextBlock",
    "JointBlock",
    "LastJointBlock",
    "ResBlock",
    "Summary",
    "TimeEmbedding",
    "UNet",
    "Upsample",
    "denoiser",
    "from_diffusers",
    "patchify",
    "positions",
    "sinusoidal_embedding",
    "summary",
    "to_diffusers",
    "unpatchify",
    "with_new_names",
]
