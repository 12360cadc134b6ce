"""Where a command writes: looked at before there is any work that could be lost."""

from collections.abc import Iterable
from pathlib import Path

from companion.training import AUTOENCODER, kind_of


def check_picture(
    option: str, out: Path, ends: str, inputs: Iterable[str | Path] = ()
) -> None:
    """Refuse a place for a picture that would fail later, or cost the user a file.

    option: as it is typed, such as "--out".   ends: how the name has to end, such as
    ".png", in small letters or large.   inputs: what the command reads; words that are
    the names of no files are passed over.
    Raises ValueError for another ending, for a folder that is not there, and for a file
    that is one of the inputs, also by another path or through a link.
    """
    if out.suffix.lower() != ends:
        raise ValueError(f"{option}: got {out}, expected a name that ends in {ends}")
    check_folder(option, out)
    for one in map(Path, inputs):
        if out.exists() and one.exists() and out.samefile(one):
            raise ValueError(
                f"{option}: got {out}, which is {one} that is read, "
                "expected another file: it would be replaced"
            )


def check_folder(option: str, out: Path) -> None:
    """Raises ValueError for a file in a folder that is not there."""
    if not out.parent.is_dir():
        raise ValueError(
            f"{option}: got {out}, expected a file in a folder that exists; "
            f"there is no {out.parent}"
        )


def check_new_run(out: Path) -> None:
    """Refuse a place for a run where a file is already, perhaps a finished run.

    Raises ValueError for that, with how to go on with it if it is a run, and for a
    folder that is not there.
    """
    check_folder("--out", out)
    if out.exists():
        raise ValueError(
            f"--out: got {out}, which exists already, expected a new file{_go_on(out)}"
        )


def _go_on(out: Path) -> str:
    try:
        kind = kind_of(out)
    except (ValueError, OSError):
        return ""
    word = "train autoencoder" if kind == AUTOENCODER else "train"
    return f". To go on with that run: python -m companion {word} {out}"
