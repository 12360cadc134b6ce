"""Weights that come with the package: small, checked, each with its recipe."""

from collections.abc import Mapping
from copy import deepcopy
from hashlib import sha256
from importlib.resources import as_file, files

import torch
from torch import Tensor, nn

from companion.training.ema import averaged
from companion.training.files import in_pieces, unpacked
from companion.training.notes import as_written_now, kind_by
from companion.training.recipe import Recipe
from companion.training.session import Session

FOLDER = files("companion") / "weights"
SUMS = "SHA256SUMS"  # as `sha256sum` writes it and checks it


def names() -> tuple[str, ...]:
    """What there is: "digits-v" and its like."""
    return tuple(name.removesuffix(".safetensors") for name in _sums())


def pack(session: Session, *, half: bool = False) -> bytes:
    """The averaged weights of a session and its recipe, as one safetensors file.

    It is a function of the session alone, to the byte.

    Args:
        session: of any kind.
        half: in float16, at half the size; `unpack` makes float32 of them again.
    """
    notes = {"kind": session.recipe.KIND, "recipe": session.recipe.to_json()}
    network = deepcopy(session.ema_model).half() if half else session.ema_model
    return packed(network, notes)


def packed(network: nn.Module, notes: dict[str, str]) -> bytes:
    """All that a network knows, and notes beside it, as one safetensors file."""
    return b"".join(in_pieces(network.state_dict(), notes))


def read(name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file that comes with the package, and its notes.

    Args:
        name: one of `names()`.

    Raises:
        ValueError: for another name, and for a file that has changed since it was packed,
            by its SHA-256.
    """
    file = f"{name}.safetensors"
    sums = _sums()
    if file not in sums:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(names())}")
    with as_file(FOLDER / file) as path:
        if sha256(path.read_bytes()).hexdigest() != sums[file]:
            raise ValueError(f"name: got {name!r}, whose file is not the one that was packed")
        return unpacked(path)


def unpack(name: str, kinds: Mapping[str, type[Recipe]]) -> tuple[nn.Module, Recipe]:
    """The network of a file that comes with the package, to be asked and not trained.

    Args:
        name: one of `names()` that has a recipe.
        kinds: the recipe of each kind of model that it may be.

    Returns:
        The network and its recipe.

    Raises:
        ValueError: as `read` does, and for a file that has no recipe.
    """
    tensors, notes = read(name)
    try:
        kind = kinds[kind_by(notes)]
    except (KeyError, ValueError):
        raise ValueError(f"name: got {name!r}, which has no recipe") from None
    recipe, tensors = as_written_now(kind, notes, tensors)
    task = recipe.task()
    with torch.random.fork_rng(devices=[]):  # of weights that are replaced at once
        network = averaged(task.networks()[task.players[0]])
    network.load_state_dict(tensors)
    return network, recipe


def _sums() -> dict[str, str]:
    lines = (FOLDER / SUMS).read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}
