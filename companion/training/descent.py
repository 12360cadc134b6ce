"""One step of one player: its gradient, a look at it, and the step of AdamW."""

import math
import warnings
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from companion.training.finite import diverged
from companion.training.recipe import Recipe

if TYPE_CHECKING:
    from companion.training.session import Session

with warnings.catch_warnings(action="ignore"):  # of a progress bar, not used here
    from accelerate import Accelerator


def descend(
    session: "Session",
    player: str,
    loss: Tensor,
    parts: dict[str, Tensor] | None = None,
) -> None:
    """One step of a player down its loss: gradient, its length, the step of AdamW.

    Only this player's weights get a gradient, and none is left behind.

    Args:
        session: whose next step it is.
        player: the name of the network that learns.
        loss: (), or (B,) of which the mean counts.
        parts: what is shown of it; of whole numbers, (B,), those of the images whose loss
            is not finite are named in the message.

    Raises:
        Diverged: for a loss or a gradient that is not; then nothing has been learned.
    """
    if session.accelerator is None:
        prepare(session, Accelerator(cpu=True))
    accelerator, optimizer = session.accelerator, session.optimizers[player]
    (group,) = optimizer.param_groups
    accelerator.backward(loss.mean(), inputs=group["params"])
    _share_gradients(accelerator, group["params"])
    if accelerator.scaler is not None:
        accelerator.unscale_gradients(optimizer)
    max_grad_norm = session.recipe.optimizer.max_grad_norm
    norm = nn.utils.clip_grad_norm_(group["params"], max_grad_norm)
    _look(session, player, loss.detach(), norm, parts or {})
    factor = session.task.lr_factor(player)
    group["lr"] = factor * lr_at(session.step, session.recipe)
    optimizer.step()
    optimizer.zero_grad()


def lr_at(step: int, recipe: Recipe) -> float:
    """The learning rate of the step after `step`: up on a line, then down on a cosine."""
    lr, warmup = recipe.optimizer.lr, recipe.optimizer.warmup
    if step < warmup:
        return lr * (step + 1) / warmup
    if recipe.optimizer.lr_scheduler == "constant":
        return lr
    done = (step - warmup) / max(recipe.steps - warmup, 1)
    return lr * (1 + math.cos(math.pi * done)) / 2


def prepare(session: "Session", accelerator: Accelerator) -> None:
    """Move all that learns, and what its optimiser remembers, to where it runs.

    The networks stay the objects that they are: gradients are shared by hand, so that a
    task may ask any part of any network for anything.

    Raises:
        ValueError: where this kind of model cannot be trained so.
    """
    session.task.check_accelerator(accelerator)
    session.accelerator = accelerator
    for name, network in session.networks.items():
        network.to(accelerator.device).train()
        session.optimizers[name] = accelerator.prepare(session.optimizers[name])
    for average in session.averages.values():
        average.to(accelerator.device)


def _share_gradients(accelerator: Accelerator, parameters: list[nn.Parameter]) -> None:
    """Give each of several processes the mean of their gradients."""
    if accelerator.num_processes > 1:
        own = [p.grad for p in parameters if p.grad is not None]
        mean = accelerator.reduce(torch.cat([grad.flatten() for grad in own]), "mean")
        for grad, part in zip(own, mean.split([grad.numel() for grad in own]), strict=True):
            grad.copy_(part.view_as(grad))


def _look(
    session: "Session", player: str, loss: Tensor, norm: Tensor, parts: dict[str, Tensor]
) -> None:
    """The loss and the gradient's length, looked at at once: one wait for a GPU."""
    accelerator = session.accelerator
    if accelerator.num_processes > 1:  # all of them stop at one step
        loss = accelerator.gather(loss.reshape(-1))
    bad = ~loss.isfinite()
    wrong = torch.stack([bad.any(), ~norm.isfinite()]).tolist()
    if accelerator.scaler is not None:
        wrong[1] = False  # of float16 that is usual: the step is left out, the scale lowered
    if not any(wrong):
        return
    session.optimizers[player].zero_grad()
    whose = "" if player == session.task.players[0] else f"{player}'s "
    where = {name: v for name, v in parts.items() if v.ndim and not v.is_floating_point()}
    if accelerator.num_processes > 1:
        where = {k: accelerator.gather(v.to(loss.device)) for k, v in where.items()}
    if wrong[0] and loss.ndim:
        where = {name: value[bad.to(value.device)] for name, value in where.items()}
    named = "".join(f", at {name} = {_some(value)}" for name, value in where.items())
    what = "loss" if wrong[0] else "gradient"
    raise diverged(f"{whose}{what}", session.step + 1, named)


def _some(values: Tensor) -> str:
    """Numbers for a message, the first eight of them."""
    more = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return f"{values[:8].tolist()}{more}"
