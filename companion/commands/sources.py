"""What a word at the command line stands for: a recipe, images, a trained network."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

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


class Images(NamedTuple):
    """The images of a recipe.

    learned, held_out: (N, C, size, size). They are one and the same tensor where there
    is a single image.   skipped: files that could not be read, each with the reason.
    enlarged: how many of the images are smaller in their files.
    """

    learned: Tensor
    held_out: Tensor
    skipped: tuple[tuple[Path, str], ...] = ()
    enlarged: int = 0

    @property
    def alone(self) -> bool:
        """Whether there is a single image, which is both learned and held out."""
        return self.held_out is self.learned

    @property
    def count(self) -> int:
        """How many images there are, those that are held out among them."""
        return len(self.learned) + (0 if self.alone else len(self.held_out))


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
    if recipe.data in hub_names() and recipe.size != FOLDER.size:
        raise ValueError(
            f"--size: got {recipe.size}, expected {FOLDER.size}: the sets of the hub "
            "have that size"
        )
    return recipe


def images_for(recipe: Recipe | AutoencoderRecipe) -> Images:
    """The images to learn from, and those held out.

    An autoencoder gets more of what can be had in any number. A single image of a
    folder is both: there is nothing to hold out. Once there are others it may be held out.
    Raises ValueError where the recipe's data is not there any more.
    """
    if isinstance(recipe, AutoencoderRecipe) and recipe.data in ("photos", "scenes"):
        many = MANY if recipe.size <= 32 else MANY // 4
        if recipe.data == "photos":
            return Images(*photo_crops(recipe.size, many, HELD_OUT))
        learned = scenes(many, recipe.size).images
        return Images(learned, scenes(HELD_OUT, recipe.size, seed=1).images)
    if recipe.data == "digits":
        train, held_out = digits(recipe.size)
        return Images(train.images, held_out.images)
    if recipe.data == "photos":
        return Images(*photo_crops(recipe.size))
    if recipe.data in hub_names():
        train, held_out = hub(recipe.data)
        return Images(train.images, held_out.images)
    found = folder(recipe.data, recipe.size, recipe.channels)
    both = (found.images, found.images)
    parts = split(found) if len(found.images) > 1 else both
    return Images(*parts, found.skipped, len(found.enlarged))


def check_known(run: str) -> None:
    """Raises ValueError for what is neither a file nor the name of any weights."""
    if not Path(run).is_file() and run not in names():
        kinds = RECIPES | AUTOENCODER_RECIPES
        known = ", ".join(n for n in names() if n in kinds)
        raise ValueError(f"RUN: got {run}, expected a saved run or one of {known}")


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
