"""What is saved of how an autoencoder was trained."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from companion.autoencoder.adversarial import PatchDiscriminator
from companion.autoencoder.bottlenecks import KL, VQ, Plain, check_below
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder, patch_size
from companion.autoencoder.losses import Weights
from companion.checks import check_levels
from companion.networks.old_names import with_new_names
from companion.tasks.data import DataConfig
from companion.training.recipe import Config, OptimizerConfig, Recipe

if TYPE_CHECKING:
    from companion.tasks.autoencoder import AutoencoderTask

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
                f"bottleneck: got {self.bottleneck_type!r}, expected one of {[*BOTTLENECKS]}"
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


@dataclass(frozen=True)
class AutoencoderRecipe(Recipe):
    """All the numbers of a run that trains an autoencoder.

    Which features the perceptual term asks is not among them: `photo_features()` with all
    recipes and commands of the book.

    Attributes:
        network: the sizes of encoder and decoder.
        bottleneck: what is between the two.
        loss: the weights of its parts.
        discriminator: the second player.
        data: what it learns from.
        channel_shuffle: show each image with its colour channels in a random order, so
            that six photographs have the colours of thirty-six.

    Raises:
        ValueError: for a number out of range or not finite.
    """

    batch_size: int = 16
    optimizer: OptimizerConfig = OptimizerConfig(lr=1e-3)
    network: CoderConfig = CoderConfig()
    bottleneck: BottleneckConfig = BottleneckConfig()
    loss: Weights = Weights()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    data: DataConfig = DataConfig("photos", size=32, channels=3)
    channel_shuffle: bool = False

    KIND = "autoencoder"
    OLD_NAMES = {
        **Recipe.OLD_NAMES,
        "data": "source",
        "latent": "latent_channels",
        "bottleneck": "bottleneck_type",
        "codes": "num_codes",
        "restart": "dead_code_threshold",
        "begin": "disc_start",
        "alternate": "alternate_updates",
        "discriminator_width": "disc_width",
        "discriminator_rate": "disc_lr_factor",
        "recolour": "channel_shuffle",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data.size % self.network.f:
            raise ValueError(
                f"size: got {self.data.size}, expected a multiple of f = {self.network.f}"
            )

    @classmethod
    def with_new_names(cls, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tensors of a file of the first version, under the names that they have today."""
        return with_new_names(tensors)

    def task(self) -> "AutoencoderTask":
        """What such a run does in a step."""
        from companion.tasks.autoencoder import AutoencoderTask

        return AutoencoderTask(self)


def autoencoder_of(recipe: AutoencoderRecipe) -> Autoencoder:
    """A fresh autoencoder, as the recipe has it, from torch's own random numbers."""
    asked, sizes, channels = recipe.bottleneck, recipe.network, recipe.data.channels
    if asked.bottleneck_type == "vq":
        bottleneck = VQ(
            asked.num_codes,
            sizes.latent_channels,
            asked.commitment,
            asked.vq_ema,
            asked.decay,
            asked.dead_code_threshold,
        )
    else:
        bottleneck = {"plain": Plain, "kl": KL}[asked.bottleneck_type](sizes.latent_channels)
    levels = (sizes.f, sizes.width, sizes.multipliers, sizes.blocks)
    return Autoencoder(
        Encoder(channels, bottleneck.channels_in, *levels, sizes.attention),
        bottleneck,
        Decoder(channels, bottleneck.channels, *levels, sizes.attention),
    )


def discriminator_of(recipe: AutoencoderRecipe) -> PatchDiscriminator:
    """A fresh discriminator, as the recipe has it, from torch's own random numbers."""
    return PatchDiscriminator(recipe.data.channels, recipe.discriminator.disc_width)
