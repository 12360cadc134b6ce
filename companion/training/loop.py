"""The training loop: what a chapter shows is what runs."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from companion.data import as_floats
from companion.diffusion import marginal, simple_loss
from companion.networks import UNet
from companion.training import ema
from companion.training.finite import not_finite
from companion.training.images import check_images
from companion.training.recipe import BaseRecipe, Recipe
from companion.training.size import check_memory

with warnings.catch_warnings(action="ignore"):  # of a progress bar, not used here
    from accelerate import Accelerator


@dataclass(eq=False)
class Run:
    """A training run at some step: all that has to be saved to go on with it.

    source: where its pictures are from, as an object of JSON, or None; saved with it.
    """

    recipe: Recipe
    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    step: int = 0
    source: dict | None = None


@dataclass(frozen=True, eq=False)
class Progress:
    """What one step showed: its number from 1, the loss, and the loss of each image.

    t: the times, (B,).   losses: the mean squared error of each image, (B,).
    """

    step: int
    loss: float
    t: Tensor
    losses: Tensor


def network_of(recipe: Recipe) -> UNet:
    """A fresh network, as the recipe has it, from torch's own random numbers."""
    return UNet(
        recipe.channels,
        recipe.width,
        recipe.multipliers,
        recipe.blocks,
        recipe.attention,
    )


def start(recipe: Recipe) -> Run:
    """A run at step 0: fresh weights, an optimiser, a seeded generator.

    Raises ValueError for a recipe that needs more memory than this machine has.
    """
    check_memory(recipe, network_of)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = network_of(recipe)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, fused=True)
    generator = torch.Generator().manual_seed(recipe.seed)
    return Run(recipe, network, ema.averaged(network), optimizer, generator)


def train(run: Run, images: Tensor, accelerator: Accelerator | None = None) -> Iterator[Progress]:
    """Train until the recipe's steps are done, in place; yields after each step.

    The schedule, and what the network learns to return, are those of `run.recipe`.
    images: what to learn from, (N, C, H, W), floats in -1..1 or bytes; of bytes each
    batch is made floats by itself.
    accelerator: where to run; the CPU by default. With several processes each takes its
    share of one batch that is so many times as large, and all share their gradients.
    Raises ValueError for bad images, and NotFinite where a loss or a gradient is not
    finite; then nothing has been learned in that step.
    Source: Ho et al. (2020), algorithm 1.
    """
    check_images(images, run.recipe.channels)
    accelerator = accelerator or Accelerator(cpu=True)
    recipe, g = run.recipe, run.generator
    schedule, asked = recipe.schedule, recipe.asked
    network, optimizer = accelerator.prepare(run.network, run.optimizer)
    device = accelerator.device
    run.average.to(device)
    network.train()
    batch = recipe.batch_size * accelerator.num_processes
    share = slice(accelerator.process_index, None, accelerator.num_processes)
    while run.step < recipe.steps:
        rows = torch.randint(len(images), (batch,), generator=g)[share]
        t = torch.randint(1, schedule.T + 1, (batch,), generator=g)[share]
        eps = torch.randn(batch, *images.shape[1:], generator=g)[share]
        x0 = as_floats(images[rows])  # (B, C, H, W)
        xt = marginal(schedule, x0, t).sample(eps)
        target = asked.target(schedule, x0, eps, t)

        output = network(xt.to(device), t.to(device))
        losses = simple_loss(output, target.to(device))  # (B,)
        loss = losses.mean()
        _look(run, accelerator, t, losses)
        accelerator.backward(loss)
        length = accelerator.clip_grad_norm_(network.parameters(), recipe.clip)
        if accelerator.scaler is None and not length.isfinite():
            optimizer.zero_grad()
            raise not_finite("gradient", run.step + 1, _among(t))
        for group in optimizer.param_groups:
            group["lr"] = rate_at(run.step, recipe)
        optimizer.step()
        optimizer.zero_grad()
        run.step += 1
        ema.update(run.average, run.network, recipe.ema, run.step)
        yield Progress(run.step, loss.item(), t, losses.detach().cpu())


def rate_at(step: int, recipe: BaseRecipe) -> float:
    """The rate of the step after `step`: up on a line, then down on a cosine."""
    if step < recipe.warmup:
        return recipe.rate * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(recipe.steps - recipe.warmup, 1)
    return recipe.rate * (1 + math.cos(math.pi * done)) / 2


def _look(run: Run, accelerator: Accelerator, t: Tensor, losses: Tensor) -> None:
    """The losses of all processes, so that all of them stop at one step."""
    losses = accelerator.gather(losses.detach())
    if not losses.isfinite().all():
        t = accelerator.gather(t.to(losses.device))
        bad = t[~losses.isfinite()]
        raise not_finite("loss", run.step + 1, _among(bad))


def _among(t: Tensor) -> str:
    """Times for a message, the first eight of them."""
    more = f" and {len(t) - 8} more" if len(t) > 8 else ""
    return f", at t = {t[:8].tolist()}{more}"
