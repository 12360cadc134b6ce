"""Two ways to train a generator of one step: as a VAE's decoder, and against a critic."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.checks import check_count, check_data, check_inside
from companion.diffusion import Gaussian, kl
from companion.networks import ImageDecoder, ImageEncoder
from companion.training import ema
from companion.training.finite import both_or_none, descend


def train_vae(
    encoder: ImageEncoder,
    decoder: ImageDecoder,
    images: Tensor,
    steps: int,
    *,
    var: float = 0.05,
    batch_size: int = 64,
    rate: float = 2e-3,
    seed: int = 0,
) -> Iterator[tuple[float, float]]:
    """Train in place; yields both terms of the bound, in nats an image, of each step.

    The encoder says of an image where its numbers z are, as a mean and a log-variance;
    the decoder draws the image from a draw of z. The first term is the error of that
    image, the second what z tells more than standard normal noise does (1-16b).
    encoder: with 2 numbers for each of the decoder's.   images: (N, C, H, W).
    var: of a pixel around the decoder's image, in (0, 10): larger is blurrier.
    Raises ValueError for bad numbers and images, and NotFinite where a loss or a
    gradient is not finite; then nothing has been learned in that step.
    Source: Kingma and Welling (2014), equation 10.
    """
    check_data("images", images)
    check_inside("var", var, 0, 10)
    g = torch.Generator().manual_seed(seed)
    both = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.AdamW(both, lr=rate, fused=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(1, check_count("steps", steps, 1, 10**7) + 1):
        rows = torch.randint(len(images), (batch_size,), generator=g)
        x0 = images[rows]  # (B, C, H, W)
        mean, log_var = encoder(x0).chunk(2, dim=1)  # (B, latent) each
        of_z = Gaussian(mean, log_var.exp())
        z = of_z.sample(generator=g)  # (B, latent)
        error = (decoder(z) - x0).square().flatten(1).sum(dim=1) / (2 * var)  # (B,)
        told = kl(of_z, Gaussian(torch.zeros_like(z), torch.ones_like(z)))  # (B,)
        descend(optimizer, (error + told).mean(), step)
        falling.step()
        yield error.mean().item(), told.mean().item()


def train_gan(
    generator: ImageDecoder,
    critic: ImageEncoder,
    images: Tensor,
    steps: int,
    *,
    average: nn.Module | None = None,
    keep: float = 0.99,
    penalty: float = 1.0,
    batch_size: int = 64,
    rate: float = 1e-3,
    seed: int = 0,
) -> Iterator[tuple[float, float]]:
    """Train in place; yields the losses of generator and critic, of each step.

    The critic learns to return large numbers for images of the data and small ones for
    made ones; the generator, to make images for which it does not.
    critic: with one number.   images: (N, C, H, W).   average: a copy of the generator,
    to hold averaged weights, of which the share `keep` is kept in a step.
    penalty: on the squared slope of the critic at the data, without which the two may
    circle for ever.
    Raises ValueError for bad numbers and images, and NotFinite where a loss or a
    gradient is not finite; then neither of the two has learned in that step.
    Source: Goodfellow et al. (2014); the penalty, Mescheder et al. (2018), equation 9.
    """
    check_data("images", images)
    g = torch.Generator().manual_seed(seed)
    of_generator, of_critic = (
        torch.optim.AdamW(one.parameters(), lr=rate, betas=(0.0, 0.99), fused=True)
        for one in (generator, critic)
    )
    for step in range(1, check_count("steps", steps, 1, 10**7) + 1):
        rows = torch.randint(len(images), (batch_size,), generator=g)
        real = images[rows].requires_grad_()  # (B, C, H, W)
        fake = generator(torch.randn(batch_size, generator.latent, generator=g))

        on_real, on_fake = critic(real), critic(fake.detach())  # (B, 1)
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        steepness = slope.square().flatten(1).sum(dim=1)  # (B,)
        told_apart = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        with both_or_none(critic, of_critic):
            loss = told_apart + penalty / 2 * steepness.mean()
            descend(of_critic, loss, step, "critic's loss")
            fooled = F.softplus(-critic(fake)).mean()
            descend(of_generator, fooled, step, "generator's loss")
        if average is not None:
            ema.update(average, generator, keep, step)
        yield fooled.item(), told_apart.item()
