"""The recipe of a denoising network, from what is typed."""

import os
from pathlib import Path

from companion.data import hub_names
from companion.tasks import RECIPES, DiffusionRecipe, recipes_of
from companion.training import Recipe

FOLDER = RECIPES["photos"]  # what a folder is learned with
NAMES = (*recipes_of("diffusion"), *hub_names())


def recipe_for(
    data: str, file: Path | None = None, grey: bool = False, changed: dict[str, int] | None = None
) -> DiffusionRecipe:
    """The recipe for a recipe's name, a name of the hub or a folder, with changes.

    Args:
        data: one of `NAMES`, or a folder.
        file: a recipe as JSON, instead of the default one.
        grey: in one channel, of a folder.
        changed: fields of the recipe.

    Raises:
        ValueError: for a wrong recipe.
    """
    if data in hub_names():
        recipe = FOLDER.override(source=data, channels=3 if data == "cifar-10" else 1)
    elif data in NAMES:
        recipe = RECIPES[data]
    else:
        recipe = FOLDER.override(source=os.path.abspath(data))
    recipe = changed_recipe(recipe, file, grey, changed or {})
    divisor = recipe.network.divisor * recipe.codec.f
    if recipe.data.size % divisor:
        raise ValueError(
            f"--size: got {recipe.data.size}, expected a multiple of {divisor}: "
            f"the network {recipe.network.why}"
        )
    if recipe.data.source in hub_names() and recipe.data.size != FOLDER.data.size:
        raise ValueError(
            f"--size: got {recipe.data.size}, expected {FOLDER.data.size}: "
            "the sets of the hub have that size"
        )
    return recipe


def changed_recipe(
    recipe: Recipe, file: Path | None, grey: bool, changed: dict[str, int]
) -> Recipe:
    """The recipe, or that of a file for the same data, with changes.

    Args:
        recipe: of any kind.
        file: a recipe of the same kind, as JSON.
        grey: in one channel, of a folder.
        changed: fields of the recipe.

    Raises:
        ValueError: for a wrong recipe, and where the grey is not a folder's.
    """
    if file:
        if not file.is_file():
            raise ValueError(f"--recipe: got {file}, expected a file, and no pipe or device")
        try:
            text = file.read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"--recipe: got {file}, expected text in UTF-8") from None
        recipe = type(recipe).from_json(text).override(source=recipe.data.source)
    if grey:
        if not os.path.isabs(recipe.data.source):
            raise ValueError(
                f"--grey: the images of {recipe.data.source} are as they are, "
                "expected it only for a folder"
            )
        recipe = recipe.override(channels=1)
    return recipe.override(**changed)
