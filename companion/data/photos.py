"""Photographs, read from the files that scikit-learn and scikit-image install."""

from importlib.resources import as_file, files
from typing import NamedTuple

import torch
from skimage.io import imread
from torch import Tensor

from companion.checks import check_count
from companion.data.pixels import from_uint8

_FILES = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "camera": ("skimage", "data/camera.png"),
    "chelsea": ("skimage", "data/chelsea.png"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "coffee": ("skimage", "data/coffee.png"),
    "coins": ("skimage", "data/coins.png"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
    "hubble_deep_field": ("skimage", "data/hubble_deep_field.jpg"),
    "moon": ("skimage", "data/moon.png"),
    "motorcycle": ("skimage", "data/motorcycle_left.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
}

# Whole photographs: no crop of one of these is ever learned from.
_HELD_OUT = ("flower", "rocket")
_LEARNED = (
    "astronaut",
    "chelsea",
    "china",
    "coffee",
    "hubble_deep_field",
    "motorcycle",
)


def photo_names() -> tuple[str, ...]:
    """The names that `photo` knows; camera, coins and moon are grey, the rest RGB."""
    return tuple(_FILES)


def photo(name: str, size: int | None = None) -> Tensor:
    """One photograph, (C, H, W), float32 in [-1, 1], with C = 1 (grey) or 3 (RGB).

    Args:
        name: one of `photo_names()`.
        size: None for the photograph as it is, or the side in pixels of a square: the middle of the
            photograph, made smaller without aliasing.

    Returns:
        (C, H, W), or (C, size, size).

    Raises:
        ValueError: For an unknown name, and for a size outside 1..min(H, W).
    """
    if not isinstance(name, str) or name not in _FILES:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(_FILES)}")
    package, path = _FILES[name]
    with as_file(files(package) / path) as file:
        image = from_uint8(imread(file))  # (C, H, W)
    if size is None:
        return image
    H, W = image.shape[1:]
    side = min(H, W)
    size = check_count("size", size, 1, side)
    top, left = (H - side) // 2, (W - side) // 2
    square = image[None, :, top : top + side, left : left + side]
    small = torch.nn.functional.interpolate(
        square, size=(size, size), mode="bilinear", antialias=True
    )
    return small[0].clamp(-1, 1)  # rounding may step over the edge by one unit


class Crops(NamedTuple):
    """Squares cut from photographs, in two parts that have no photograph in common.

    Attributes:
        train: crops to learn from, (N, 3, size, size).
        held_out: crops of other photographs.
    """

    train: Tensor
    held_out: Tensor


def photo_crops(size: int = 32, count: int = 2000, held_out: int = 400, seed: int = 0) -> Crops:
    """Random squares of the photographs in colour, float32 in [-1, 1].

    Each is cut from its photograph at one of several sizes, from that with a shorter side of four
    crops, doubled again and again, to the full one: so that there are near views and far ones.

    Args:
        size: the side of a crop in pixels, 8..128.
        count: crops to learn from, of six photographs, 1 to a million.
        held_out: crops of two others, flower and rocket, 1 to a million.
        seed: for where; neither of the two sets depends on how large the other is.

    Returns:
        (count, 3, size, size) and (held_out, 3, size, size).

    Raises:
        ValueError: For numbers out of range.
    """
    size = check_count("size", size, 8, 128)
    parts = []
    for name, n, names in (
        ("count", count, _LEARNED),
        ("held_out", held_out, _HELD_OUT),
    ):
        n = check_count(name, n, 1, 10**6)
        g = torch.Generator().manual_seed(seed)
        pictures = [_at_all_sizes(photo(each), 4 * size) for each in names]
        parts.append(torch.stack([_crop(pictures, size, g) for _ in range(n)]))
    return Crops(*parts)


def _at_all_sizes(image: Tensor, smallest: int) -> list[Tensor]:
    """The photograph with a shorter side of so many pixels, doubled, ..., and in full."""
    sizes, side = [], smallest
    while side < min(image.shape[1:]):
        sizes.append(_with_shorter_side(image, side))
        side *= 2
    return [*sizes, image]


def _with_shorter_side(image: Tensor, side: int) -> Tensor:
    H, W = image.shape[1:]
    shape = [max(round(x * side / min(H, W)), side) for x in (H, W)]
    small = torch.nn.functional.interpolate(
        image[None], size=shape, mode="bilinear", antialias=True
    )
    return small[0].clamp(-1, 1)


def _crop(pictures: list[list[Tensor]], size: int, generator: torch.Generator) -> Tensor:
    def upto(n: int) -> int:
        return int(torch.randint(n, (), generator=generator))

    sizes = pictures[upto(len(pictures))]
    image = sizes[upto(len(sizes))]
    top, left = (upto(length - size + 1) for length in image.shape[1:])
    return image[:, top : top + size, left : left + size]
