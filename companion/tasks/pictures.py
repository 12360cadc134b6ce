"""Conditions that are images: a small picture, a picture with a hole, a plan of boxes.

Each row is a mask and an image, of the size that the network works on: see `ImageCondition`.
"""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, interpolate

from companion.checks import check_count, check_data
from companion.data import Scene, as_floats
from companion.data.boxes import boxes, layout
from companion.diffusion import ddim
from companion.diffusion.samplers import Sampler
from companion.tasks.codec import AT_ONCE, Latents, Pixels
from companion.tasks.diffusion import DiffusionRecipe
from companion.tasks.models import Model, latents, model_of, sample
from companion.training.session import Session

_ROUNDS = 20  # of `matched`


def downsample(images: Tensor, f: int) -> Tensor:
    """Images made small: each pixel is the mean of f by f.

    Args:
        images: (B, C, H, W), H and W divisible by f.
        f: 1 or more.

    Returns:
        (B, C, H / f, W / f).

    Raises:
        ValueError: for another shape.
    """
    check_data("images", images)
    f = check_count("f", f, 1, 1 << 12)
    if images.ndim != 4 or images.shape[2] % f or images.shape[3] % f:
        raise ValueError(
            f"images: got shape {tuple(images.shape)}, expected (B, C, H, W) with sides "
            f"that {f} divides"
        )
    return avg_pool2d(images, f)


def matched(images: Tensor, small: Tensor) -> Tensor:
    """The nearest images that, made small again, are the given ones.

    x + U(y - D(x)), with D the mean of f by f pixels and U each pixel f by f times. What leaves
    [-1, 1] by it is cut off, and both are repeated.

    Args:
        images: (B, C, H, W).
        small: (B, C, h, w), in [-1, 1], with H = f h and W = f w.

    Returns:
        (B, C, H, W), in [-1, 1].

    Raises:
        ValueError: for shapes that do not fit.
    """
    check_data("small", small)
    f = images.shape[-1] // small.shape[-1]
    expected = *small.shape[:2], f * small.shape[2], f * small.shape[3]
    if images.shape != expected or f < 1:
        raise ValueError(
            f"small: got shape {tuple(small.shape)}, expected that of the images, "
            f"{tuple(images.shape)}, with sides divided by one number"
        )
    for _ in range(_ROUNDS):
        missing = small - downsample(images, f)  # (B, C, h, w)
        images = (images + interpolate(missing, scale_factor=f)).clamp(-1, 1)
    return images


def small_condition(small: Tensor) -> Tensor:
    """Small pictures as a condition, given everywhere: (B, 1 + C, h, w).

    Args:
        small: (B, C, h, w), one pixel for each place that the network works on.
    """
    return torch.cat([torch.ones_like(small[:, :1]), small], dim=1)


