"""Four models in each of which the condition is lost in another way: for exercise 2.2.2.6."""

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Generator, Tensor, nn

from companion.data.vocabulary import PAD
from companion.diffusion import dpm_solver, guided
from companion.diffusion.samplers import Denoiser
from companion.tasks import Model, sample, shipped

CAPTIONS = (
    "a large red circle",
    "a small yellow triangle",
    "a large blue square above a small green circle",
    "a small purple triangle left of a large orange square",
    "a small red square below a large yellow circle",
    "a large green triangle right of a small blue circle",
)


class _TurnedRound(Model):
    """Guidance in which the two predictions have changed places."""

    def denoiser(
        self,
        cond: Tensor | None = None,
        *,
        scale: float = 1.0,
        against: Tensor | None = None,
        clip: bool = False,
    ) -> Denoiser:
        """The function of (x_t, t) that samplers ask."""
        told, not_told = (super(_TurnedRound, self).denoiser(c, clip=clip) for c in (cond, against))
        return told if cond is None else guided(not_told, told, scale)


def suspects() -> dict[str, Model]:
    """The four, by the letters of the pictures."""
    right = shipped("scenes-words")
    return {
        "P": _reading(right, lambda y: torch.where(torch.arange(y.shape[1]) < 5, y, PAD)),
        "Q": _TurnedRound(right.network, right.recipe),
        "R": _reading(right, lambda y: y.roll(1, dims=0)),
        "S": _without_places(right),
    }


def pictures(seed: int = 0) -> dict[str, Tensor]:
    """What each of them draws for the six captions: (6, 3, 32, 32)."""
    found = {}
    for letter, model in suspects().items():
        g = Generator().manual_seed(seed)
        how = {"scale": 3.0, "steps": 12, "sampler": dpm_solver, "generator": g}
        found[letter] = sample(model, len(CAPTIONS), CAPTIONS, **how)
    return found


def _reading(model: Model, change: Callable[[Tensor], Tensor]) -> Model:
    """A copy that is told other rows."""
    network = deepcopy(model.network)

    def before(_: nn.Module, args: tuple[Tensor | None, int]) -> tuple[Tensor | None, int]:
        y, count = args
        return (y if y is None else change(y)), count

    network.condition.register_forward_pre_hook(before)
    return Model(network, model.recipe)


def _without_places(model: Model) -> Model:
    """A copy in which all places of a row are one."""
    network = deepcopy(model.network)
    position = network.condition.position
    position.data = position.data.mean(dim=0).expand_as(position).clone()
    return Model(network, model.recipe)
