"""The groups of an autoencoder's recipe: its sizes, its bottleneck, its discriminator."""

from dataclasses import dataclass

from companion.autoencoder.bottlenecks import check_below
from companion.autoencoder.coder import patch_size
from companion.checks import check_levels
from companion.training.recipe import Config
from companion.training.size import of_levels

BOTTLENECKS = ("plain", "kl", "vq")  # what a file says


@dataclass(frozen=True)
class CoderConfig(Config):
    """The sizes of encoder and decoder.

    Attributes:
        f: so many pixels by so many become one latent vector.
        latent_channels: of z.
        width: channels at full size.
        multipliers: of `width`, a positive whole number for each level.
        blocks: ResBlocks a level.
        attention: the levels that have it, from 0.
    """

    f: int = 4
    latent_channels: int = 4
    width: int = 48
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[int, ...] = ()

    POSITIVE = ("latent_channels", "width", "blocks")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_levels(self.multipliers, self.attention)
        patch_size(self.f, len(self.multipliers))

    @property
    def least_weights(self) -> int:
        """Those of one convolution of each block of the widest level."""
        return of_levels(self.width, self.multipliers, self.blocks)

    @property
    def said(self) -> str:
        """Its sizes in words, for a message."""
        return f"{self.width} with multipliers {self.multipliers} and {self.blocks} blocks a level"


@dataclass(frozen=True)
class BottleneckConfig(Config):
    """What keeps the latent in order.

    Attributes:
        bottleneck_type: "plain", "kl" or "vq".
        num_codes: of VQ, as all that follow.
        commitment: weight of the encoder's share of the loss.
        vq_ema: whether codes are running means, and not learned by a gradient.
        decay: of these means.
        dead_code_threshold: a code used less than this share of the usual is replaced.
    """

    bottleneck_type: str = "kl"
    num_codes: int = 512
    commitment: float = 0.25
    vq_ema: bool = False
    decay: float = 0.97
    dead_code_threshold: float = 0.1

    POSITIVE = ("num_codes",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bottleneck_type not in BOTTLENECKS:
            raise ValueError(
                f"bottleneck_type: got {self.bottleneck_type!r}, expected one of {[*BOTTLENECKS]}"
            )
        check_below("commitment", self.commitment, float("inf"))
        check_below("decay", self.decay, 1)
        check_below("dead_code_threshold", self.dead_code_threshold, 1)


@dataclass(frozen=True)
class DiscriminatorConfig(Config):
    """The second player. There is none where the adversarial weight is 0.

    Attributes:
        disc_start: steps before it has any influence, and learns itself.
        alternate_updates: from then on each of the two learns on every other batch, and
            not both on each.
        disc_width: channels of its first layer.
        disc_lr_factor: its learning rate, as a share of the other's. One that learns as
            fast as the autoencoder is soon right about every patch, and has nothing to teach.
    """

    disc_start: int = 0
    alternate_updates: bool = False
    disc_width: int = 32
    disc_lr_factor: float = 1.0

    POSITIVE = ("disc_width", "disc_lr_factor")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.disc_start < 0:
            raise ValueError(f"disc_start: got {self.disc_start}, expected 0 or more")
