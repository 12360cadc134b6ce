"""A trained autoencoder as one file: averaged weights, and their recipe beside them."""

from companion.autoencoder.coder import Autoencoder
from companion.autoencoder.recipe import AutoencoderRecipe
from companion.autoencoder.training import AutoencoderRun, start_autoencoder
from companion.training.checkpoints import AUTOENCODER
from companion.training.weights import packed, read


def pack_autoencoder(run: AutoencoderRun) -> bytes:
    """The averaged weights of a run and its recipe, as one safetensors file."""
    return packed(run.average, {AUTOENCODER: run.recipe.to_json()})


def shipped_autoencoder(name: str) -> tuple[Autoencoder, AutoencoderRecipe]:
    """The autoencoder with these weights, to be asked and not trained.

    name: one of `companion.training.names()` that is an autoencoder.   Returns it and
    its recipe.
    Raises ValueError for another name, for a file that has changed since it was packed,
    and for weights of another kind of network.
    """
    tensors, notes = read(name)
    if AUTOENCODER not in notes:
        raise ValueError(f"name: got {name!r}, which is not an autoencoder")
    recipe = AutoencoderRecipe.from_json(notes[AUTOENCODER])
    network = start_autoencoder(recipe).average
    network.load_state_dict(tensors)
    return network, recipe
