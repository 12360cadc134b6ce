"""What is saved of how an autoencoder was trained."""

from dataclasses import dataclass

from companion.autoencoder.adversarial import PatchDiscriminator
from companion.autoencoder.bottlenecks import KL, Identity, check_below
from companion.autoencoder.codebook import VQ
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder, patch_size
from companion.autoencoder.losses import Weights
from companion.checks import check_levels
from companion.training.recipe import BaseRecipe

BOTTLENECKS = ("plain", "kl", "vq")  # what a file says


@dataclass(frozen=True)
class AutoencoderRecipe(BaseRecipe):
    """All the numbers of a training run; with the seed it gives the same weights again.

    Beside those of `BaseRecipe`:
    channels, f, latent, width, multipliers, blocks, attention: of encoder and decoder;
    latent is the number of channels of z.
    bottleneck: "plain", "kl" or "vq".   codes, commitment, vq_ema, decay, restart: of
    VQ, there `num_codes`, `beta`, `ema`, `decay` and `dead_code_threshold`.
    pixel, squares, perceptual, adversarial, regulariser: the `Weights`. With 0 for the
    adversarial one there is no discriminator.
    Which features the perceptual term asks is not among the numbers: `photo_features()`
    with all recipes and commands of the book.
    begin: steps before the discriminator has any influence, and learns itself.
    alternate: from then on each of the two learns on every other batch, and not both on
    each.   discriminator_width: of its first layer.
    discriminator_rate: what it learns with, as a share of `rate`. One that learns as
    fast as the autoencoder is soon right about every patch, and has nothing to teach.
    recolour: show each image with its colour channels in a random order, so that six
    photographs have the colours of thirty-six.
    data: what it learns from: "photos", "scenes", or a folder.   size: the side of its
    images, in pixels.
    Raises ValueError for a number out of range or not finite.
    """

    rate: float = 1e-3
    batch_size: int = 16
    channels: int = 3
    f: int = 4
    latent: int = 4
    width: int = 48
    multipliers: tuple[int, ...] = (1, 2)
    blocks: int = 1
    attention: tuple[int, ...] = ()
    bottleneck: str = "kl"
    codes: int = 512
    commitment: float = 0.25
    vq_ema: bool = False
    decay: float = 0.97
    restart: float = 0.1
    pixel: float = 1.0
    squares: float = 0.0
    perceptual: float = 0.0
    adversarial: float = 0.0
    regulariser: float = 1e-6
    begin: int = 0
    alternate: bool = False
    discriminator_width: int = 32
    discriminator_rate: float = 1.0
    recolour: bool = False
    data: str = "photos"
    size: int = 32

    POSITIVE = (
        *BaseRecipe.POSITIVE,
        *("channels", "latent", "width", "blocks", "codes", "discriminator_width"),
        *("discriminator_rate", "size"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_levels(self.multipliers, self.attention)
        patch_size(self.f, len(self.multipliers))
        if self.size % self.f:
            raise ValueError(f"size: got {self.size}, expected a multiple of f = {self.f}")
        if self.bottleneck not in BOTTLENECKS:
            raise ValueError(
                f"bottleneck: got {self.bottleneck!r}, expected one of {[*BOTTLENECKS]}"
            )
        check_below("commitment", self.commitment, float("inf"))
        check_below("decay", self.decay, 1)
        check_below("restart", self.restart, 1)
        if self.begin < 0:
            raise ValueError(f"begin: got {self.begin}, expected 0 or more")
        self.weights  # noqa: B018  (its own checks)

    @property
    def weights(self) -> Weights:
        """How much each part of the loss counts."""
        return Weights(
            self.pixel,
            self.perceptual,
            self.adversarial,
            self.regulariser,
            l2_weight=self.squares,
        )


def autoencoder_of(recipe: AutoencoderRecipe) -> Autoencoder:
    """A fresh autoencoder, as the recipe has it, from torch's own random numbers."""
    if recipe.bottleneck == "vq":
        bottleneck = VQ(
            recipe.codes,
            recipe.latent,
            recipe.commitment,
            recipe.vq_ema,
            recipe.decay,
            recipe.restart,
        )
    else:
        bottleneck = {"plain": Identity, "kl": KL}[recipe.bottleneck](recipe.latent)
    sizes = (recipe.f, recipe.width, recipe.multipliers, recipe.blocks)
    return Autoencoder(
        Encoder(recipe.channels, bottleneck.channels_in, *sizes, recipe.attention),
        bottleneck,
        Decoder(recipe.channels, bottleneck.channels, *sizes, recipe.attention),
    )


def discriminator_of(recipe: AutoencoderRecipe) -> PatchDiscriminator:
    """A fresh discriminator, as the recipe has it, from torch's own random numbers."""
    return PatchDiscriminator(recipe.channels, recipe.discriminator_width)


def who_learns(recipe: AutoencoderRecipe, step: int) -> tuple[bool, bool]:
    """Whether the autoencoder learns in the step after `step`, and the discriminator."""
    if not recipe.adversarial or step < recipe.begin:
        return True, False
    if not recipe.alternate:
        return True, True
    discriminates = (step - recipe.begin) % 2 == 0
    return not discriminates, discriminates


def updates(recipe: AutoencoderRecipe, step: int) -> tuple[int, int]:
    """How many updates the autoencoder has had after `step` steps, and the discriminator."""
    late = max(step - recipe.begin, 0) if recipe.adversarial else 0
    if not recipe.alternate:
        return step, late
    return step - (late + 1) // 2, (late + 1) // 2
