"""Your own pictures: a folder of image files, each cropped to a square and resized."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from companion.checks import check_count
from companion.data.pixels import from_uint8

LARGEST = 1024


@dataclass(frozen=True, eq=False)
class Folder:
    """What a folder held: its images, and the files that are none.

    images: (N, C, size, size), float32 in [-1, 1].   files: where each is from.
    skipped: the other files, each with the reason.
    """

    images: Tensor
    files: tuple[Path, ...]
    skipped: tuple[tuple[Path, str], ...]


def folder(path: str | Path, size: int, channels: int = 3) -> Folder:
    """Every image file in a folder and the folders in it, in the order of their names.

    size: the side in pixels of what comes out, 1..1024. Of each picture the middle
    square is taken, turned as the camera says.   channels: 3 (RGB) or 1 (grey).
    What is transparent is shown on white; of an animation the first picture is taken.
    Hidden files are passed over. A file that cannot be read is skipped and named.
    Raises ValueError for a folder that is not there or holds no image that can be read,
    and for another size or number of channels.
    """
    size = check_count("size", size, 1, LARGEST)
    _check_channels(channels)
    path = Path(path)
    if not path.is_dir():
        what = "a file" if path.exists() else "nothing there"
        raise ValueError(f"path: got {path}, {what}; expected a folder of images")
    images, files, skipped = [], [], []
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if hidden or not file.is_file():
            continue
        try:
            images.append(_read(file, size, channels))
            files.append(file)
        except Exception as error:  # Pillow's decoders raise whatever they like
            words = str(error).splitlines() or [type(error).__name__]
            skipped.append((file, words[0]))
    if not images:
        found = f"{len(skipped)} files that cannot be read" if skipped else "no file"
        raise ValueError(f"path: got {path}, with {found}; expected at least one image")
    return Folder(torch.stack(images), tuple(files), tuple(skipped))


def split(images: Tensor, share: float = 0.1, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Images to learn from and images held out, drawn by a seed.

    images: (N, ...), N at least 2.   share: of those held out, at least one, in (0, 1).
    Raises ValueError for fewer images and another share.
    """
    if len(images) < 2:
        raise ValueError(f"images: got {len(images)}, expected at least 2")
    if not 0 < share < 1:
        raise ValueError(f"share: got {share}, expected a number inside (0, 1)")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=g)
    count = min(max(round(share * len(images)), 1), len(images) - 1)
    return images[order[count:]], images[order[:count]]


def picture(path: str | Path, channels: int = 3) -> Tensor:
    """One image file as it is: (C, H, W), float32 in [-1, 1].

    channels: 3 (RGB) or 1 (grey).   What `folder` says of cameras and transparency is
    so here too.
    Raises ValueError for a file that is not there or cannot be read, and for another
    number of channels.
    """
    _check_channels(channels)
    try:
        with Image.open(path) as image:
            return from_uint8(np.asarray(_plain(image, channels)))
    except Exception as error:  # Pillow's decoders raise whatever they like
        if not Path(path).is_file():
            raise ValueError(f"path: got {path}, expected an image file") from None
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"path: got {path}, no image that can be read ({words})") from None


def _read(file: Path, size: int, channels: int) -> Tensor:
    with Image.open(file) as image:
        image.draft("RGB", (size, size))  # a JPEG is read no larger than it has to be
        image = _plain(image, channels)
        image = ImageOps.fit(image, (size, size), method=Image.Resampling.LANCZOS)
        return from_uint8(np.asarray(image))  # (C, size, size)


def _plain(image: Image.Image, channels: int) -> Image.Image:
    """Upright, of 8 bits, on white, and in as many channels."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):  # 16 bits or more, or numbers
        image = _levels(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("L" if channels == 1 else "RGB")


def _check_channels(channels: int) -> None:
    if channels not in (1, 3):
        raise ValueError(f"channels: got {channels!r}, expected 1 or 3")


def _levels(image: Image.Image) -> Image.Image:
    """A picture of 16 bits, or of numbers, in 256 levels of grey."""
    values = np.asarray(image, dtype=np.float64)
    highest = 65535 if image.mode.startswith("I") else max(values.max(), 1.0)
    return Image.fromarray((values / highest * 255).clip(0, 255).astype(np.uint8))
