"""Your own pictures: a folder of image files, each made a square of one size."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from companion.checks import check_count, check_inside
from companion.data.listing import listing
from companion.data.names import name_number, shown_name
from companion.data.reading import check_channels, reason, square

LARGEST = 1024
FITS = ("crop", "pad")


@dataclass(frozen=True, eq=False)
class Folder:
    """What a folder held: its images, and the files that are none.

    Attributes:
        images: (N, C, size, size), uint8 in 0..255: `as_floats` makes floats of a batch.
        files: where each is from.
        skipped: the other files, each with the reason.
        names: of the files, as they are inside the folder, with / between the parts.
        enlarged: those of the files that have fewer pixels than were needed.
        not_square: those of the files that were cropped, or padded.
        all_grey: whether the images have colour channels and no colour in any pixel.
        place: the folder.
    """

    images: Tensor
    files: tuple[Path, ...]
    skipped: tuple[tuple[Path, str], ...]
    names: tuple[str, ...]
    enlarged: tuple[Path, ...]
    not_square: tuple[Path, ...]
    all_grey: bool
    place: Path


def folder(path: str | Path, size: int, channels: int = 3, fit: str = "crop") -> Folder:
    """Every image file in a folder and the folders in it, in the order of their names.

    Each is read as `picture` reads it. A picture that is smaller is enlarged, with
    nothing new in it. Links are followed, each folder is read once, and what is hidden
    is passed over. Whatever else cannot be read is skipped and named.

    Args:
        path: the folder.
        size: the side in pixels of what comes out, 1..1024.
        channels: 3 (RGB) or 1 (grey).
        fit: "crop" takes the middle square of a picture, and its sides are lost. "pad"
            takes all of it, with white on both sides. `not_square` has which.

    Returns:
        The images as bytes, N * C * size^2 of them, and what became of each file.

    Raises:
        ValueError: For a folder that is not there or holds no image that can be read,
            with what it holds instead; for images that do not fit into memory; and for
            another size, number of channels or `fit`.
    """
    size = check_count("size", size, 1, LARGEST)
    check_channels(channels)
    if fit not in FITS:
        raise ValueError(f"fit: got {fit!r}, expected one of {', '.join(FITS)}")
    path = _checked(path)
    candidates, skipped = listing(path)
    images = _room(len(candidates), channels, size)
    files, enlarged, not_square = [], [], []
    all_grey = channels == 3
    needed = min if fit == "crop" else max  # the side that becomes `size`
    for file in candidates:
        try:
            image, sides = square(file, size, channels, fit)
        except Exception as error:  # Pillow's decoders raise whatever they like
            skipped.append((file, reason(file, error)))
            continue
        images[len(files)] = image
        files.append(file)
        enlarged += [file] if needed(sides) < size else []
        not_square += [file] if sides[0] != sides[1] else []
        all_grey = all_grey and bool((image == image[0]).all())
    if not files:
        raise ValueError(
            f"path: got {shown_name(path)}, with {_what(skipped)}; expected at least one image"
        )
    return Folder(
        torch.from_numpy(images[: len(files)]),
        tuple(files),
        tuple(sorted(skipped)),
        tuple(file.relative_to(path).as_posix() for file in files),
        tuple(enlarged),
        tuple(not_square),
        all_grey,
        path,
    )


def held_out(found: Folder, share: float = 0.1) -> Tensor:
    """Which images are held out, each by the name of its own file.

    A name stands for a number in [0, 1), the SHA-256 of its composed form, and below `share` the
    image is held out. So an image that is added moves no other; one that is renamed may move, and
    one that is copied to another system stays.

    No side is empty. With no number below `share`, the image of the smallest is held out, until one
    with a smaller is added: then it is learned from. With all numbers below, which for two files
    and a tenth is so in one folder of a hundred, the image of the largest is learned from. Only
    that one can be held out when others are added.

    Args:
        found: N images, at least 2.
        share: of those held out, about, in (0, 1).

    Returns:
        (N,), True for those.

    Raises:
        ValueError: For fewer images and another share.
    """
    if len(found.images) < 2:
        raise ValueError(f"found: got {len(found.images)} images, expected at least 2")
    check_inside("share", share, 0, 1)
    numbers = torch.tensor([name_number(n) for n in found.names], dtype=torch.float64)
    out = numbers < share
    out[numbers.argmin()] = True
    out[numbers.argmax()] = False
    return out


def split(found: Folder, share: float = 0.1) -> tuple[Tensor, Tensor]:
    """Images to learn from and images held out; see `held_out`.

    Args:
        found: N images, at least 2.
        share: of those held out, about, in (0, 1).

    Returns:
        (n, C, size, size) and (N - n, C, size, size), in the order of the names, as bytes: together
        one copy of `found.images`.

    Raises:
        ValueError: For fewer images and another share.
    """
    out = held_out(found, share)
    return found.images[~out], found.images[out]


def _checked(path: str | Path) -> Path:
    """The path, of a folder that is there."""
    name, path = str(path), Path(path)
    if name and path.is_dir():
        return path
    if not name or not path.exists():
        what, advice = "nothing there", "a folder of images"
    elif path.suffix.lower() in Image.registered_extensions():
        what, advice = "a file", "a folder of images, such as the one that it is in"
    else:
        what, advice = "a file", "a folder of images; an archive has to be unpacked first"
    raise ValueError(f"path: got {shown_name(name) or 'an empty name'}, {what}; expected {advice}")


def _room(count: int, channels: int, size: int) -> np.ndarray:
    """(count, C, size, size), uint8: memory that is taken only where it is written to."""
    try:
        return np.empty((count, channels, size, size), np.uint8)
    except MemoryError:
        need = count * channels * size**2 / 1e9
        raise ValueError(
            f"size: got {size}, and {count} files take {need:.1f} GB, more than there is; "
            "expected a smaller size, or fewer files"
        ) from None


def _what(skipped: list[tuple[Path, str]]) -> str:
    """How many files of which kind cannot be read, and why, the most frequent first."""
    if not skipped:
        return "no file"
    kinds = Counter((file.suffix.lower(), why) for file, why in skipped)
    first = [
        f"{n} {shown_name(kind)} ({why})".replace("  ", " ")
        for (kind, why), n in kinds.most_common(3)
    ]
    others = len(skipped) - sum(n for _, n in kinds.most_common(3))
    told = ", ".join(first + [f"{others} others"] * (others > 0))
    return f"{len(skipped)} files that cannot be read: {told}"
