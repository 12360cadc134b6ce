"""Two ways to train a generator of one step: as a VAE's decoder, and against a discriminator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_inside
from companion.data import as_floats
from companion.diffusion import Gaussian, kl
from companion.diffusion.precision import like
from companion.networks import ImageDecoder, ImageEncoder
from companion.tasks.data import DataConfig
from companion.training.draws import Draws
from companion.training.images import check_images
from companion.training.recipe import UNCLIPPED, OptimizerConfig, Recipe
from companion.training.session import Accelerator, Session
from companion.training.task import Loss, Task


@dataclass(frozen=True)
class VAERecipe(Recipe):
    """All the numbers of a run that trains a VAE.

    Attributes:
        data: what it learns from.
        latent: numbers z for an image.
        width: channels of both networks at full size.
        var: of a pixel around the decoder's image, in (0, 10): larger is blurrier.
    """

    steps: int = 400
    optimizer: OptimizerConfig = OptimizerConfig(
        lr=2e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.0
    )
    data: DataConfig = DataConfig()
    latent: int = 8
    width: int = 32
    var: float = 0.05

    KIND = "vae"
    POSITIVE = (*Recipe.POSITIVE, "latent", "width")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_inside("var", self.var, 0, 10)

    def task(self) -> "VAETask":
        """What such a run does in a step."""
        return VAETask(self)


class VAE(nn.Module):
    """An encoder and a decoder that are trained as one.

    The encoder says of an image where its numbers z are, as a mean and a log-variance;
    the decoder draws the image from a draw of z.

    Args:
        encoder: from images to 2 numbers for each of the decoder's.
        decoder: from z to images.
    """

    def __init__(self, encoder: ImageEncoder, decoder: ImageDecoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, z: Tensor) -> Tensor:
        """Images of z, (B, latent): what the decoder draws, (B, C, H, W)."""
        return self.decoder(z)


class OneShotTask(Task):
    """What a VAE and a GAN have in common: a batch of images as they are."""

    recipe: "VAERecipe | GANRecipe"

    def batch(self, data: Tensor, draws: Draws) -> Tensor:
        """Images drawn at random, (B, C, H, W)."""
        return as_floats(data[draws.integers(0, len(data))])

    def check_data(self, data: Tensor) -> None:
        """The data is images of the recipe's channels.

        Raises:
            ValueError: for anything else.
        """
        check_images(data, self.recipe.data.channels)

    def _sizes(self) -> dict[str, int]:
        data = self.recipe.data
        return {"size": data.size, "channels": data.channels, "width": self.recipe.width}


class VAETask(OneShotTask):
    """The bound on the likelihood, in nats an image.

    Source: Kingma and Welling (2014), equation 10.
    """

    terms = ("error", "kl")
    recipe: VAERecipe

    def networks(self) -> dict[str, nn.Module]:
        """Both parts of a VAE, as one."""
        sizes, latent = self._sizes(), self.recipe.latent
        return {
            "network": VAE(ImageEncoder(2 * latent, **sizes), ImageDecoder(latent=latent, **sizes))
        }

    def losses(self, session: Session, batch: Tensor) -> Iterator[Loss]:
        """The error of the image, and what z tells more than noise does (1-16b)."""
        x0, draws = batch.to(session.accelerator.device), session.draws
        mean, log_var = session.network.encoder(x0).chunk(2, dim=1)  # (B, latent) each
        of_z = Gaussian(mean, log_var.exp(), validate_args=False)
        eps = like(mean, draws.normal(self.recipe.latent))
        z = of_z.sample(eps)  # (B, latent)
        recon = session.network.decoder(z)
        squares = (recon - x0).square().flatten(1).sum(dim=1)  # (B,)
        error = squares / (2 * self.recipe.var)
        noise = Gaussian(torch.zeros_like(z), torch.ones_like(z), validate_args=False)
        told = kl(of_z, noise, validate_args=False)  # (B,)
        shown = {"error": error.mean().detach(), "kl": told.mean().detach()}
        yield "network", error + told, shown


@dataclass(frozen=True)
class GANRecipe(Recipe):
    """All the numbers of a run that trains a GAN.

    Attributes:
        data: what it learns from.
        latent: numbers z for an image.
        width: channels of both networks at full size.
        r1_gamma: on the squared slope of the discriminator at the data, without which the
            two may circle for ever.
    """

    steps: int = 400
    optimizer: OptimizerConfig = OptimizerConfig(
        lr=1e-3, warmup=0, max_grad_norm=UNCLIPPED, ema_decay=0.99, lr_scheduler="constant"
    )
    data: DataConfig = DataConfig()
    latent: int = 16
    width: int = 32
    r1_gamma: float = 1.0

    KIND = "gan"
    POSITIVE = (*Recipe.POSITIVE, "latent", "width")

    def task(self) -> "GANTask":
        """What such a run does in a step."""
        return GANTask(self)


class GANTask(OneShotTask):
    """A generator and a discriminator, which learns to tell its images from the data's.

    Source: Goodfellow et al. (2014); the penalty, Mescheder et al. (2018), equation 9.
    """

    players = ("network", "discriminator")
    terms = ("d_loss", "g_loss")
    recipe: GANRecipe

    def networks(self) -> dict[str, nn.Module]:
        """The generator, and the discriminator."""
        sizes = self._sizes()
        generator = ImageDecoder(latent=self.recipe.latent, **sizes)
        return {"network": generator, "discriminator": ImageEncoder(1, **sizes)}

    def losses(self, session: Session, batch: Tensor) -> Iterator[Loss]:
        """The discriminator's loss, and the generator's when that one has learned.

        The discriminator learns to return large numbers for images of the data and small
        ones for made ones; the generator, to make images for which it does not.
        """
        generator, discriminator = session.network, session.networks["discriminator"]
        real = batch.to(session.accelerator.device).requires_grad_()  # (B, C, H, W)
        z = like(real, session.draws.normal(self.recipe.latent))
        fake = generator(z)  # (B, C, H, W)

        on_real, on_fake = discriminator(real), discriminator(fake.detach())  # (B, 1)
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        r1 = slope.square().flatten(1).sum(dim=1).mean()  # ()
        d_loss = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        shown = {"d_loss": d_loss.detach()}
        yield "discriminator", d_loss + self.recipe.r1_gamma / 2 * r1, shown

        g_loss = F.softplus(-discriminator(fake)).mean()
        yield "network", g_loss, {"g_loss": g_loss.detach()}

    def learners(self, step: int) -> tuple[str, ...]:
        """The discriminator first."""
        return "discriminator", "network"

    def adamw(self, player: str) -> dict[str, Any]:
        """Both aim at a target that moves."""
        return {"betas": (0.0, 0.99)}

    def check_accelerator(self, accelerator: Accelerator) -> None:
        """A GAN can be trained so.

        Raises:
            ValueError: for float16: the slope of the discriminator is too small for it.
        """
        if accelerator.mixed_precision == "fp16":
            raise ValueError(
                "accelerator: got mixed precision 'fp16', expected 'no' or 'bf16': the penalty "
                "is on a gradient inside the loss, which nobody scales"
            )
