"""Photographs, read from the files that scikit-learn and scikit-image install."""

from importlib.resources import as_file, files

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


def photo_names() -> tuple[str, ...]:
    """The names that `photo` knows; camera, coins and moon are grey, the rest RGB."""
    return tuple(_FILES)


def photo(name: str, size: int | None = None) -> Tensor:
    """One photograph, (C, H, W), float32 in [-1, 1], with C = 1 (grey) or 3 (RGB).

    name: one of `photo_names()`.
    size: None for the photograph as it is, or the side in pixels of a square: the
    middle of the photograph, made smaller without aliasing.
    Raises ValueError for an unknown name, and for a size outside 1..min(H, W).
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
