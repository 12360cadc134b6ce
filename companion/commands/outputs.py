"""Where a command writes: looked at before there is any work that could be lost; and written."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from companion.commands.options import CALLED
from companion.commands.words import say, typed

if TYPE_CHECKING:
    from torch import Tensor


def check_picture(option: str, out: Path, ends: str, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a place for a picture that would fail later, or cost the user a file.

    Args:
        option: as it is typed, such as "--out".
        out: the place.
        ends: how the name has to end, such as ".png", in small letters or large.
        inputs: what the command reads; words that are the names of no files are passed over.

    Raises:
        ValueError: for another ending, for a place where nothing can be written, and for a
            file that is one of the inputs, also by another path or through a link.
    """
    if out.suffix.lower() != ends:
        raise ValueError(f"{option}: got {out}, expected a name that ends in {ends}")
    check_writable(option, out)
    for one in map(Path, inputs):
        if out.exists() and one.exists() and out.samefile(one):
            raise ValueError(
                f"{option}: got {out}, which is {one} that is read, "
                "expected another file: it would be replaced"
            )


def check_separate(option: str, folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder where pictures cannot be written one by one, each as a new file.

    Args:
        option: as it is typed.
        folder: of the pictures, there already or not.
        names: of the pictures, at least one.

    Raises:
        ValueError: where none can be made, or nothing can be written in it, and for a
            picture that is there already.
    """
    if not folder.is_dir():
        check_writable(option, folder)
        return
    for name in names:
        if (folder / name).exists():
            raise ValueError(
                f"{option}: got {folder}, where {name} is already and would be replaced, "
                "expected another folder"
            )
    check_writable(option, folder / name)


def names_of(seed: int, count: int) -> list[str]:
    """What the first images of a seed are called, as files of their own."""
    return [f"{seed}-{n:03}.png" for n in range(count)]


def write_separate(images: "Tensor", folder: Path, names: Sequence[str]) -> None:
    """Write each image, (N, C, H, W), into a folder, which is made if it is not there."""
    from companion.plots import save_picture

    folder.mkdir(exist_ok=True)
    for image, name in zip(images, names, strict=True):
        save_picture(image, folder / name)
    say(f"each of them in {folder}, {names[0]} to {names[-1]}")


def check_writable(option: str, out: Path) -> None:
    """Try whether a file can be written there: one is made beside it, and removed.

    Args:
        option: as it is typed.
        out: the place.

    Raises:
        ValueError: where it cannot, and for what is there and is no file, or is protected.
    """
    place = Path(os.path.realpath(out))  # through a link, as any program writes
    beside = place.with_name(f"{place.name}.{os.getpid()}.try")
    try:
        if not place.parent.is_dir():
            folder = out.parent if place == Path(os.path.abspath(out)) else place.parent
            raise ValueError(
                f"{option}: got {out}, expected a file in a folder that exists; "
                f"there is no folder {folder}"
            )
        if place.exists() and not place.is_file():
            raise ValueError(f"{option}: got {out}, which is there and is no file, expected a file")
        if place.exists() and not os.access(place, os.W_OK):
            raise ValueError(
                f"{option}: got {out}, which is protected from writing, expected another file"
            )
        try:
            with open(beside, "xb") as file:
                file.write(b"a byte, for a disk that is full")
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ValueError(
            f"{option}: got {out}, expected a place where a file can be written ({error.strerror})"
        ) from None


def check_run(out: Path) -> None:
    """Refuse a place where a run, or the file of its losses, cannot be written.

    Raises:
        ValueError: for it.
    """
    from companion.training.record import Record

    for path in (out, Record(out, steps=1).path):
        check_writable("--out", path)


def check_new_run(out: Path) -> None:
    """Refuse a place for a run where a file is already, perhaps a finished run.

    Raises:
        ValueError: for that, with how to go on with it if it is a run, and for a place where
            nothing can be written.
    """
    check_writable("--out", out)
    if out.exists():
        raise ValueError(
            f"--out: got {out}, which exists already, expected a new file{_go_on(out)}"
        )
    check_run(out)


def name_for(data: str, ends: str) -> Path:
    """What a new run is called: by the last part of its data's place, in the working folder.

    A name is not hidden and looks like no option: dots and dashes before it are left out.

    Args:
        data: a folder, or the name of a recipe.
        ends: what follows, such as ".safetensors".

    Raises:
        ValueError: for a place without a name, such as /.
    """
    name = os.path.basename(os.path.abspath(data)).lstrip(".-")
    if not name:
        raise ValueError(
            f"DATA: got {data}, which has no name to call the run by, expected also --out FILE"
        )
    return Path(f"{name}{ends}")


def _go_on(out: Path) -> str:
    from companion.training import kind_of

    try:
        known = kind_of(out) in CALLED
    except (ValueError, OSError):
        return ""
    return f". To go on with that run: {typed('train', out)}" if known else ""
