"""The images of a recipe: those of the course, or a folder's, which a saved run knows again."""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from companion.commands.words import say
from companion.data import (
    Folder,
    as_bytes,
    caption,
    changed,
    digits,
    fingerprint,
    folder,
    held_out,
    hub,
    hub_names,
    kept_back,
    label_files,
    labels,
    photo_crops,
    scenes,
)
from companion.tasks import AutoencoderRecipe, DiffusionRecipe, picture_conditions
from companion.training import Recipe

SETS = ("digits", "photos", "scenes", *hub_names())  # what a recipe can learn from, beside a folder
MANY, HELD_OUT = 8000, 400  # crops, for an autoencoder of small images
SCENES = {"autoencoder": 30_000, "diffusion": 60_000}  # how many, of small images
SEEDS = {"autoencoder": 10, "diffusion": 20, "held out": 1, "holes": 30}  # of scenes


class Images(NamedTuple):
    """The images of a recipe.

    Attributes:
        learned: (N, C, size, size), floats, or bytes where they are of a folder.
        held_out: the same of others; the same tensor where there is a single image.
        skipped: files that could not be read, each with the reason.
        enlarged: how many of the images are smaller in their files.
        not_square: how many of them are so in their files.
        grey: whether all are.
        news: what has changed since the run saw them, a sentence or nothing.
        source: what the run is to know of them, to be saved with it.
        said: of each that is learned, a caption or a class, where a recipe asks for it.
    """

    learned: Tensor
    held_out: Tensor
    skipped: tuple[tuple[Path, str], ...] = ()
    enlarged: int = 0
    not_square: int = 0
    grey: bool = False
    news: str = ""
    source: dict | None = None
    said: Sequence[str] | Tensor | None = None

    @property
    def alone(self) -> bool:
        """Whether there is a single image, which is both learned and held out."""
        return self.held_out is self.learned

    @property
    def count(self) -> int:
        """How many images there are, those that are held out among them."""
        return len(self.learned) + (0 if self.alone else len(self.held_out))

    def announce(self, recipe: Recipe) -> None:
        """Say what a person would want to know before these are learned from."""
        if self.news:
            say(self.news)
        for path, reason in self.skipped:
            here = Path(path).is_relative_to(Path.cwd())
            say(f"skipped {os.path.relpath(path) if here else path}: {reason}", err=True)
        if self.enlarged:
            say(
                f"{self.enlarged} of {self.count} images are smaller than {recipe.data.size} "
                "pixels and are enlarged"
            )
        if self.not_square:
            how = {
                "crop": "the middle square of each is taken "
                "(--fit pad takes all of it, with a margin)",
                "pad": "each gets a margin (--fit crop takes the middle square)",
            }[self.source["fit"]]
            say(f"{self.not_square} of {self.count} images are not square: {how}")
        if self.grey and recipe.data.channels == 3:
            say(
                "all images are grey, and are learned in colour: with --grey what is made is "
                "grey too, and sooner"
            )


def images_for(recipe: Recipe, source: dict | None = None, found: Folder | None = None) -> Images:
    """The images to learn from, and those held out.

    An autoencoder gets more of what can be had in any number. A single image of a folder
    is both: there is nothing to hold out. Once there are others it may be held out.

    Args:
        recipe: of any kind.
        source: what the run knows of the pictures of its folder: how they are fitted, and
            their fingerprint.
        found: its folder, where that was read already.

    Raises:
        ValueError: where the recipe's data is not there any more, or of other channels, and
            where the folder does not say of its pictures what the recipe is told.
    """
    images = (
        _of_the_course(recipe)
        if recipe.data.source in SETS
        else _of_a_folder(recipe, source or {}, found)
    )
    own = images.learned.shape[1]
    if own != recipe.data.channels:
        raise ValueError(
            f"channels: got {recipe.data.channels}, expected {own}: those of {recipe.data.source}"
        )
    return images


def _of_the_course(recipe: Recipe) -> Images:
    source, size = recipe.data.source, recipe.data.size
    if source == "scenes":
        return _of_scenes(recipe)
    if source == "photos":
        if isinstance(recipe, AutoencoderRecipe):
            many = MANY if size <= 32 else MANY // 4
            return Images(*photo_crops(size, many, HELD_OUT))
        return Images(*photo_crops(size))
    train, held_out = digits(size) if source == "digits" else hub(source)
    classes = isinstance(recipe, DiffusionRecipe) and recipe.condition.classes
    return Images(train.images, held_out.images, said=train.labels if classes else None)


