"""What a recipe says of its data, and images with what is said of each."""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from companion.training.recipe import Config


@dataclass(frozen=True)
class DataConfig(Config):
    """What is learned from.

    Attributes:
        source: "digits", "photos", "scenes", the name of a set of the hub, or a folder.
        size: the side of its images, in pixels.
        channels: of its images, 1 for grey and 3 for colour.
    """

    source: str = "digits"
    size: int = 8
    channels: int = 1

    POSITIVE = ("size", "channels")


class Conditioned(NamedTuple):
    """Images, or their latents, and a condition for each.

    Attributes:
        x: (N, C, H, W).
        cond: (N, ...), what the network's condition takes, or None.
    """

    x: Tensor
    cond: Tensor | None = None
