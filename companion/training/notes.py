"""What a saved file says of itself: kind, recipe, step and source, in old files and in new."""

import json
from collections.abc import Mapping

from torch import Tensor

from companion.checks import shown
from companion.training.files import SUM
from companion.training.recipe import Recipe

AVERAGE, OPTIMIZER = "ema_", "_optimizer"  # beside a player's name: what else is its own
_NOTES = {"kind", "recipe", "step", "source", SUM}  # all that a file says
_OLD_KINDS = {"recipe": "diffusion", "autoencoder": "autoencoder"}  # where a recipe stood
_OLD_PARTS = {"average": f"{AVERAGE}network", "optimizer": f"network{OPTIMIZER}"}


def kind_by(notes: Mapping[str, str] | None) -> str:
    """What kind of model a file is of, by its notes.

    Raises:
        ValueError: where they do not say.
    """
    if {"kind", "recipe"} <= {*(notes or ())}:
        return notes["kind"]
    for place, kind in _OLD_KINDS.items():
        if place in (notes or ()):
            return kind
    raise ValueError("its notes name no recipe")


def as_written_now(
    recipe: type[Recipe], notes: Mapping[str, str], tensors: dict[str, Tensor]
) -> tuple[Recipe, dict[str, Tensor]]:
    """The recipe and the tensors of a file, by the names of today where it has older ones.

    Args:
        recipe: of the file's kind.
        notes: of the file.
        tensors: of the file.

    Raises:
        ValueError: for notes that no file has, and for a wrong recipe.
    """
    unknown = sorted({*notes} - {*_NOTES, *_OLD_KINDS})
    if unknown:
        raise ValueError(f"it has notes that none has: {', '.join(unknown)}")
    if "kind" in notes:
        return recipe.from_json(notes["recipe"]), tensors
    (text,) = (notes[place] for place in _OLD_KINDS if place in notes)
    by_part = {}
    for name, tensor in tensors.items():
        part, dot, rest = name.partition(".")
        by_part[f"{_OLD_PARTS.get(part, part)}{dot}{rest}"] = tensor
    return recipe.from_json(text), recipe.with_new_names(by_part)


def step_of(notes: dict[str, str], steps: int) -> int:
    """The step of a run by its notes.

    Args:
        notes: of a file.
        steps: of its recipe.

    Raises:
        ValueError: for what is no whole number in 0..steps.
    """
    text = notes["step"]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    if not 0 <= number <= steps:
        raise ValueError(f"step: got {text!r:.40}, expected a whole number in 0..{steps}")
    return number


def source_of(notes: dict[str, str]) -> dict | None:
    """Where the run's pictures are from by its notes, or None.

    Raises:
        ValueError: for what is no object of JSON.
    """
    if "source" not in notes:
        return None
    try:
        found = json.loads(notes["source"])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"source: got {notes['source']!r:.40}, expected an object of JSON")
    return found


def source_as_json(source: object) -> str:
    """A source as it is saved.

    Raises:
        ValueError: for what is no object of JSON.
    """
    try:
        text = json.dumps(source, sort_keys=True, allow_nan=False)
        fits = isinstance(source, dict) and json.loads(text) == source
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise ValueError(f"source: got {shown(source)}, expected an object of JSON")
    return text
