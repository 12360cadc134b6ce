"""What a word at the command line stands for: a recipe, images, a trained network."""

from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn

from companion.data import digits, folder, hub, hub_names, photo_crops, split
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


def images_for(recipe: Recipe) -> tuple[Tensor, Tensor, tuple[tuple[Path, str], ...]]:
    """Images to learn from, images held out, and the files that were skipped.

    Raises ValueError where the recipe's data is not there any more.
    """
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

    Raises ValueError for a name that is neither.
    """
    if Path(name).is_file():
        run = load(name)
        return run.average, run.recipe
    if name in names():
        return shipped(name)
    known = ", ".join(n for n in names() if n in RECIPES)
    raise ValueError(f"RUN: got {name}, expected a saved run or one of {known}")