def _of_scenes(recipe: Recipe) -> Images:
    """Drawn scenes as bytes. A denoising network is shown none that `kept_back` keeps back."""
    size, many = recipe.data.size, SCENES[recipe.KIND]
    held_out = scenes(HELD_OUT, size, SEEDS["held out"]).images
    drawn = scenes(many if size <= 32 else many // 4, size, SEEDS[recipe.KIND])
    said = [caption(scene) for scene in drawn.scenes]
    shown = [recipe.KIND == "autoencoder" or not kept_back(one) for one in said]
    learned = as_bytes(drawn.images[torch.tensor(shown)])
    told = recipe.condition.condition_type if isinstance(recipe, DiffusionRecipe) else "none"
    words = tuple(one for one, seen in zip(said, shown, strict=True) if seen)
    if told == "image":
        seen = [scene for scene, seen in zip(drawn.scenes, shown, strict=True) if seen]
        g = torch.Generator().manual_seed(SEEDS["holes"])
        return Images(learned, held_out, said=picture_conditions(recipe, learned, seen, g))
    return Images(learned, held_out, said=None if told == "none" else words)


def folder_of(recipe: Recipe, fit: str = "crop") -> Folder:
    """The pictures of a recipe that learns from a folder.

    Args:
        recipe: of any kind.
        fit: as for `companion.data.folder`.

    Raises:
        ValueError: where the folder is not there any more, or holds no picture.
    """
    place = Path(recipe.data.source)
    if not place.is_absolute():
        raise ValueError(
            f"the run says of its pictures only that their folder is called {place}, "
            "expected also --pictures FOLDER"
        )
    if not place.is_dir():
        raise ValueError(
            f"the pictures of the run were in {place}, where no folder is now, "
            "expected it there, or with --pictures FOLDER where they are"
        )
    return folder(place, recipe.data.size, recipe.data.channels, fit=fit)


def _of_a_folder(recipe: Recipe, source: dict, found: Folder | None) -> Images:
    fit = source.get("fit", "crop")
    found = found or folder_of(recipe, fit)
    now = fingerprint(found)
    news = changed(source["pictures"], now) if "pictures" in source else ""
    kept, said, unsaid, digest = _told(recipe, found)
    if "captions" in source and source["captions"] != digest:
        news = f"{news}; other captions" if news else "other captions"
    images, out = found.images, torch.zeros(len(found.images), dtype=torch.bool)
    if len(images) > 1:
        out = held_out(found)
    learned = ~out & kept
    if not learned.any():
        raise ValueError(f"{found.place}: expected a caption of at least one picture to learn from")
    of_labels = label_files(found)
    told = said[learned] if isinstance(said, Tensor) else said
    if isinstance(said, list):
        told = [one for one, own in zip(said, learned, strict=True) if own]
    first = images[learned]
    return Images(
        first,
        images[out] if out.any() else first,
        (*(one for one in found.skipped if one[0] not in of_labels), *unsaid),
        len(found.enlarged),
        len(found.not_square),
        found.all_grey,
        f"the pictures of the run have changed: {news}" if news else "",
        {**source, "fit": fit, "pictures": now} | ({"captions": digest} if digest else {}),
        told,
    )


def _told(
    recipe: Recipe, found: Folder
) -> tuple[Tensor, Tensor | list[str | None] | None, list[tuple[Path, str]], str]:
    """Which pictures a recipe can learn from, what is said of each, which are left, a digest."""
    everything = torch.ones(len(found.images), dtype=torch.bool)
    kind = "none"
    if isinstance(recipe, DiffusionRecipe):
        kind = recipe.condition.condition_type
    if kind == "none":
        return everything, None, [], ""
    if kind == "image":
        g = torch.Generator().manual_seed(SEEDS["holes"])
        return everything, picture_conditions(recipe, found.images, (), g), [], ""
    known, expected = labels(found), "class" if kind == "class" else "words"
    if known.kind != expected:
        has = {"none": "nothing is said of them", "words": "captions", "class": "classes"}
        raise ValueError(
            f"the pictures of the run are in {found.place}: got {has[known.kind]}, "
            f"expected {has[expected]}, by which it learns"
        )
    digest = sha256("\n".join(one or "" for one in known.said).encode()).hexdigest()
    unsaid = [
        (file, "no caption")
        for file, one in zip(found.files, known.said, strict=True)
        if one is None
    ]
    kept = torch.tensor([one is not None for one in known.said])
    return kept, [*known.said], unsaid, digest


def with_pictures(recipe: Recipe, run: str, pictures: str) -> Recipe:
    """The recipe of a saved run whose pictures are in another place now.

    Raises:
        ValueError: for a run that has none of its own, and for a place that is no folder.
    """
    if recipe.data.source in SETS:
        raise ValueError(
            f"--pictures: got {pictures}, expected none: {run} learns from {recipe.data.source}"
        )
    if not pictures or not Path(pictures).is_dir():
        raise ValueError(f"--pictures: got {pictures or 'an empty name'}, expected a folder")
    return recipe.override(source=os.path.abspath(pictures))
