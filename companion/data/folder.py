"""Your own pictures: a folder of image files, each cropped to a square and resized."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from companion.checks import check_count, check_inside
from companion.data.pixels import from_uint8

LARGEST = 1024


@dataclass(frozen=True, eq=False)
class Folder:
    """What a folder held: its images, and the files that are none.

    images: (N, C, size, size), float32 in [-1, 1].   files: where each is from.
    skipped: the other files, each with the reason.
    names: of the files, as they are inside the folder, with / between the parts.
    enlarged: those of the files whose shorter side has fewer pixels than `size`.
    """

    images: Tensor
    files: tuple[Path, ...]
    skipped: tuple[tuple[Path, str], ...]
    names: tuple[str, ...]
    enlarged: tuple[Path, ...]


def folder(path: str | Path, size: int, channels: int = 3) -> Folder:
    """Every image file in a folder and the folders in it, in the order of their names.

    size: the side in pixels of what comes out, 1..1024. Of each picture the middle
    square is taken, turned as the camera says. A picture that is smaller is enlarged,
    with nothing new in it; `enlarged` has which.   channels: 3 (RGB) or 1 (grey).
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
    images, files, skipped, enlarged = [], [], [], []
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if hidden or not file.is_file():
            continue
        try:
            image, shorter = _read(file, size, channels)
            images.append(image)
            files.append(file)
            enlarged += [file] if shorter < size else []
        except Exception as error:  # Pillow's decoders raise whatever they like
            words = str(error).splitlines() or [type(error).__name__]
            skipped.append((file, words[0]))
    if not images:
        found = f"{len(skipped)} files that cannot be read" if skipped else "no file"
        raise ValueError(f"path: got {path}, with {found}; expected at least one image")
    names = tuple(file.relative_to(path).as_posix() for file in files)
    return Folder(
        torch.stack(images), tuple(files), tuple(skipped), names, tuple(enlarged)
    )


def split(found: Folder, share: float = 0.1) -> tuple[Tensor, Tensor]:
    """Images to learn from and images held out, each by the name of its own file.

    found: N images, at least 2.   share: of those held out, about, in (0, 1).
    Returns (n, C, size, size) and (N - n, C, size, size), in the order of the names.

    A name stands for a number in [0, 1), its SHA-256, and below `share` the image is
    held out. So an image that is added moves no other; one that is renamed may move.

    No side is empty. With no number below `share`, the image of the smallest is held
    out, until one with a smaller is added: then it is learned from. With all numbers
    below, which for two files and a tenth is so in one folder of a hundred, the image
    of the largest is learned from. Only that one can be held out when others are added.
    Raises ValueError for fewer images and another share.
    """
    if len(found.images) < 2:
        raise ValueError(f"found: got {len(found.images)} images, expected at least 2")
    check_inside("share", share, 0, 1)
    numbers = torch.tensor([_number(n) for n in found.names], dtype=torch.float64)
    out = numbers < share
    out[numbers.argmin()] = True
    out[numbers.argmax()] = False
    return found.images[~out], found.images[out]


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


def _number(name: str) -> float:
    """A number in [0, 1) that stands for a name, the same on every machine."""
    digest = hashlib.sha256(os.fsencode(name)).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53  # as many bits as fit


def _read(file: Path, size: int, channels: int) -> tuple[Tensor, int]:
    """The image, (C, size, size), and the pixels of its shorter side in the file."""
    with Image.open(file) as image:
        shorter = min(image.size)
        image.draft("RGB", (size, size))  # a JPEG is read no larger than it has to be
        image = _plain(image, channels)
        image = ImageOps.fit(image, (size, size), method=Image.Resampling.LANCZOS)
        return from_uint8(np.asarray(image)), shorter


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
