"""One image file: looked at before it is decoded, made smaller on the way, and read."""

import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from companion.checks import check_count
from companion.data.levels import levels
from companion.data.names import shown_name
from companion.data.pixels import from_uint8

MOST_PIXELS = 100_000_000  # that are decoded of one file: 0.4 GB in colour
LARGEST_SIDE = 1 << 15

_ORIENTATION = 0x0112  # a tag of Exif
_LANCZOS = Image.Resampling.LANCZOS
_GAP = 3.0  # far smaller pictures are first averaged over blocks, to within this factor
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def picture(path: str | Path, channels: int = 3, longest: int | None = None) -> Tensor:
    """One image file, whole: (C, H, W), float32 in [-1, 1].

    It is turned as the camera says; what is transparent is shown on white; of an
    animation the first picture is taken. `levels` says what is black and what is white.

    Args:
        path: a regular file. At most 100 million pixels are decoded.
        channels: 3 (RGB) or 1 (grey).
        longest: None for the picture as it is. Or a larger one is made smaller while it
            is read, until its longer side has so many pixels, 1..32768; of a JPEG no
            more is decoded than that takes.

    Returns:
        The picture: 12 bytes a pixel in colour.

    Raises:
        ValueError: For what is no file, cannot be read, has too many pixels or numbers
            that are no picture's, and for another `longest` or number of channels.
    """
    check_channels(channels)
    if longest is not None:
        longest = check_count("longest", longest, 1, LARGEST_SIDE)
    try:
        with opened(path) as image:
            size = within(image.size, longest or max(image.size))
            image, sideways = _upright(image, size)
            image = _resized(image, size[::-1] if sideways else size)
            return from_uint8(np.asarray(_on_white(image, channels)))
    except Exception as error:  # Pillow's decoders raise whatever they like
        raise _refused(path, error) from None


def picture_size(path: str | Path) -> tuple[int, int]:
    """How many pixels an image file has, turned as the camera says.

    Args:
        path: as for `picture`. Most files are not decoded for it, a PNG may be.

    Returns:
        (H, W).

    Raises:
        ValueError: For what is no file, cannot be read or has too many pixels.
    """
    try:
        with opened(path) as image:
            width, height = image.size
            image.draft("RGB", (1, 1))
            return (width, height) if _sideways(image) else (height, width)
    except Exception as error:  # Pillow's decoders raise whatever they like
        raise _refused(path, error) from None


def square(
    path: Path, size: int, channels: int, fit: str
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """A picture made a square, and how many pixels it has in its file.

    Args:
        path: a regular file, read as `picture` does.
        size: the side of the square.
        channels: 3 or 1.
        fit: "crop" for its middle square, "pad" for all of it with white beside it.

    Returns:
        (C, size, size) in 0..255, and the width and height in the file, in any order.

    Raises:
        ValueError: For what `picture` refuses; but Pillow raises whatever it likes.
    """
    with opened(path) as image:
        full = image.size
        whole = within(full, size, enlarge=True)
        image, sideways = _upright(image, (size, size) if fit == "crop" else whole)
        if fit == "crop":
            side = min(image.size)
            left, top = ((length - side) / 2 for length in image.size)
            image = _resized(image, (size, size), (left, top, left + side, top + side))
        else:
            image = _resized(image, whole[::-1] if sideways else whole)
        pixels = np.asarray(_on_white(image, channels)).reshape(image.height, image.width, channels)
    canvas = np.full((channels, size, size), 255, np.uint8)
    H, W = pixels.shape[:2]
    top, left = (size - H) // 2, (size - W) // 2
    canvas[:, top : top + H, left : left + W] = pixels.transpose(2, 0, 1)
    return canvas, full


def within(size: tuple[int, int], longest: int, enlarge: bool = False) -> tuple[int, int]:
    """Two sides in the same proportion, the longer of them so many pixels.

    Args:
        size: the sides.
        longest: what the longer one becomes.
        enlarge: whether sides that are shorter than that become longer.

    Returns:
        The sides, each at least 1.
    """
    if max(size) <= longest and not enlarge:
        return size
    one, other = (max(round(side * longest / max(size)), 1) for side in size)
    return one, other


def reason(path: str | Path, error: Exception) -> str:
    """Why a file cannot be read, in one line and without its name.

    Args:
        path: the file.
        error: what was raised while it was read.

    Returns:
        Words that fit into brackets.
    """
    ends = Path(path).suffix.lower()
    if isinstance(error, UnidentifiedImageError):
        if ends in _ARCHIVES:
            return "an archive: unpack it"
        if ends in Image.registered_extensions():
            return "its bytes are no picture of any kind that Pillow reads"
        return "no kind of picture that Pillow reads"
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown_name(words.splitlines()[0])


def no_file(mode: int) -> str:
    """What stands at a place where a regular file was expected, by its `st_mode`."""
    return next((words for holds, words in _KINDS if holds(mode)), "no regular file")


def check_channels(channels: int) -> None:
    """Check that there are 3 channels (RGB) or 1 (grey).

    Raises:
        ValueError: For any other number.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels: got {channels!r}, expected 1 or 3")


@contextmanager
def opened(path: str | Path) -> Iterator[Image.Image]:
    """An image file whose first bytes were read.

    Args:
        path: a regular file. From a pipe or a device there may come nothing, or no end.

    Yields:
        The picture, not decoded.

    Raises:
        ValueError: For what is no regular file, and for an empty one.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"{no_file(found.st_mode)}, no regular file")
    if not found.st_size:
        raise ValueError("an empty file, of 0 bytes")
    with warnings.catch_warnings():  # the number of pixels is looked at here
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(path) as image:
            yield image


def _upright(image: Image.Image, smallest: tuple[int, int]) -> tuple[Image.Image, bool]:
    """The picture in levels, turned as the camera says, and whether width is now height.

    Args:
        image: as it was opened.
        smallest: a JPEG is decoded no larger than it has to be for these sides.
    """
    image.draft("RGB", smallest)
    sideways = _sideways(image)
    ImageOps.exif_transpose(image, in_place=True)
    return levels(image), sideways


def _sideways(image: Image.Image) -> bool:
    """Whether the picture's sides change places; nothing with too many pixels is decoded."""
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise ValueError(
            f"{image.width} by {image.height} pixels are {pixels / 1e6:.1f} million, "
            f"expected at most {MOST_PIXELS / 1e6:.0f} million: make it smaller"
        )
    if image.format == "TIFF":  # which Pillow turns by itself
        return False
    return image.getexif().get(_ORIENTATION, 1) >= 5  # four of the eight ways


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """A part of the picture, or all of it, with so many pixels."""
    return image.resize(size, _LANCZOS, box, reducing_gap=_GAP)


def _on_white(image: Image.Image, channels: int) -> Image.Image:
    """A picture in levels, with white where it is transparent, and in as many channels."""
    if image.mode in ("LA", "RGBA"):
        white = Image.new("RGB", image.size, "white")
        white.paste(image.convert("RGB"), mask=image.getchannel("A"))
        image = white
    return image.convert("L" if channels == 1 else "RGB")


def _refused(path: str | Path, error: Exception) -> ValueError:
    """What `picture` raises instead of `error`."""
    name = shown_name(path)
    try:
        mode = os.stat(path).st_mode
    except OSError as missing:
        return ValueError(f"path: got {name}, expected an image file ({reason(path, missing)})")
    if not stat.S_ISREG(mode):
        return ValueError(f"path: got {name}, {no_file(mode)}, expected an image file")
    return ValueError(f"path: got {name}, no image that can be read ({reason(path, error)})")