def hole_condition(codec: Pixels | Latents, images: Tensor, given: Tensor) -> Tensor:
    """Pictures with a hole as a condition: their latent, and the share of each place that is given.

    Args:
        codec: of the model.
        images: (B, C, H, W), of any value where they are not given.
        given: (B, 1, H, W), True where they are.

    Returns:
        (B, 1 + c, h, w).

    Raises:
        ValueError: for a `given` of another shape, or not of booleans.
    """
    expected = (len(images), 1, *images.shape[2:])
    if given.dtype != torch.bool or given.shape != expected:
        raise ValueError(
            f"given: got {given.dtype} of shape {tuple(given.shape)}, "
            f"expected booleans of shape {expected}"
        )
    z = codec.encode(torch.where(given, images, 0))  # (B, c, h, w)
    share = avg_pool2d(given.float(), images.shape[-1] // z.shape[-1])  # (B, 1, h, w)
    return torch.cat([share, z], dim=1)


def box_holes(count: int, size: int, generator: Generator | None = None) -> Tensor:
    """Masks of pictures with a hole, a box of a quarter to three quarters of each side.

    Args:
        count: B, how many.
        size: the side of a picture, 4 or more.
        generator: torch's own where there is none.

    Returns:
        (B, 1, size, size), True where the picture is given.
    """
    sides = torch.randint(size // 4, 3 * size // 4 + 1, (count, 2), generator=generator)
    start = (torch.rand(count, 2, generator=generator) * (size - sides + 1)).long()  # (B, 2)
    at = torch.arange(size)
    inside = (at >= start[..., None]) & (at < (start + sides)[..., None])  # (B, 2, size)
    return ~(inside[:, 0, :, None] & inside[:, 1, None, :])[:, None]


def picture_conditions(
    recipe: DiffusionRecipe,
    images: Tensor,
    drawn: Sequence[Scene] = (),
    generator: Generator | None = None,
) -> Tensor:
    """What a network of this recipe is told of images in training, made of the images.

    Args:
        recipe: with an `image_task`.
        images: (N, C, H, W), floats in -1..1 or bytes.
        drawn: the scenes that they show, for "layout".
        generator: of the holes, for "inpaint".

    Returns:
        (N, 1 + channels, h, w).

    Raises:
        ValueError: for a recipe without such a task, and for a layout without its scenes.
    """
    task, side, told = recipe.condition.image_task, recipe.shape[1], recipe.codec
    if task == "upscale":
        f = recipe.data.size // side
        parts = [downsample(as_floats(part), f) for part in images.split(AT_ONCE)]
        return small_condition(torch.cat(parts))
    if task == "inpaint":
        codec = latents(told.autoencoder, told.scale) if told.autoencoder else Pixels()
        masks = box_holes(len(images), recipe.data.size, generator).split(AT_ONCE)
        both = zip(images.split(AT_ONCE), masks, strict=True)
        return torch.cat([hole_condition(codec, as_floats(x), given) for x, given in both])
    if task != "layout":
        raise ValueError(f"recipe: got the image_task {task!r}, expected one")
    if len(drawn) != len(images):
        raise ValueError(f"drawn: got {len(drawn)} scenes, expected {len(images)}, one an image")
    colour, cover = layout([boxes(scene) for scene in drawn], side)
    return torch.cat([cover, colour], dim=1)


def upscale(
    model: Model | Session,
    pictures: Tensor,
    *,
    match: bool = True,
    steps: int = 25,
    sampler: Sampler | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Large pictures that fit small ones.

    Args:
        model: that was trained for it, such as `shipped("scenes-upscale")`.
        pictures: (B, C, h, w), in [-1, 1].
        match: whether the last picture is `matched` to the small one.
        steps: calls of the network.
        sampler: as for `sample`; `ddim()` where there is none.
        generator: of all noise.

    Returns:
        (B, C, H, W), in [-1, 1].

    Raises:
        ValueError: for a model that was trained for something else, and pictures of another size.
    """
    model = _trained_for(model, "upscale")
    recipe = model.recipe
    check_data("pictures", pictures)
    expected = (recipe.data.channels, *recipe.shape[1:])
    if pictures.shape[1:] != expected:
        raise ValueError(
            f"pictures: got shape {tuple(pictures.shape)}, expected (B, C, h, w) of {expected}"
        )
    cond = small_condition(pictures.clamp(-1, 1))
    how = {"steps": steps, "sampler": sampler or ddim(), "generator": generator}
    images = sample(model, len(pictures), cond, **how).clamp(-1, 1)
    return matched(images, pictures.clamp(-1, 1)) if match else images


def fill_in(
    model: Model | Session,
    pictures: Tensor,
    given: Tensor,
    *,
    steps: int = 25,
    sampler: Sampler | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Pictures whose hole is filled in by a model that was trained for it.

    Args:
        model: such as `shipped("scenes-inpaint")`.
        pictures: (B, C, H, W), in [-1, 1], of any value where they are not given.
        given: (B, 1, H, W), True where they are.
        steps: calls of the network.
        sampler: as for `sample`; `ddim()` where there is none.
        generator: of all noise.

    Returns:
        (B, C, H, W): where it is given the picture itself, to the bit.

    Raises:
        ValueError: for a model that was trained for something else, and for other shapes.
    """
    model = _trained_for(model, "inpaint")
    cond = hole_condition(model.codec, pictures, given)
    how = {"steps": steps, "sampler": sampler or ddim(), "generator": generator}
    images = sample(model, len(pictures), cond, **how).clamp(-1, 1)
    return torch.where(given, pictures, images)


def _trained_for(model: Model | Session, task: str) -> Model:
    if isinstance(model, Session):
        model = model_of(model)
    told = model.recipe.condition if isinstance(model.recipe, DiffusionRecipe) else None
    if told is None or told.image_task != task:
        found = "another kind" if told is None else f"the image_task {told.image_task!r}"
        raise ValueError(f"model: got one of {found}, expected one of the image_task {task!r}")
    return model
