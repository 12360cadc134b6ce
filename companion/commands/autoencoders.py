"""The recipe of an autoencoder, from what is typed, and what it is trained with."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from companion.autoencoder import (
    AUTOENCODER_RECIPES,
    AutoencoderRecipe,
    perceptual,
    photo_features,
    with_both_terms,
    with_bottleneck,
)
from companion.autoencoder.losses import PerceptualLoss
from companion.commands.denoisers import changed_recipe
from companion.commands.options import as_options

NAMES = ("photos", "scenes", *AUTOENCODER_RECIPES)
FOLDER = AUTOENCODER_RECIPES["photos-kl"]  # what a folder is learned with
EIGHT = 8  # the feature network halves an image three times


def autoencoder_recipe(
    data: str,
    file: Path | None = None,
    grey: bool = False,
    changed: dict[str, int] | None = None,
    bottleneck: str | None = None,
    adversarial: bool = False,
) -> AutoencoderRecipe:
    """The recipe for a recipe's name, photos, scenes or a folder, with changes.

    data: as `meant` returns it.   file: a recipe as JSON, instead of the default one.
    grey: in one channel, of a folder.   changed: fields of the recipe.
    bottleneck, adversarial: see `with_bottleneck` and `with_both_terms`.
    Raises ValueError for a name that is none of these, and for a wrong recipe.
    """
    changed = changed or {}
    f = changed.get("f", 1)
    if f & (f - 1):
        raise ValueError(f"--f: got {f}, expected a power of two")
    if data in AUTOENCODER_RECIPES:
        recipe = AUTOENCODER_RECIPES[data]
    elif data in ("photos", "scenes"):
        recipe = replace(FOLDER, data=data)
    elif Path(data).is_dir():
        recipe = replace(FOLDER, data=os.path.abspath(data))
    else:
        raise ValueError(
            f"DATA: got {data}, expected a folder, a saved run, or one of {', '.join(NAMES)}"
        )
    recipe = changed_recipe(recipe, file, grey, {})
    begin = recipe.begin * changed.get("steps", recipe.steps) // recipe.steps
    with as_options(changed):
        recipe = replace(recipe, begin=begin, **changed)
    if bottleneck:
        recipe = with_bottleneck(recipe, bottleneck)
    if adversarial:
        recipe = with_both_terms(recipe)
    if recipe.perceptual and not seen_by_features(recipe):
        option = "--size" if recipe.channels == 3 else "--grey"
        raise ValueError(
            f"{option}: got {recipe.size} pixels in {recipe.channels} channels, "
            f"expected a multiple of {EIGHT} in 3: the perceptual distance sees no other images"
        )
    return recipe


def features_for(recipe: AutoencoderRecipe, device: torch.device | str) -> PerceptualLoss | None:
    """The perceptual distance that a run is trained with, or None where it has none."""
    if not recipe.perceptual:
        return None
    return partial(perceptual, photo_features().to(device))


def seen_by_features(recipe: AutoencoderRecipe) -> bool:
    """Whether the recipe's images are such that the feature networks can see them."""
    return recipe.channels == 3 and recipe.size % EIGHT == 0
