"""The recipe of a denoising network, from what is typed."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from companion.autoencoder import AUTOENCODER_RECIPES, AutoencoderRecipe
from companion.data import hub_names
from companion.training import RECIPES, Recipe

FOLDER = Recipe(
    steps=5000,
    batch_size=32,
    rate=1e-3,
    warmup=200,
    ema=0.999,
    channels=3,
    multipliers=(1, 2, 2),
    size=32,
)
NAMES = (*RECIPES, *hub_names())

AnyRecipe = TypeVar("AnyRecipe", Recipe, AutoencoderRecipe)


def recipe_for(
    data: str, file: Path | None = None, grey: bool = False, changed: dict[str, int] | None = None
) -> Recipe:
    """The recipe for a recipe's name, a name of the hub or a folder, with changes.

    data: as `meant` returns it.   file: a recipe as JSON, instead of the default one.
    grey: in one channel, of a folder.   changed: fields of the recipe.
    Raises ValueError for a name that is none of these, and for a wrong recipe.
    """
    if data in RECIPES:
        recipe = RECIPES[data]
    elif data in hub_names():
        recipe = replace(FOLDER, data=data, channels=3 if data == "cifar-10" else 1)
    elif Path(data).is_dir():
        recipe = replace(FOLDER, data=os.path.abspath(data))
    else:
        if data in AUTOENCODER_RECIPES:
            raise ValueError(
                f"DATA: got {data}, the recipe of an autoencoder, expected one of a "
                f"denoising network; or: train autoencoder {data}"
            )
        raise ValueError(
            f"DATA: got {data}, expected a folder, a saved run, or one of {', '.join(NAMES)}"
        )
    recipe = changed_recipe(recipe, file, grey, changed or {})
    halvings = 2 ** (len(recipe.multipliers) - 1)
    if recipe.size % halvings:
        raise ValueError(
            f"--size: got {recipe.size}, expected a multiple of {halvings}: the network "
            f"halves an image {len(recipe.multipliers) - 1} times"
        )
    if recipe.data in hub_names() and recipe.size != FOLDER.size:
        raise ValueError(
            f"--size: got {recipe.size}, expected {FOLDER.size}: the sets of the hub have that size"
        )
    return recipe


def changed_recipe(
    recipe: AnyRecipe, file: Path | None, grey: bool, changed: dict[str, int]
) -> AnyRecipe:
    """The recipe, or that of a file for the same data, with changes.

    file: a recipe as JSON.   grey: in one channel, of a folder.   changed: fields of the recipe.
    Raises ValueError for a wrong recipe, and where the grey is not a folder's.
    """
    if file:
        if not file.is_file():
            raise ValueError(f"--recipe: got {file}, expected a file, and no pipe or device")
        try:
            text = file.read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"--recipe: got {file}, expected text in UTF-8") from None
        recipe = replace(type(recipe).from_json(text), data=recipe.data)
    if grey:
        if not os.path.isabs(recipe.data):
            raise ValueError(
                f"--grey: the images of {recipe.data} are as they are, expected it only for a folder"
            )
        recipe = replace(recipe, channels=1)
    return replace(recipe, **changed)
