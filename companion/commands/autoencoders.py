"""What a word at the command line stands for, where it is about an autoencoder."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from companion.autoencoder import (
    AUTOENCODER_RECIPES,
    Autoencoder,
    AutoencoderRecipe,
    load_autoencoder,
    perceptual,
    photo_features,
    shipped_autoencoder,
    with_both_terms,
    with_bottleneck,
)
from companion.autoencoder.losses import Features
from companion.commands.options import as_options
from companion.training import AUTOENCODER, kind_of, names, read

FOLDER = AUTOENCODER_RECIPES["photos-kl"]  # what a folder is learned with
EIGHT = 8  # the feature network halves an image three times


def autoencoder_recipe(
    data: str,
    file: Path | None,
    bottleneck: str | None,
    adversarial: bool,
    changed: dict[str, int],
) -> AutoencoderRecipe:
    """The recipe for a recipe's name, photos, scenes or a folder, with changes.

    file: a recipe as JSON, instead of the default one.   bottleneck, adversarial: see
    `with_bottleneck` and `with_both_terms`.
    Raises ValueError for a name that is none of these, and for a wrong recipe.
    """
    f = changed.get("f", 1)
    if f & (f - 1):
        raise ValueError(f"--f: got {f}, expected a power of two")
    if data in AUTOENCODER_RECIPES:
        recipe = AUTOENCODER_RECIPES[data]
    elif data in ("photos", "scenes") or Path(data).is_dir():
        recipe = replace(FOLDER, data=data)
    else:
        known = ", ".join(["photos", "scenes", *AUTOENCODER_RECIPES])
        raise ValueError(
            f"DATA: got {data}, expected a folder, a saved run, or one of {known}"
        )
    if file:
        given = AutoencoderRecipe.from_json(file.read_text("utf-8"))
        recipe = replace(given, data=recipe.data)
    begin = recipe.begin * changed.get("steps", recipe.steps) // recipe.steps
    with as_options(changed):
        recipe = replace(recipe, begin=begin, **changed)
    if bottleneck:
        recipe = with_bottleneck(recipe, bottleneck)
    if adversarial:
        recipe = with_both_terms(recipe)
    if recipe.perceptual and not seen_by_features(recipe):
        raise ValueError(
            f"--size: got {recipe.size} pixels in {recipe.channels} channels, expected a "
            f"multiple of {EIGHT} in 3: the perceptual distance sees no other images"
        )
    return recipe


def features_for(
    recipe: AutoencoderRecipe, device: torch.device | str
) -> Features | None:
    """The perceptual distance that a run is trained with, or None where it has none."""
    if not recipe.perceptual:
        return None
    return partial(perceptual, photo_features().to(device))


def seen_by_features(recipe: AutoencoderRecipe) -> bool:
    """Whether the recipe's images are such that the feature networks can see them."""
    return recipe.channels == 3 and recipe.size % EIGHT == 0


def is_autoencoder(name: str) -> bool:
    """Whether this is a saved run of an autoencoder, or weights of one by name.

    Raises ValueError for a file that is no saved run.
    """
    if Path(name).is_file():
        return kind_of(name) == AUTOENCODER
    return name in names() and AUTOENCODER in read(name)[1]


def read_autoencoder(name: str) -> tuple[Autoencoder, AutoencoderRecipe]:
    """The averaged autoencoder of a saved run, or of weights of the course, by name.

    Raises ValueError for a name that is neither, and for a denoising network.
    """
    if Path(name).is_file():
        run = load_autoencoder(name)
        return run.average, run.recipe
    if is_autoencoder(name):
        return shipped_autoencoder(name)
    known = ", ".join(n for n in names() if n in AUTOENCODER_RECIPES)
    what = "weights of another kind" if name in names() else "nothing of that name"
    raise ValueError(
        f"RUN: got {name}, {what}; "
        f"expected a saved run of an autoencoder or one of {known}"
    )
