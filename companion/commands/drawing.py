"""Images drawn from a trained network: the same however many are asked for, or fit at once."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

import torch
from torch import Tensor

from companion.data import as_bytes, as_floats
from companion.diffusion import (
    Gaussian,
    Schedule,
    State,
    ancestral,
    ddim,
    dpm_solver,
    trailing,
    trajectory,
)
from companion.diffusion.samplers import Denoiser, Sampler
from companion.tasks import DiffusionRecipe, Model
from companion.tasks.models import told_denoiser
from companion.training import best_device

BY_NAME = {"ancestral": ancestral, "ddim": ddim(eta=0), "dpm": dpm_solver}
FRAMES = 134  # of an animation: more than `save_animation` can show in its time
# Numbers in the largest layer of a batch: 16 MB, of which a network holds about ten at a time.
AT_ONCE = 2**22


class Frames(Sequence):
    """States of a walk, kept as bytes; each becomes floats, (N, C, H, W), when it is asked for."""

    def __init__(self, kept: Sequence[Tensor]) -> None:
        self._kept = kept

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, n: int) -> Tensor:
        return as_floats(self._kept[n])


def draw(
    model: Model,
    count: int,
    seed: int,
    steps: int,
    sampler: str,
    frames: Sequence[int] = (),
    cond: str | None = None,
    scale: float = 1.0,
    against: str | None = None,
) -> tuple[Tensor, Frames]:
    """Samples, (count, C, H, W), and the states of the walk that are asked for.

    Args:
        model: a denoising network.
        count: N, how many.
        seed: of a row of images without an end, of which these are the first; each has
            noise of its own.
        steps: calls of the network.
        sampler: one of `BY_NAME`.
        frames: which of the states, 0 (noise) to `steps` (the samples), to keep, as bytes.
        cond: what is to be on all of them; see `companion.tasks.sample`.
        scale: of guidance.
        against: what is not to be on them.

    Raises:
        ValueError: for more steps than the run has times, and for what it cannot be told.
    """
    check_steps(steps, model.recipe)
    model.to(best_device())
    ask = _asked(model, cond, scale, against)
    parts: list[Tensor] = []
    kept: dict[int, list[Tensor]] = {n: [] for n in frames}
    for first in range(0, count, size := batch_size(model.recipe)):
        noises = [generator_of(seed, n) for n in range(first, min(first + size, count))]
        for n, state in enumerate(_walk(model, ask, noises, steps, BY_NAME[sampler])):
            if n in kept:
                kept[n].append(_bytes(model.codec.decode(state.xt)))
        parts.append(model.codec.decode(state.xt).cpu())
    return torch.cat(parts), Frames([torch.cat(batches) for batches in kept.values()])


def check_steps(steps: int, recipe: DiffusionRecipe) -> None:
    """Look at the number of steps before anything is read.

    Raises:
        ValueError: for more steps than the run has times.
    """
    if steps > recipe.T:
        raise ValueError(f"--steps: got {steps}, expected at most {recipe.T}")


def batch_size(recipe: DiffusionRecipe) -> int:
    """How many images go through the network at once."""
    return max(AT_ONCE // (recipe.network.width * recipe.shape[1] ** 2), 1)


def generator_of(seed: int, n: int) -> torch.Generator:
    """The noise of image n of a seed, all of it: where it starts, and what each step adds.

    On the CPU, so that a seed means the same images on every device.
    """
    digest = sha256(f"{seed} {n}".encode()).digest()
    heeded = int.from_bytes(digest[:4], "big")  # PyTorch heeds 32 bits of a seed
    return torch.Generator().manual_seed(heeded)


def frames_of(steps: int) -> tuple[int, ...]:
    """Which states of a walk its animation shows: evenly spaced, the first and the last too."""
    shown = min(steps, FRAMES - 1)
    return tuple(round(n * steps / shown) for n in range(shown + 1))


def _asked(
    model: Model, cond: str | None, scale: float, against: str | None
) -> Callable[[int], Denoiser]:
    """For a number of images: the denoiser of what is said of each of them."""
    clip = not model.recipe.codec.autoencoder  # pixels end at -1 and 1, latents nowhere
    typed, not_typed = (
        None if said is None else typed_for(model, said) for said in (cond, against)
    )

    def ask(count: int) -> Denoiser:
        return told_denoiser(model, count, typed, scale=scale, against=not_typed, clip=clip)

    return ask


def typed_for(model: Model, said: str) -> str | int:
    """What was typed as a model is told it: a class as a number, but where it is a name.

    Raises:
        ValueError: for what is no class, where the model is told classes.
    """
    told = model.recipe.condition
    names = told.names.split("/") if told.names else []
    if told.condition_type != "class" or said in names:
        return said
    if not said.isdecimal():
        known = f": {', '.join(names)}" if names else ""
        raise ValueError(f"WORDS: got {said!r:.80}, expected a class, 0..{told.classes - 1}{known}")
    return int(said)


def _walk(
    model: Model,
    asked: Callable[[int], Denoiser],
    noises: Sequence[torch.Generator],
    steps: int,
    step: Sampler,
) -> Iterator[State]:
    schedule = model.schedule
    device = next(model.network.parameters()).device

    def noise() -> Tensor:
        shape = model.recipe.shape
        return torch.stack([torch.randn(shape, generator=g) for g in noises]).to(device)

    def with_own_noise(schedule: Schedule, history: Sequence[State], s: int) -> Gaussian:
        """The step's distribution, drawn from: a point."""
        q = step(schedule, history, s)
        return Gaussian(q.sample(noise()), torch.zeros_like(q.var)) if q.var.any() else q

    ask, times = asked(len(noises)), trailing(schedule.T, steps)
    nothing = torch.Generator(device).manual_seed(0)  # of the points, which have no variance
    return trajectory(ask, schedule, noise(), times, with_own_noise, generator=nothing)


def _bytes(images: Tensor) -> Tensor:
    """Floats as bytes, (N, C, H, W)."""
    return as_bytes(images).cpu()
