"""Images as files: a sheet of them as a PNG, a walk from noise as a GIF."""

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from torch import Tensor

from companion.data import to_uint8
from companion.plots.training import sheet

_SIDE = 640  # pixels of a sheet, at least: small images are enlarged by whole numbers


def save_sheet(images: Tensor, path: str | Path) -> None:
    """Write images (N, C, H, W) on one sheet, as nearly square as can be.

    path: what its name ends in says the format.
    Raises ValueError for a name that ends in no format, and for bad images.
    """
    _picture(images).save(path)


def save_animation(
    walk: Sequence[Tensor], path: str | Path, seconds: float = 4
) -> None:
    """Write the states of a walk, each (N, C, H, W), as an animation that ends resting.

    seconds: of the walk; the last picture stays two more.
    Raises ValueError for an empty walk, and for a name that ends in no format.
    """
    if not walk:
        raise ValueError("walk: got no pictures, expected at least one")
    first, *others = (_picture(images) for images in walk)
    each = max(round(1000 * seconds / len(walk)), 20)
    lasting = [each] * len(others) + [2000]
    first.save(path, save_all=True, append_images=others, duration=lasting, loop=0)


def _picture(images: Tensor) -> Image.Image:
    whole = Image.fromarray(to_uint8(sheet(images, math.ceil(math.sqrt(len(images))))))
    larger = max(_SIDE // max(whole.size), 1)
    return whole.resize(
        (whole.width * larger, whole.height * larger), Image.Resampling.NEAREST
    )
