"""Trained models: those that come with the package, those that were saved, and samples of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from companion.checks import check_count
from companion.diffusion import Parameterization, Schedule, ancestral, trailing
from companion.diffusion import sample as walk
from companion.diffusion.samplers import Denoiser, Sampler
from companion.networks import denoiser
from companion.tasks.diffusion import DiffusionRecipe
from companion.tasks.recipes import KINDS
from companion.training import checkpoints, weights
from companion.training.recipe import Recipe
from companion.training.session import Session


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network, and what has to be known to use it.

    Attributes:
        network: with averaged weights; not to be trained.
        recipe: that it was trained with.
    """

    network: nn.Module
    recipe: Recipe

    @property
    def schedule(self) -> Schedule:
        """The schedule that it was trained with."""
        return self._diffusion.schedule

    @property
    def parameterization(self) -> Parameterization:
        """What its network returns."""
        return self._diffusion.parameterization

    def denoiser(self, *, clip: bool = False) -> Denoiser:
        """The function of (x_t, t) that samplers ask; see `companion.networks.denoiser`."""
        return denoiser(self.network, self.schedule, self.parameterization, clip=clip)

    @property
    def _diffusion(self) -> DiffusionRecipe:
        if not isinstance(self.recipe, DiffusionRecipe):
            raise ValueError(
                f"model: got one of the kind {self.recipe.KIND}, expected a denoising network"
            )
        return self.recipe


def load(path: str | Path) -> Session:
    """A saved session of any kind, to go on with, or to use: see `Model` and `sample`.

    Raises:
        ValueError: for a file that is no checkpoint of this package, or has changed.
        OSError: for one that cannot be read.
    """
    return checkpoints.load(path, KINDS)


def shipped(name: str) -> Model:
    """A model that comes with the package.

    Args:
        name: one of `companion.training.names()` that has a recipe.

    Raises:
        ValueError: for another name, and for a file that has changed since it was packed.
    """
    return Model(*weights.unpack(name, KINDS))


def model_of(session: Session) -> Model:
    """The averaged network of a session, to be used as it is now."""
    return Model(session.ema_model, session.recipe)


def sample(
    model: Model | Session,
    count: int,
    *,
    steps: int = 100,
    sampler: Sampler = ancestral,
    spacing: Callable[[int, int], tuple[int, ...]] = trailing,
    clip: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Images drawn from a model.

    Args:
        model: that `shipped` or `load` returns.
        count: N, how many.
        steps: calls of the network, 1..T.
        sampler: `ancestral`, `ddim(eta)` or `dpm_solver`.
        spacing: which times it is asked at, from T and their number.
        clip: cut each predicted x_0 off at -1 and 1.
        generator: of all noise; torch's own where there is none.

    Returns:
        (N, C, H, W), about in -1..1.

    Raises:
        ValueError: for a model that draws no images, and for numbers out of range.
    """
    if isinstance(model, Session):
        model = model_of(model)
    data, schedule = model._diffusion.data, model.schedule
    count = check_count("count", count, 1, 10**9)
    steps = check_count("steps", steps, 1, schedule.T)
    device = next(model.network.parameters()).device
    shape = count, data.channels, data.size, data.size
    xT = torch.randn(shape, generator=generator).to(device)
    ask = model.denoiser(clip=clip)
    return walk(ask, schedule, xT, spacing(schedule.T, steps), sampler, generator=generator)
