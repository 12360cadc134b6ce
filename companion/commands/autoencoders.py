"""The recipe of an autoencoder, from what is typed, and what it is trained with."""

import os
from pathlib import Path

from companion.commands.denoisers import changed_recipe
from companion.commands.options import as_options
from companion.tasks import (
    RECIPES,
    AutoencoderRecipe,
    recipes_of,
    with_both_terms,
    with_bottleneck,
)

NAMES = ("photos", "scenes", *recipes_of("autoencoder"))
FOLDER = RECIPES["photos-kl"]  # what a folder is learned with
LEAST = 16  # pixels of a side
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

    Args:
        data: one of `NAMES`, or a folder.
        file: a recipe as JSON, instead of the default one.
        grey: in one channel, of a folder.
        changed: fields of the recipe.
        bottleneck: see `with_bottleneck`.
        adversarial: see `with_both_terms`.

    Raises:
        ValueError: for a wrong recipe.
    """
    changed = changed or {}
    f = changed.get("f", 1)
    if f & (f - 1):
        raise ValueError(f"--f: got {f}, expected a power of two")
    if changed.get("size", LEAST) < LEAST:
        raise ValueError(f"--size: got {changed['size']}, expected at least {LEAST}")
    if data in ("photos", "scenes"):
        recipe = RECIPES[f"{data}-kl"]
    elif data in NAMES:
        recipe = RECIPES[data]
    else:
        recipe = FOLDER.override(source=os.path.abspath(data))
    recipe = changed_recipe(recipe, file, grey, {})
    steps, before = changed.get("steps", recipe.steps), recipe.steps
    with as_options(changed):
        disc_start = recipe.discriminator.disc_start * steps // before
        recipe = recipe.override(disc_start=disc_start, **changed)
    if bottleneck:
        recipe = with_bottleneck(recipe, bottleneck)
    if adversarial:
        recipe = with_both_terms(recipe)
    if recipe.loss.perceptual and not seen_by_features(recipe):
        option = "--size" if recipe.data.channels == 3 else "--grey"
        raise ValueError(
            f"{option}: got {recipe.data.size} pixels in {recipe.data.channels} channels, "
            f"expected a multiple of {EIGHT} in 3: the perceptual distance sees no other images"
        )
    return recipe


def seen_by_features(recipe: AutoencoderRecipe) -> bool:
    """Whether the recipe's images are such that the feature networks can see them."""
    return recipe.data.channels == 3 and recipe.data.size % EIGHT == 0
