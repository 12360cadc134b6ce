"""The training loop: what a chapter shows is what runs."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from companion.checks import check_data
from companion.diffusion import Parameterization, Schedule, marginal, simple_loss
from companion.networks import UNet
from companion.training import ema
from companion.training.recipe import BaseRecipe, Recipe

with warnings.catch_warnings(action="ignore"):  # of a progress bar, not used here
    from accelerate import Accelerator


class NotFinite(RuntimeError):
    """An update met a NaN or an infinity, and nothing has been learned in it."""


@dataclass(eq=False)
class Run:
    """A training run at some step: all that has to be saved to go on with it."""

    recipe: Recipe
    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    step: int = 0


@dataclass(frozen=True, eq=False)
class Progress:
    """What one step showed: its number from 1, the loss, and the loss of each image.

    t: the times, (B,).   losses: the mean squared error of each image, (B,).
    """

    step: int
    loss: float
    t: Tensor
    losses: Tensor


def start(recipe: Recipe) -> Run:
    """A run at step 0: fresh weights, an optimiser, a seeded generator."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = UNet(
            recipe.channels,
            recipe.width,
            recipe.multipliers,
            recipe.blocks,
            recipe.attention,
        )
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, fused=True)
    generator = torch.Generator().manual_seed(recipe.seed)
    return Run(recipe, network, ema.averaged(network), optimizer, generator)


def train(
    run: Run,
    images: Tensor,
    schedule: Schedule,
    asked: Parameterization,
    accelerator: Accelerator | None = None,
) -> Iterator[Progress]:
    """Train until the recipe's steps are done, in place; yields after each step.

    images: what to learn from, (N, C, H, W).   schedule: with the recipe's T.
    asked: what the network learns to return, `EPS`, `X0` or `V`.
    accelerator: where to run; the CPU by default. With several processes each takes its
    share of one batch that is so many times as large, and all share their gradients.
    Raises ValueError for bad images, and NotFinite where a loss is not finite.
    Source: Ho et al. (2020), algorithm 1.
    """
    check_data("images", images)
    accelerator = accelerator or Accelerator(cpu=True)
    recipe, g = run.recipe, run.generator
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
        x0 = images[rows]  # (B, C, H, W)
        xt = marginal(schedule, x0, t).sample(eps)
        target = asked.target(schedule, x0, eps, t)

        output = network(xt.to(device), t.to(device))
        losses = simple_loss(output, target.to(device))  # (B,)
        loss = losses.mean()
        if not loss.isfinite():
            raise NotFinite(_where(run, t, losses))
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(network.parameters(), recipe.clip)
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


def _where(run: Run, t: Tensor, losses: Tensor) -> str:
    bad = t[~losses.detach().isfinite().cpu()].tolist()
    return (
        f"the loss of step {run.step + 1} is not finite, at t = {bad[:8]}: the weights "
        "are those of the step before. A smaller rate or clip may help"
    )
