"""Which network denoises: the sizes of a UNet or of a DiT, and how each is built."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import nn

from companion.checks import check_levels
from companion.networks.blocks import check_heads
from companion.networks.conditions import Condition
from companion.networks.dit import DiT
from companion.networks.dit_blocks import (
    AdaLNBlock,
    AdaLNZeroBlock,
    CrossAttentionBlock,
    InContextBlock,
)
from companion.networks.joint import JointBlock
from companion.networks.unet import UNet
from companion.training.recipe import Config
from companion.training.size import of_levels

BLOCKS: dict[str, type[nn.Module]] = {  # what a file says, and what it means
    "in_context": InContextBlock,
    "cross_attention": CrossAttentionBlock,
    "adaln": AdaLNBlock,
    "adaln_zero": AdaLNZeroBlock,
    "joint": JointBlock,
}


@dataclass(frozen=True)
class NetworkConfig(Config, ABC):
    """The sizes of a denoising network.

    Attributes:
        network_type: of which kind it is, by which a saved file knows it again.
    """

    network_type: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        own = type(self).network_type
        if self.network_type != own:
            raise ValueError(f"network_type: got {self.network_type!r}, expected {own!r}")

    @abstractmethod
    def build(self, channels: int, condition: Condition | None) -> nn.Module:
        """A fresh network, from torch's own random numbers.

        Args:
            channels: of an image.
            condition: what the network is told, or None.
        """

    @property
    @abstractmethod
    def divisor(self) -> int:
        """What has to divide the height and the width of an image."""

    @property
    @abstractmethod
    def why(self) -> str:
        """What the network does that asks for this, for a message."""

    @property
    @abstractmethod
    def least_weights(self) -> int:
        """So many weights it has at the least, counted without building it."""

    @property
    @abstractmethod
    def said(self) -> str:
        """Its sizes in words, the width first, for a message."""


@dataclass(frozen=True)
class UNetConfig(NetworkConfig):
    """The sizes of a UNet.

    Attributes:
        width: channels at full size.
        multipliers: of `width`, a positive whole number for each level.
        blocks: ResBlocks a level.
        attention: the levels that have it, from 0.
    """

    network_type: str = "unet"
    width: int = 32
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[int, ...] = ()

    POSITIVE = ("width", "blocks")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_levels(self.multipliers, self.attention)

    def build(self, channels: int, condition: Condition | None) -> UNet:
        """A fresh UNet."""
        sizes = self.width, self.multipliers, self.blocks, self.attention
        return UNet(channels, *sizes, condition)

    @property
    def divisor(self) -> int:
        """2 for each level but the first."""
        return 2 ** (len(self.multipliers) - 1)

    @property
    def why(self) -> str:
        """It halves an image."""
        return f"halves an image {len(self.multipliers) - 1} times"

    @property
    def least_weights(self) -> int:
        """Those of one convolution of each block of the widest level."""
        return of_levels(self.width, self.multipliers, self.blocks)

    @property
    def said(self) -> str:
        """Width, multipliers and blocks."""
        return f"{self.width} with multipliers {self.multipliers} and {self.blocks} blocks a level"


@dataclass(frozen=True)
class DiTConfig(NetworkConfig):
    """The sizes of a DiT.

    Attributes:
        width: D, of a token.
        blocks: one behind the other.
        heads: of each attention, a number that divides `width`.
        patch: the side of a patch, in pixels or in places of the latent.
        block_type: one of `BLOCKS`: how the time and the condition come in.
    """

    network_type: str = "dit"
    width: int = 96
    blocks: int = 6
    heads: int = 4
    patch: int = 2
    block_type: str = "joint"

    POSITIVE = ("width", "blocks", "heads", "patch")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.block_type not in BLOCKS:
            raise ValueError(f"block_type: got {self.block_type!r}, expected one of {[*BLOCKS]}")
        if self.width % 4:
            raise ValueError(
                f"width: got {self.width}, expected a multiple of 4: "
                "a sine and a cosine for each of 2 axes"
            )
        check_heads(self.width, self.heads)

    def build(self, channels: int, condition: Condition | None) -> DiT:
        """A fresh DiT for images."""
        sizes = self.width, self.blocks, self.heads, self.patch
        return DiT(channels, *sizes, BLOCKS[self.block_type], condition)

    @property
    def divisor(self) -> int:
        """The side of a patch."""
        return self.patch

    @property
    def why(self) -> str:
        """It cuts an image into patches."""
        return f"cuts an image into patches of {self.patch} by {self.patch}"

    @property
    def least_weights(self) -> int:
        """Those of attention and MLP of each block."""
        return 12 * self.blocks * self.width**2

    @property
    def said(self) -> str:
        """Width and blocks."""
        return f"{self.width} with {self.blocks} blocks"


NETWORKS: dict[str, type[NetworkConfig]] = {"unet": UNetConfig, "dit": DiTConfig}
