"""What a word at the command line stands for: a recipe, images, a trained network."""

from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from companion.autoencoder import AUTOENCODER_RECIPES, AutoencoderRecipe
from companion.commands.autoencoders import is_autoencoder
from companion.data import digits, folder, hub, hub_names, photo_crops, scenes, split
from companion.training import RECIPES, Recipe, load, names, shipped

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
MANY, HELD_OUT = 8000, 400  # crops and scenes, for an autoencoder of small images


def recipe_for(
    data: str, file: Path | None, grey: bool, changed: dict[str, int]
) -> Recipe:
    """The recipe for a recipe's name, a name of the hub or a folder, with changes.

    file: a recipe as JSON, instead of the default one.
    Raises ValueError for a name that is none of these, and for a wrong recipe.
    """
    if data in RECIPES:
        recipe = RECIPES[data]
    elif data in hub_names():
        recipe = replace(FOLDER, data=data, channels=3 if data == "cifar-10" else 1)
    elif Path(data).is_dir():
        recipe = replace(FOLDER, data=data, channels=1 if grey else 3)
    else:
        if data in AUTOENCODER_RECIPES:
            raise ValueError(
                f"DATA: got {data}, the recipe of an autoencoder, expected one of a "
                f"denoising network; or: train autoencoder {data}"
            )
        known = ", ".join([*RECIPES, *hub_names()])
        raise ValueError(
            f"DATA: got {data}, expected a folder, a saved run, or one of {known}"
        )
    if file:
        given = Recipe.from_json(file.read_text("utf-8"))
        recipe = replace(given, data=recipe.data)
    recipe = replace(recipe, **changed)
    halvings = 2 ** (len(recipe.multipliers) - 1)
    if recipe.size % halvings:
        raise ValueError(
            f"--size: got {recipe.size}, expected a multiple of {halvings}: the network "
            f"halves an image {len(recipe.multipliers) - 1} times"
        )
    return recipe


def images_for(
    recipe: Recipe | AutoencoderRecipe,
) -> tuple[Tensor, Tensor, tuple[tuple[Path, str], ...]]:
    """Images to learn from, images held out, and the files that were skipped.

    An autoencoder gets more of what can be had in any number.

    Raises ValueError where the recipe's data is not there any more.
    """
    if isinstance(recipe, AutoencoderRecipe) and recipe.data in ("photos", "scenes"):
        many = MANY if recipe.size <= 32 else MANY // 4
        if recipe.data == "photos":
            return *photo_crops(recipe.size, many, HELD_OUT), ()
        learned = scenes(many, recipe.size).images
        return learned, scenes(HELD_OUT, recipe.size, seed=1).images, ()
    if recipe.data == "digits":
        train, held_out = digits(recipe.size)
        return train.images, held_out.images, ()
    if recipe.data == "photos":
        return *photo_crops(recipe.size), ()
    if recipe.data in hub_names():
        train, held_out = hub(recipe.data)
        return train.images, held_out.images, ()
    found = folder(recipe.data, recipe.size, recipe.channels)
    if len(found.images) == 1:  # one picture to learn: nothing can be held out
        return found.images, found.images, found.skipped
    return *split(found.images), found.skipped


def read_run(name: str) -> tuple[nn.Module, Recipe]:
    """The averaged network of a saved run, or of weights of the course, by name.

    Raises ValueError for a name that is neither, and for that of an autoencoder.
    """
    if is_autoencoder(name):
        raise ValueError(
            f"RUN: got {name}, an autoencoder, expected a denoising network: an "
            "autoencoder draws nothing by itself, but see: reconstruct"
        )
    if Path(name).is_file():
        run = load(name)
        return run.average, run.recipe
    if name in names():
        return shipped(name)
    known = ", ".join(n for n in names() if n in RECIPES)
    raise ValueError(f"RUN: got {name}, expected a saved run or one of {known}")
