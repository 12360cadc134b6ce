"""Weights that come with the package: small, checked, each with its recipe."""

from hashlib import sha256
from importlib.resources import files

from torch import Tensor, nn

from companion.training.checkpoints import DENOISER
from companion.training.files import in_pieces, unpacked
from companion.training.loop import Run, start
from companion.training.recipe import Recipe

FOLDER = files("companion") / "weights"
SUMS = "SHA256SUMS"  # as `sha256sum` writes it and checks it


def names() -> tuple[str, ...]:
    """What there is: "digits-v" and its like."""
    return tuple(name.removesuffix(".safetensors") for name in _sums())


def pack(run: Run) -> bytes:
    """The averaged weights of a run and its recipe, as one safetensors file.

    It is a function of the run alone, to the byte.
    """
    return packed(run.average, {DENOISER: run.recipe.to_json()})


def packed(network: nn.Module, notes: dict[str, str]) -> bytes:
    """All that a network knows, and notes beside it, as one safetensors file."""
    return b"".join(in_pieces(network.state_dict(), notes))


def read(name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file that comes with the package, and its notes.

    name: one of `names()`.
    Raises ValueError for another name, and for a file that has changed since it was
    packed, by its SHA-256.
    """
    file = f"{name}.safetensors"
    sums = _sums()
    if file not in sums:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(names())}")
    content = (FOLDER / file).read_bytes()
    if sha256(content).hexdigest() != sums[file]:
        raise ValueError(f"name: got {name!r}, whose file is not the one that was packed")
    return unpacked(content)


def shipped(name: str) -> tuple[nn.Module, Recipe]:
    """The denoising network with these weights, to be asked and not trained.

    name: one of `names()` that has a recipe.   Returns the network and its recipe.
    Raises ValueError as `read` does, and for weights of another kind of network.
    """
    tensors, notes = read(name)
    if DENOISER not in notes:
        raise ValueError(f"name: got {name!r}, which is not a denoising network")
    recipe = Recipe.from_json(notes[DENOISER])
    network = start(recipe).average
    network.load_state_dict(tensors)
    return network, recipe


def _sums() -> dict[str, str]:
    lines = (FOLDER / SUMS).read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}
