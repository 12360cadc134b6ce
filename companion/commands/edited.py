"""Pictures of the user's own, changed by a trained network: each seed is a row of changes."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from companion.commands.drawing import BY_NAME, check_steps, generator_of, typed_for
from companion.commands.saved import read_run
from companion.commands.words import say
from companion.data import picture
from companion.tasks import Model, edit, inpaint, upscale

_WHITE = 0.0  # a mask is white from here on, in -1..1


def edits(
    run: str,
    path: str,
    words: str | None,
    count: int,
    seed: int,
    steps: int,
    sampler: str,
    scale: float,
    against: str | None,
    strength: float,
) -> Tensor:
    """So many edits of a picture, (count, C, size, size); see `companion.tasks.edit`.

    Raises:
        ValueError: for what is no run or no picture, and for what the run cannot be told.
    """
    model = read_run(run).model
    check_steps(steps, model.recipe)
    whole = picture(path, model.recipe.data.channels)
    x = _made_small(_middle(whole), model.recipe.data.size, path)
    told = _told(model, words, scale, against)
    ask = partial(edit, model, x[None], strength=strength, steps=steps, **told)
    made = [ask(sampler=BY_NAME[sampler], generator=generator_of(seed, n)) for n in range(count)]
    return torch.cat(made)


def inpainted(
    run: str,
    path: str,
    mask: str,
    words: str | None,
    count: int,
    seed: int,
    steps: int,
    sampler: str,
    scale: float,
    against: str | None,
    repeats: int,
) -> Tensor:
    """So many pictures, (count, C, H, W), new where a mask is white; see `companion.tasks.inpaint`.

    Raises:
        ValueError: for what is no run or no picture, for a mask of another size, without
            white, or with white outside of the middle square, and for what the run cannot
            be told.
    """
    model = read_run(run).model
    check_steps(steps, model.recipe)
    whole = picture(path, model.recipe.data.channels)  # (C, H, W)
    new = picture(mask, 1) > _WHITE  # (1, H, W)
    if new.shape[1:] != whole.shape[1:]:
        sizes = " by ".join(map(str, reversed(new.shape[1:])))
        expected = " by ".join(map(str, reversed(whole.shape[1:])))
        raise ValueError(f"MASK: got {mask}, of {sizes} pixels, expected {expected}, as of {path}")
    if not new.any():
        raise ValueError(f"MASK: got {mask}, without white, expected it where something is to be")
    if _middle(new).sum() < new.sum():
        raise ValueError(
            f"MASK: got {mask}, with white outside of the middle square, which is all that the "
            "network sees; expected it inside, or a square picture"
        )
    # What is under the white is not to be seen in the pixels beside it, once those are made fewer.
    seen = torch.where(
        new, (whole * ~new).sum(dim=(1, 2), keepdim=True) / (~new).sum().clamp(min=1), whole
    )
    x, side = _made_small(_middle(seen), model.recipe.data.size, path), min(whole.shape[1:])
    given = ~_touched(_middle(new), model.recipe.data.size)
    told = _told(model, words, scale, against)
    ask = partial(inpaint, model, x[None], given[None], repeats=repeats, steps=steps, **told)
    made = [ask(sampler=BY_NAME[sampler], generator=generator_of(seed, n)) for n in range(count)]
    found = whole.repeat(count, 1, 1, 1)
    _middle(found)[:] = _enlarged(torch.cat(made), side)
    return torch.where(new, found, whole)


def upscaled(run: str, path: str, count: int, seed: int, steps: int, sampler: str) -> Tensor:
    """So many large pictures of a small one; see `companion.tasks.upscale`.

    Raises:
        ValueError: for what is no picture, and for a run that has not learned it.
    """
    model = read_run(run).model
    task = model.recipe.condition.image_task
    if task != "upscale":
        raise ValueError(
            f"RUN: got {run}, which has not learned to make small pictures large, expected a run "
            "such as that of: train scenes-upscale, or train latent FOLDER --upscale"
        )
    check_steps(steps, model.recipe)
    whole = picture(path, model.recipe.data.channels)
    x = _made_small(_middle(whole), model.recipe.shape[1], path)
    ask = partial(upscale, model, x[None], steps=steps)
    made = [ask(sampler=BY_NAME[sampler], generator=generator_of(seed, n)) for n in range(count)]
    return torch.cat(made)


def _told(model: Model, words: str | None, scale: float, against: str | None) -> dict[str, object]:
    """What the package's functions are told, from what was typed."""
    cond, other = (None if one is None else typed_for(model, one) for one in (words, against))
    clip = not model.recipe.codec.autoencoder
    return {"cond": cond, "against": other, "scale": scale, "clip": clip}


def _middle(x: Tensor) -> Tensor:
    """The middle square of images, (..., H, W): a part of the same memory."""
    H, W = x.shape[-2:]
    side = min(H, W)
    top, left = (H - side) // 2, (W - side) // 2
    return x[..., top : top + side, left : left + side]


def _made_small(x: Tensor, size: int, path: str) -> Tensor:
    """A square in the size that the network takes; says so where it is another."""
    side = x.shape[-1]
    if side == size:
        return x
    say(f"{path}: the middle square, of {side} pixels, is made {size} by {size} for the network")
    small = F.interpolate(x[None], (size, size), mode="bicubic", antialias=True)
    return small[0].clamp(-1, 1)


def _enlarged(x: Tensor, side: int) -> Tensor:
    """Images in another size, where it is another."""
    if x.shape[-1] == side:
        return x
    return F.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(-1, 1)


def _touched(new: Tensor, size: int) -> Tensor:
    """A mask in another size, True wherever something of it lies."""
    side = new.shape[-1]
    if side < size:
        return F.interpolate(new[None].float(), (size, size), mode="nearest")[0] > 0
    return F.adaptive_max_pool2d(new.float(), size) > 0
