"""One training loop, for every kind of model: what a chapter shows is what runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from companion.checks import NonFinite, check_count
from companion.training import ema
from companion.training.descent import Accelerator, descend, prepare
from companion.training.draws import Draws
from companion.training.finite import diverged
from companion.training.recipe import Recipe
from companion.training.task import Task


@dataclass(eq=False)
class Session:
    """A training run at some step: all that has to be saved to go on with it.

    Attributes:
        recipe: all the numbers of the run.
        task: what a step of this kind of model does.
        networks: by name, those that learn; the first is what the training is for.
        averages: by the same names, those of which averaged weights are kept.
        optimizers: by the same names.
        generator: of batches, noise, and all else that is drawn.
        step: how many are done.
        source: where its pictures are from, as an object of JSON, or None; saved with it.
        accelerator: where it runs, once it does.
    """

    recipe: Recipe
    task: Task
    networks: dict[str, nn.Module]
    averages: dict[str, nn.Module]
    optimizers: dict[str, Optimizer]
    generator: torch.Generator
    step: int = 0
    source: dict | None = None
    accelerator: Accelerator | None = None

    @property
    def network(self) -> nn.Module:
        """What the training is for, with the weights of the last step."""
        return next(iter(self.networks.values()))

    @property
    def ema_model(self) -> nn.Module:
        """The same with averaged weights: what is asked, and never trained."""
        return next(iter(self.averages.values()))

    @property
    def draws(self) -> Draws:
        """The random numbers of this process for the next batch."""
        where = self.accelerator
        share = (where.num_processes, where.process_index) if where else (1, 0)
        return Draws(self.generator, self.recipe.batch_size, *share)


@dataclass(frozen=True, eq=False)
class Progress:
    """What one step showed.

    Attributes:
        step: its number, from 1.
        loss: the mean over the batch, of the first player that learned.
        parts: what else a kind of model shows, by name: numbers, or a tensor with one for
            each image, (B,).
    """

    step: int
    loss: float
    parts: dict[str, Any] = field(default_factory=dict)


def start(recipe: Recipe, network: nn.Module | None = None) -> Session:
    """A session at step 0: fresh weights, an optimiser for each player, a seeded generator.

    Args:
        recipe: of any kind.
        network: to be trained in place of the one that the recipe describes, with the
            weights that it has. A saved run of it cannot be loaded.

    Raises:
        ValueError: for a recipe that needs more memory than this machine has.
    """
    task = recipe.task()
    task.check_memory()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        networks = task.networks()
    first = task.players[0]
    if network is not None:
        networks[first] = network
    return Session(
        recipe,
        task,
        networks,
        {first: ema.averaged(networks[first])},
        {name: _adamw(task, name, player) for name, player in networks.items()},
        torch.Generator().manual_seed(recipe.seed),
    )


def train(
    session: Session,
    data: Any,
    accelerator: Accelerator | None = None,
) -> Iterator[Progress]:
    """Train until the recipe's steps are done, in place.

    Args:
        session: of any kind, new or loaded.
        data: what its kind learns from: images, (N, C, H, W), floats in -1..1 or bytes,
            of which each batch is made floats by itself.
        accelerator: where to run; the CPU by default. With several processes each takes
            its share of one batch that is so many times as large, and all share their
            gradients.

    Yields:
        What each step showed, after the step.

    Raises:
        ValueError: for data that the kind cannot learn from, and an accelerator with
            which it cannot be trained.
        Diverged: where a loss or a gradient is not finite; then nobody has learned
            anything in that step.
    """
    task, recipe = session.task, session.recipe
    task.check_data(data)
    prepare(session, accelerator or session.accelerator or Accelerator(cpu=True))
    while session.step < recipe.steps:
        batch = task.batch(data, session.draws)
        learners, shown = task.learners(session.step), {}
        with _all_or_none(session, learners):
            losses = _in_precision(session, task.losses(session, batch))
            for player, loss, parts in losses:
                descend(session, player, loss, parts)
                shown[player] = loss.detach(), parts
        session.step += 1
        for player in session.averages.keys() & {*learners}:
            task.update_ema(session, player)
        if session.step == recipe.steps:
            task.finish(session, data)
        yield _progress(session.step, shown)


def extended(session: Session, steps: int) -> Session:
    """The same session with another number of steps, to go on with where it was finished.

    Its weights and all that it remembers are those of `session`, not copies. From here on
    the rate is not that of a run that was given so many steps at the start: the cosine
    on which it falls is stretched to the new number, so that at the end of the old one
    it jumps up and falls again.

    Args:
        session: of any kind, finished or not.
        steps: of the whole run, those that are done among them.

    Raises:
        ValueError: for fewer steps than are done.
    """
    if check_count("steps", steps, 1, 2**63 - 1) < session.step:
        raise ValueError(f"steps: got {steps}, expected at least the {session.step} that are done")
    return with_recipe(session, replace(session.recipe, steps=steps))


def with_recipe(session: Session, recipe: Recipe) -> Session:
    """The same session under a recipe that differs in nothing that has been built by it.

    Args:
        session: of any kind; its weights and all that it remembers are shared.
        recipe: of the same kind, with other steps, or another place of its pictures.
    """
    task = copy(session.task)
    task.recipe = recipe
    return replace(session, recipe=recipe, task=task)


def _adamw(task: Task, name: str, network: nn.Module) -> Optimizer:
    own = [p for p in network.parameters() if p.requires_grad]
    lr = task.recipe.optimizer.lr
    return torch.optim.AdamW(own, **{"lr": lr, "fused": True, **task.adamw(name)})


def _in_precision(session: Session, losses: Iterator) -> Iterator:
    """The losses as they come, each made in the accelerator's precision."""
    try:
        while True:
            with session.accelerator.autocast():
                found = next(losses, None)
            if found is None:
                return
            yield found
    except NonFinite as error:  # what a part refuses, another part has made
        raise diverged("forward pass", session.step + 1) from error


@contextmanager
def _all_or_none(session: Session, learners: tuple[str, ...]) -> Iterator[None]:
    """Where the block fails all players are what they were before, and no gradient is left."""
    early = learners[:-1]  # those who have learned when a later one fails
    before = {
        name: deepcopy((session.networks[name].state_dict(), session.optimizers[name].state_dict()))
        for name in early
    }
    looking = session.task.learn_by_looking(session)
    seen = [deepcopy(module.state_dict()) for module in looking]
    try:
        yield
    except Exception:
        for name, (weights, moments) in before.items():
            session.networks[name].load_state_dict(weights)
            session.optimizers[name].load_state_dict(moments)
        for module, weights in zip(looking, seen, strict=True):
            module.load_state_dict(weights)
        for optimizer in session.optimizers.values():
            optimizer.zero_grad()
        raise


def _progress(step: int, shown: dict[str, tuple[Tensor, dict[str, Tensor]]]) -> Progress:
    parts: dict[str, Any] = {}
    for loss, found in shown.values():
        if loss.ndim:
            parts["losses"] = loss.cpu()  # (B,)
        parts |= {name: v.cpu() if v.ndim else v.item() for name, v in found.items()}
    first, _ = next(iter(shown.values()))
    return Progress(step, first.mean().item(), parts)
