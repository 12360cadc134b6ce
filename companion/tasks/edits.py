"""Pictures that are given and changed: drawn anew by words, or filled in where they are masked."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from companion.checks import check_count, check_data, check_inside
from companion.diffusion import Schedule, ancestral, marginal, trailing
from companion.diffusion import inpaint as put_in
from companion.diffusion import sample as walk
from companion.diffusion.precision import like
from companion.diffusion.samplers import Sampler
from companion.tasks.models import Model, model_of, told_denoiser
from companion.training.session import Session

Said = str | int | Sequence[str | int] | Tensor | None  # a caption, a class, or one for each image


def edit(
    model: Model | Session,
    pictures: Tensor,
    cond: Said = None,
    *,
    strength: float = 0.6,
    scale: float = 1.0,
    against: Said = None,
    steps: int = 100,
    sampler: Sampler = ancestral,
    spacing: Callable[[int, int], tuple[int, ...]] = trailing,
    clip: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Pictures drawn anew from where their large forms are still seen.

    The picture is noised to the time `strength` T, and walked back from there by the words.

    Source: Meng et al. (2022), SDEdit, algorithm 1.

    Args:
        model: that `shipped` or `load` returns.
        pictures: (B, C, H, W) in -1..1, of the size that the model draws.
        cond: as for `sample`.
        strength: in (0, 1]: near 0 the picture stays as it is, with 1 little is left of it.
        scale: as for `sample`.
        against: as for `sample`.
        steps: those of a walk from T; of a shorter one as many as its share.
        sampler: as for `sample`.
        spacing: as for `sample`.
        clip: as for `sample`.
        generator: as for `sample`.

    Returns:
        (B, C, H, W), about in -1..1.

    Raises:
        ValueError: for a model that draws no such pictures, and for numbers out of range.
    """
    model, schedule = _checked(model, pictures)
    if strength != 1:
        check_inside("strength", strength, 0, 1)
    steps = check_count("steps", steps, 1, schedule.T)
    first = max(round(strength * schedule.T), 1)
    times = spacing(first, min(max(round(strength * steps), 1), first))
    ask = told_denoiser(model, len(pictures), cond, scale=scale, against=against, clip=clip)
    z0 = _encoded(model, pictures)
    eps = like(z0, torch.randn(z0.shape, generator=generator))
    zt = marginal(schedule, z0, first).sample(eps)
    return model.codec.decode(walk(ask, schedule, zt, times, sampler, generator=generator))


def inpaint(
    model: Model | Session,
    pictures: Tensor,
    given: Tensor,
    cond: Said = None,
    *,
    scale: float = 1.0,
    against: Said = None,
    steps: int = 100,
    sampler: Sampler = ancestral,
    spacing: Callable[[int, int], tuple[int, ...]] = trailing,
    repeats: int = 1,
    clip: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Pictures that are drawn where they are not given, and stay as they are where they are.

    In a latent a place is given where all of its pixels are: there the walk is led, and the
    pixels that are given are put over what is decoded. What lies where nothing is given has
    no influence: before it is encoded, the mean of what is given stands there.

    Source: Lugmayr et al. (2022), RePaint, algorithm 1.

    Args:
        model: that `shipped` or `load` returns.
        pictures: (B, C, H, W) in -1..1, of the size that the model draws.
        given: (B, 1, H, W), True where the picture is given.
        cond: as for `sample`.
        scale: as for `sample`.
        against: as for `sample`.
        steps: as for `sample`.
        sampler: as for `sample`.
        spacing: as for `sample`.
        repeats: how often each step is taken; see `companion.diffusion.inpaint`.
        clip: as for `sample`.
        generator: as for `sample`.

    Returns:
        (B, C, H, W), equal to the pictures where they are given.

    Raises:
        ValueError: for a model that draws no such pictures, a mask of another shape, and for
            numbers out of range.
    """
    model, schedule = _checked(model, pictures)
    expected = (len(pictures), 1, *pictures.shape[2:])
    if not isinstance(given, Tensor) or given.dtype != torch.bool or given.shape != expected:
        came = tuple(given.shape) if isinstance(given, Tensor) else type(given).__name__
        raise ValueError(f"given: got {came}, expected True and False of shape {expected}")
    steps = check_count("steps", steps, 1, schedule.T)
    ask = told_denoiser(model, len(pictures), cond, scale=scale, against=against, clip=clip)
    z0 = _encoded(model, torch.where(given, pictures, _mean(pictures, given)))
    small = _all_of(given, model.recipe.codec.f).to(z0.device).expand_as(z0)
    zT = like(z0, torch.randn(z0.shape, generator=generator))
    times = spacing(schedule.T, steps)
    z = put_in(ask, schedule, z0, small, zT, times, sampler, repeats=repeats, generator=generator)
    return torch.where(given, pictures, like(pictures, model.codec.decode(z)))


def _checked(model: Model | Session, pictures: Tensor) -> tuple[Model, Schedule]:
    """The model, of a session too, and its schedule, where it draws such pictures."""
    if isinstance(model, Session):
        model = model_of(model)
    schedule = model.schedule  # that of a denoising network
    check_data("pictures", pictures)
    data = model.recipe.data
    expected = (len(pictures), data.channels, data.size, data.size)
    if pictures.shape != expected:
        raise ValueError(f"pictures: got shape {tuple(pictures.shape)}, expected {expected}")
    return model, schedule


def _encoded(model: Model, pictures: Tensor) -> Tensor:
    device = next(model.network.parameters()).device
    return model.codec.encode(pictures).to(device)


def _mean(pictures: Tensor, given: Tensor) -> Tensor:
    """The mean colour of what is given of each picture, (B, C, 1, 1); 0 where nothing is."""
    total = torch.where(given, pictures, 0.0).sum(dim=(2, 3), keepdim=True)
    return total / given.sum(dim=(2, 3), keepdim=True).clamp(min=1)


def _all_of(given: Tensor, f: int) -> Tensor:
    """(B, 1, H / f, W / f), True where all of f by f pixels are given."""
    return F.max_pool2d((~given).float(), f) == 0
