"""Images as files: one, or a sheet of them, as a PNG; a trajectory from noise as a GIF."""

import math
import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from torch import Tensor

from companion.checks import check_inside
from companion.data import shown_name, to_uint8
from companion.files import replaced
from companion.plots.training import sheet

_SIDE = 640  # pixels of a sheet, at least: small images are enlarged by whole numbers
_REST = 3  # the last picture of a trajectory stays for one part in so many of the time
_SHORTEST = 2  # hundredths of a second: viewers show a shorter picture for ten


def save_sheet(images: Tensor, path: str | Path) -> None:
    """Write images (N, C, H, W) on one sheet, as nearly square as can be.

    Args:
        images: as `sheet` takes them.
        path: what its name ends in says the format. A file of that name is replaced
            once the new one is whole, and stays as it is if anything fails.

    Raises:
        ValueError: For a name that ends in no format, and for bad images.
        OSError: For a file that cannot be written, with its name and the reason.
    """
    path, format = Path(path), _format(path)
    whole = BytesIO()
    _picture(images).save(whole, format)
    _write("sheet", path, whole)


def save_picture(image: Tensor, path: str | Path) -> None:
    """Write one image, (C, H, W), pixel for pixel.

    Args:
        image: as `to_uint8` takes it.
        path: as for `save_sheet`.

    Raises:
        ValueError: For a name that ends in no format, and for a bad image.
        OSError: For a file that cannot be written, with its name and the reason.
    """
    path, format = Path(path), _format(path)
    whole = BytesIO()
    Image.fromarray(to_uint8(image)).save(whole, format)
    _write("picture", path, whole)


def save_animation(trajectory: Sequence[Tensor], path: str | Path, seconds: float = 4) -> int:
    """Write the states of a trajectory, each (N, C, H, W), as a GIF that ends resting.

    Args:
        trajectory: the states. Where there are more than the time allows, some are left out,
            evenly, and never the first or the last.
        path: a name that ends in .gif; otherwise as for `save_sheet`.
        seconds: of the whole animation, in (0.1, 600), to a hundredth. The last picture
            has a third of it, and the others share the rest.

    Returns:
        How many of the states are shown.

    Raises:
        ValueError: For an empty trajectory, another ending and another number of seconds.
        OSError: For a file that cannot be written, with its name and the reason.
    """
    path = Path(path)
    if len(trajectory) == 0:
        raise ValueError("trajectory: got no pictures, expected at least one")
    if path.suffix.lower() != ".gif":
        raise ValueError(f"path: got {shown_name(path)}, expected a name that ends in .gif")
    check_inside("seconds", seconds, 0.1, 600)
    shown, lasting = _timed(len(trajectory), round(100 * seconds))
    first, *others = (_picture(trajectory[n]) for n in shown)
    whole = BytesIO()
    first.save(
        whole,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[10 * each for each in lasting],
        loop=0,
    )
    _write("animation", path, whole)
    return len(shown)


def _format(path: str | Path) -> str:
    """What Pillow calls the format that a name ends in."""
    ends, own = Image.registered_extensions(), Path(path).suffix.lower()
    if own not in ends or ends[own] not in Image.SAVE:
        raise ValueError(
            f"path: got {shown_name(path)}, expected a name that ends in a format, such as .png"
        )
    return ends[own]


def _timed(count: int, hundredths: int) -> tuple[list[int], list[int]]:
    """Which of so many pictures are shown, and for how many hundredths of a second each."""
    moving = hundredths - hundredths // _REST
    n = min(count, moving // _SHORTEST + 1)
    if n == 1:
        return [count - 1], [hundredths]
    shown = [round(k * (count - 1) / (n - 1)) for k in range(n)]
    until = [round(k * moving / (n - 1)) for k in range(n)]
    lasting = [b - a for a, b in zip(until, until[1:], strict=False)]
    return shown, [*lasting, hundredths - moving]


def _write(what: str, path: Path, whole: BytesIO) -> None:
    """A file, whole or not at all; a link stays one, and what is no file is not replaced."""
    try:
        if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
            raise PermissionError(None, "what stands there cannot be replaced")
        replaced(path, [whole.getbuffer()])
    except OSError as error:
        raise OSError(
            f"the {what} could not be written to {shown_name(path)}: {error.strerror or error}"
        ) from error


def _picture(images: Tensor) -> Image.Image:
    """One sheet, at least `_SIDE` pixels long where whole numbers allow it."""
    whole = Image.fromarray(to_uint8(sheet(images, math.ceil(math.sqrt(len(images))))))
    larger = max(_SIDE // max(whole.size), 1)
    return whole.resize((whole.width * larger, whole.height * larger), Image.Resampling.NEAREST)
