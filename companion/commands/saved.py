"""What a word at the command line stands for, and trained networks.

A word is a name of the course, or a file or folder.
"""

import tarfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from companion.commands.options import CALLED
from companion.data import picture_size
from companion.tasks import Model, load, model_of, recipes_of, shipped
from companion.training import Session, kind_of, names, read, with_recipe
from companion.training.files import checksum
from companion.training.notes import kind_by

COURSE = "course:"  # before a name of the course, where a file or folder has the same


class Trained(NamedTuple):
    """A model of the course or of a saved run, and what that run knows of its pictures."""

    model: Model
    source: dict | None


def meant(argument: str, text: str, known: Collection[str]) -> str:
    """What a word stands for: a name of the course, or a file or folder of the user's.

    Args:
        argument: as the help calls it, such as "DATA".
        text: the word.
        known: the names that it can be.

    Returns:
        A name that is in `known`, or a path that is not.

    Raises:
        ValueError: for nothing, for a word that is both, and for a name that there is not.
    """
    if not text:
        raise ValueError(
            f"{argument}: got an empty name, expected a file or folder, "
            f"or one of {', '.join(known)}"
        )
    name = text.removeprefix(COURSE)
    if name != text:
        if name not in known:
            raise ValueError(
                f"{argument}: got {text}, expected one of {', '.join(known)} after {COURSE}"
            )
        return name
    if name in known and Path(name).exists():
        kind = "folder" if Path(name).is_dir() else "file"
        raise ValueError(
            f"{argument}: got {name}, a name of the course and also a {kind} here, "
            f"expected ./{name} for the {kind}, or {COURSE}{name}"
        )
    return name


def meant_run(text: str) -> str:
    """What a word for a run stands for: the name of weights of the course, or a path.

    Raises:
        ValueError: as `meant` does, and for what is neither.
    """
    run = meant("RUN", text, names())
    if run not in names() and not Path(run).is_file():
        what = "a folder, " if Path(run).is_dir() else ""
        raise ValueError(
            f"RUN: got {run}, {what}expected a saved run or one of {', '.join(names())}"
        )
    return run


def kind_of_run(run: str) -> str:
    """What kind of model a saved run, or weights of the course by name, are of.

    Args:
        run: as `meant_run` returns it.

    Raises:
        ValueError: for a file that is no saved run, and for weights without a recipe.
    """
    if run in names():
        return kind_by(read(run)[1])
    with as_a_run("RUN", run):
        return kind_of(run)


def read_run(text: str) -> Trained:
    """The denoising network of a saved run, or of the course, by name.

    Raises:
        ValueError: for a name that is neither, and for that of another kind of model.
    """
    run = meant_run(text)
    kind = kind_of_run(run)
    if kind == "autoencoder":
        raise ValueError(
            f"RUN: got {run}, an autoencoder, expected a denoising network: an "
            "autoencoder draws nothing by itself, but see: reconstruct"
        )
    if kind != "diffusion":
        raise ValueError(f"RUN: got {run}, of the kind {kind}, which is not a denoising network")
    return _trained(run)


def read_autoencoder(text: str) -> Trained:
    """The autoencoder of a saved run, or of the course, by name.

    Raises:
        ValueError: for a name that is neither, and for another kind of model.
    """
    known = [name for name in names() if name in recipes_of("autoencoder")]
    expected = f"expected a saved run of an autoencoder or one of {', '.join(known)}"
    run = meant("RUN", text, names())
    if run not in names() and not Path(run).is_file():
        raise ValueError(f"RUN: got {run}, nothing of that name; {expected}")
    kind = kind_of_run(run)
    if kind != "autoencoder":
        what = CALLED.get(kind, f"of the kind {kind}")
        raise ValueError(f"RUN: got {run}, {what}, {expected}")
    return _trained(run)


def _trained(run: str) -> Trained:
    if run in names():
        return Trained(shipped(run), None)
    with as_a_run("RUN", run):
        session = load(run)
    session = with_autoencoder(session, run)
    return Trained(model_of(session), session.source)


def weights_sum(session: Session) -> str:
    """What tells the averaged weights of a session from others: their SHA-256."""
    return checksum(session.ema_model.state_dict(), {})


def with_autoencoder(session: Session, run: str) -> Session:
    """A session whose autoencoder is where its recipe says, or else beside its own file.

    So is the folder of its text encoder, if it has one; that is read where words are.

    Args:
        session: of any kind; one without an autoencoder, or with one of the course, stays.
        run: its file.

    Raises:
        ValueError: for an autoencoder that is nowhere, and for one that has changed since
            the run was begun.
    """
    session = _with_encoder(session, run)
    recipe = session.recipe
    if recipe.KIND != "diffusion" or recipe.codec.autoencoder in ("", *names()):
        return session
    place = Path(recipe.codec.autoencoder)
    beside = Path(run).resolve().with_name(place.name)
    found = next((one for one in (place, beside) if one.is_file()), None)
    if found is None:
        raise ValueError(
            f"the autoencoder of {run} was in {place}, where no file is now, expected it there, "
            f"or {place.name} beside {run}"
        )
    with as_a_run("the autoencoder", found):
        own = load(found)
    known = (session.source or {}).get("autoencoder")
    if known and known != weights_sum(own):
        raise ValueError(
            f"the autoencoder of {run} is {found}, which has other weights since, "
            "expected the file as it was"
        )
    return with_recipe(session, recipe.override(autoencoder=str(found)))


def _with_encoder(session: Session, run: str) -> Session:
    """A session whose text encoder from outside is beside its file, where it has moved with it."""
    recipe = session.recipe
    place = Path(recipe.condition.encoder if recipe.KIND == "diffusion" else "")
    beside = Path(run).resolve().with_name(place.name or "none")
    if not place.is_absolute() or place.is_dir() or not beside.is_dir():
        return session
    return with_recipe(session, recipe.override(encoder=str(beside)))


@contextmanager
def as_a_run(argument: str, path: str | Path) -> Iterator[None]:
    """In this block a file is read as a saved run.

    Args:
        argument: as the help calls it, such as "RUN".
        path: of the file.

    Raises:
        ValueError: that of the block, or where the file is plainly something else, a
            picture perhaps, one that says so.
    """
    try:
        yield
    except ValueError:
        if what := other_kind(path):
            raise ValueError(f"{argument}: got {path}, {what}") from None
        raise


def other_kind(path: str | Path) -> str:
    """What a file plainly is that is no saved run, and what to do with it; or nothing."""
    if Path(path).suffix.lower() in (".pt", ".pth", ".ckpt", ".bin", ".pkl"):
        return (
            "perhaps a pickle, which is not opened here: it can run anything; expected a saved run"
        )
    if zipfile.is_zipfile(path) or tarfile.is_tarfile(path):
        return "an archive, expected a saved run; or unpack it, and give the folder"
    try:
        picture_size(path)
    except ValueError:
        return ""
    return "a picture, expected a saved run, or a folder of pictures"
