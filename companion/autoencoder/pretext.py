"""What a feature network learns from: three questions on crops of a few photographs."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from companion.checks import check_data

TURNS, DAMAGES = 4, 4  # quarter turns; untouched, blurred, noisy, blocky


def pretext_task(
    pictures: Sequence[Tensor], count: int, size: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Crops with three hidden facts each: which picture, which way up, what was done.

    Brightness, contrast and colourfulness vary and are not asked for.

    Args:
        pictures: each (3, H, W), sides of at least `size`.
        count: how many crops, B.
        size: the side of what comes out; crops of size..2 size pixels are made that small.
        generator: for every draw.

    Returns:
        The crops, (B, 3, size, size) in -1..1, and the facts, (B, 3) int64: the number of the
        picture; quarter turns, 0..3; 0 untouched, 1 blurred, 2 noisy, 3 blocky.

    Raises:
        ValueError: for no pictures, and for smaller ones.
    """
    if not pictures:
        raise ValueError("pictures: got none, expected at least one")
    for picture in pictures:
        check_data("pictures", picture)
        if picture.ndim != 3 or len(picture) != 3 or min(picture.shape[1:]) < size:
            raise ValueError(
                f"pictures: got shape {tuple(picture.shape)}, "
                f"expected (3, H, W), sides of at least {size}"
            )

    def below(n: int) -> int:
        return int(torch.randint(n, (), generator=generator))

    facts = torch.stack(
        [torch.randint(n, (count,), generator=generator) for n in (len(pictures), TURNS, DAMAGES)],
        dim=1,
    )  # (B, 3)
    shortest = min(min(picture.shape[1:]) for picture in pictures)
    side = size + below(min(size, shortest - size) + 1)  # one for all of the batch
    crops = []
    for number, turns, _ in facts.tolist():
        picture = pictures[number]
        top, left = (below(length - side + 1) for length in picture.shape[1:])
        crop = picture[:, top : top + side, left : left + side]
        crops.append(crop.rot90(turns, dims=(1, 2)))
    x = F.interpolate(
        torch.stack(crops), size=(size, size), mode="bilinear", antialias=True
    )  # (B, 3, size, size)
    grey, contrast, light = torch.rand(3, count, 1, 1, 1, generator=generator)
    x = x.lerp(x.mean(dim=1, keepdim=True), grey**2)
    x = (0.7 + 0.6 * contrast) * x + 0.4 * (light - 0.5)
    return damaged(x, facts[:, 2], generator).clamp(-1, 1), facts


def damaged(x: Tensor, how: Tensor, generator: Generator) -> Tensor:
    """Each image untouched (0), blurred (1), noisy (2) or blocky (3), more or less so.

    Args:
        x: (B, C, H, W), H and W even.
        how: (B,), 0..3.
        generator: for strength and noise.

    Returns:
        (B, C, H, W).
    """
    strength = torch.rand(len(x), 1, 1, 1, generator=generator)  # (B, 1, 1, 1)
    noise = torch.randn(x.shape, generator=generator)
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    blocky = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2.0)
    done = torch.stack([x, blurred, x + (0.05 + 0.2 * strength) * noise, blocky])
    done[1::2] = x.lerp(done[1::2], 0.5 + 0.5 * strength)
    return done[how, torch.arange(len(x))]  # (B, C, H, W)
