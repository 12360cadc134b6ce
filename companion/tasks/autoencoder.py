"""How an autoencoder learns: two players, and what the loss of each is."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from companion.autoencoder.adversarial import PatchDiscriminator
from companion.autoencoder.bottlenecks import KL, Identity
from companion.autoencoder.codebook import VQ
from companion.autoencoder.coder import Autoencoder, Decoder, Encoder
from companion.autoencoder.features import perceptual
from companion.autoencoder.losses import (
    Losses,
    PerceptualLoss,
    Weights,
    autoencoder_loss,
    discriminator_loss,
)
from companion.checks import check_data
from companion.data import as_floats
from companion.diffusion.precision import like
from companion.networks.old_names import with_new_names
from companion.tasks.autoencoder_config import BottleneckConfig, CoderConfig, DiscriminatorConfig
from companion.tasks.data import DataConfig
from companion.tasks.features import photo_features
from companion.training.draws import Draws
from companion.training.images import check_images
from companion.training.recipe import OptimizerConfig, Recipe
from companion.training.session import Accelerator, Session
from companion.training.size import check_memory
from companion.training.task import Loss, Task


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
        "squares": "l2_weight",
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
        return AutoencoderTask(self)


class AutoencoderTask(Task):
    """An autoencoder, and from some step on a discriminator that judges what it makes.

    Source: Esser et al. (2021), section 3.1; Rombach et al. (2022), appendix G.
    """

    players = ("network", "discriminator")
    terms = (*Losses._fields, "discriminator")
    recipe: AutoencoderRecipe

    def networks(self) -> dict[str, nn.Module]:
        """An autoencoder, whose weights are the same with and without a discriminator."""
        networks: dict[str, nn.Module] = {"network": autoencoder_of(self.recipe)}
        if self.recipe.loss.adversarial:
            networks["discriminator"] = discriminator_of(self.recipe)
        return networks

    @cached_property
    def perceptual_loss(self) -> PerceptualLoss | None:
        """The perceptual distance of the loss, or None where its weight is 0.

        It may be set to another one: from two images to the distance of each, (B,).
        """
        if not self.recipe.loss.perceptual:
            return None
        features = photo_features()
        return lambda x, y: perceptual(features.to(x.device), x, y)

    def batch(self, data: Tensor, draws: Draws) -> Tensor:
        """Images drawn at random, half of them mirrored; channels shuffled on request."""
        x = data[draws.integers(0, len(data))]  # (B, C, H, W)
        mirrored = draws.uniform() < 0.5  # (B,)
        x = torch.where(mirrored[:, None, None, None].to(x.device), x.flip(3), x)
        if self.recipe.channel_shuffle:
            order = draws.uniform(x.shape[1]).argsort(dim=1)  # (B, C)
            x = x[torch.arange(len(x))[:, None], order.to(x.device)]
        return as_floats(x)

    def losses(self, session: Session, batch: Tensor) -> Iterator[Loss]:
        """Equations 2-2 or 2-4 for the autoencoder, then 2-3 or 2-5 for the discriminator."""
        network, weights = session.network, self.recipe.loss
        learners, generator = self.learners(session.step), session.draws.own()
        discriminator = None
        if session.step >= self.recipe.discriminator.disc_start:
            discriminator = session.networks.get("discriminator")
        x = like(network.decoder.last_weight, batch)
        if "network" in learners:  # (1) the autoencoder's turn
            recon, latent = network(x, generator)
            parts = autoencoder_loss(
                x,
                recon,
                latent,
                weights,
                self.perceptual_loss,
                discriminator,
                network.decoder.last_weight,
            )
            shown = {name: part.detach() for name, part in parts._asdict().items()}
            yield "network", parts.total, shown
        else:
            recon = reconstructed(network, x, generator)
        if "discriminator" in learners:  # (2) the discriminator's turn
            loss = discriminator_loss(x, recon.detach(), discriminator)
            yield "discriminator", loss, {"discriminator": loss.detach()}

    def learners(self, step: int) -> tuple[str, ...]:
        """Who learns in the step after `step`: the autoencoder, the discriminator, or both."""
        told = self.recipe.discriminator
        if not self.recipe.loss.adversarial or step < told.disc_start:
            return self.players[:1]
        if not told.alternate_updates:
            return self.players
        return self.players[1:] if (step - told.disc_start) % 2 == 0 else self.players[:1]

    def updates(self, player: str, step: int) -> int:
        """How many updates a player has had after `step` steps."""
        told = self.recipe.discriminator
        late = max(step - told.disc_start, 0) if self.recipe.loss.adversarial else 0
        if not told.alternate_updates:
            return late if player == "discriminator" else step
        of_discriminator = (late + 1) // 2
        return of_discriminator if player == "discriminator" else step - of_discriminator

    def adamw(self, player: str) -> dict[str, Any]:
        """The discriminator, which aims at a moving target, remembers less."""
        return {"betas": (0.5, 0.9)} if player == "discriminator" else {}

    def lr_factor(self, player: str) -> float:
        """The discriminator's is the recipe's."""
        return self.recipe.discriminator.disc_lr_factor if player == "discriminator" else 1.0

    def update_ema(self, session: Session, player: str) -> None:
        """Codes are taken over, not averaged: one that was dead has jumped.

        No vector is near it halfway. (Averaged, they rebuild as well within 0.1 dB; but
        fewer serve.)
        """
        super().update_ema(session, player)
        codes = session.networks[player].bottleneck.state_dict()
        session.averages[player].bottleneck.load_state_dict(codes)

    def learn_by_looking(self, session: Session) -> list[nn.Module]:
        """VQ's codes follow what they see."""
        return [session.network.bottleneck]

    def check_memory(self) -> None:
        """The recipe fits into the memory of this machine.

        Raises:
            ValueError: for one that needs more.
        """
        check_memory(self.recipe, autoencoder_of)

    def check_data(self, data: Tensor) -> None:
        """The data is images of the recipe's channels.

        Raises:
            ValueError: for anything else.
        """
        check_images(data, self.recipe.data.channels)

    def check_accelerator(self, accelerator: Accelerator) -> None:
        """An autoencoder can be trained so.

        Raises:
            ValueError: for VQ in several processes, and for float16 with a discriminator.
        """
        several = accelerator.num_processes
        if several > 1 and self.recipe.bottleneck.bottleneck_type == "vq":
            raise ValueError(
                f"accelerator: got {several} processes, expected 1 with VQ: each would replace "
                "its own dead codes, and the codebooks would no longer be one"
            )
        if accelerator.mixed_precision == "fp16" and self.recipe.loss.adversarial:
            raise ValueError(
                "accelerator: got mixed precision 'fp16', expected 'no' or 'bf16' with a "
                "discriminator: the adaptive weight compares gradients that are too small for it"
            )


@torch.no_grad()
def reconstructed(
    network: nn.Module, x: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """What an autoencoder makes of x when it does not learn.

    KL draws as in training. A copy looks, for VQ learns as it looks.

    Args:
        network: an autoencoder.
        x: (B, C, H, W), pixels in -1..1.
        generator: of the draw.

    Returns:
        The reconstruction, (B, C, H, W).

    Raises:
        ValueError: for what is no finite data.
    """
    check_data("x", x)
    return deepcopy(network)(x, generator)[0]


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
        bottleneck = {"plain": Identity, "kl": KL}[asked.bottleneck_type](sizes.latent_channels)
    levels = (sizes.f, sizes.width, sizes.multipliers, sizes.blocks)
    return Autoencoder(
        Encoder(channels, bottleneck.channels_in, *levels, sizes.attention),
        bottleneck,
        Decoder(channels, bottleneck.channels, *levels, sizes.attention),
    )


def discriminator_of(recipe: AutoencoderRecipe) -> PatchDiscriminator:
    """A fresh discriminator, as the recipe has it, from torch's own random numbers."""
    return PatchDiscriminator(recipe.data.channels, recipe.discriminator.disc_width)
