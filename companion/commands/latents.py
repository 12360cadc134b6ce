"""`train latent FOLDER`: an autoencoder is trained or taken, then a network in its latent."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from accelerate import Accelerator

from companion.commands.autoencoders import autoencoder_recipe
from companion.commands.denoisers import changed_recipe
from companion.commands.options import as_options
from companion.commands.outputs import check_new_run, check_run, name_for
from companion.commands.saved import as_a_run, meant, weights_sum
from companion.commands.sources import folder_of, images_for
from companion.commands.telling import told
from companion.commands.words import Refused, say, typed
from companion.data import Folder, as_floats
from companion.evaluation import scale_factor
from companion.tasks import (
    RECIPES,
    AutoencoderRecipe,
    DiffusionRecipe,
    load,
    recipes_of,
    shipped,
)
from companion.tasks.models import latents
from companion.training import Diverged, Session, Stopped, names, start, train_to

ENDS, OF_AUTOENCODER = "-latent.safetensors", "-autoencoder.safetensors"
NAMES = tuple(name for name, one in recipes_of("diffusion").items() if one.codec.autoencoder)
# What no other folder is trained with.
OPTIONS = frozenset({"autoencoder", "autoencoder_steps", "upscale", "encoder"})
_SCALED = 2000  # images of which the scale is taken


class Begun(NamedTuple):
    """A new run in a latent, where it is saved, and its folder, which was read."""

    session: Session
    out: Path
    found: Folder


class Coder(NamedTuple):
    """An autoencoder: its name or the path of its file, its recipe, the sum of its weights."""

    place: str
    recipe: AutoencoderRecipe
    sum: str = ""


def begun(
    data: str,
    out: Path | None,
    accelerator: Callable[[], Accelerator],
    every: int,
    file: Path | None = None,
    grey: bool = False,
    fit: str = "crop",
    autoencoder: str | None = None,
    upscale: bool = False,
    encoder: str | None = None,
    changed: dict[str, int] | None = None,
    **own: object,
) -> Begun:
    """A new run that learns a folder in the latent of an autoencoder, ready to be trained.

    Args:
        data: a folder.
        out: where the run is to be saved.
        accelerator: what makes it, where an autoencoder is trained.
        every: steps between two checkpoints of that.
        file: a recipe of a denoising network, as JSON.
        grey: in one channel.
        fit: as for `companion.data.folder`.
        autoencoder: one of the course by name, or a saved run, in place of a new one.
        upscale: whether it learns to make small pictures large, and hears no words.
        encoder: one from outside that reads the captions, in place of a new one; see
            `companion.data.find_encoder`.
        changed: fields of the recipe.
        own: options of an autoencoder.

    Raises:
        ValueError: for what cannot be: before anything is trained, but for a latent of which
            all numbers are one.
        Refused: where it was stopped while the autoencoder learned.
    """
    changed = {**(changed or {})}
    out = out or name_for(data, ENDS)
    check_new_run(out)
    coder = _taken(autoencoder) if autoencoder else None
    for_it = own | {name: changed.pop(name) for name in ("f",) if name in changed}
    if coder and for_it:
        name = min(for_it).replace("_", "-")
        raise ValueError(f"--{name}: got it with --autoencoder, expected it for a new one only")
    wanted = coder.recipe if coder else _new_coder(data, grey, changed, for_it)
    grey = grey or wanted.data.channels == 1
    recipe = _recipe(data, file, grey, changed, wanted)
    found = folder_of(recipe, fit)
    if upscale and encoder:
        raise ValueError("--encoder: got it with --upscale, which hears no words, expected one")
    if upscale:
        recipe = recipe.override(condition_type="image", image_task="upscale")
        say(f"it learns to make pictures of {recipe.shape[1]} pixels {recipe.data.size} large")
    else:
        recipe = told(recipe, found, encoder)
    images = images_for(recipe, {"fit": fit}, found)
    images.announce(recipe)
    if not coder:
        beside = out.with_name(f"{_stem(out)}{OF_AUTOENCODER}")
        session, new = _beside(beside, wanted, bool(for_it), fit)
        coder = _trained(beside, session, new, found, accelerator(), every)
    z = latents(coder.place, 1.0).encode(as_floats(images.learned[:_SCALED]))
    session = start(recipe.override(autoencoder=coder.place, scale=scale_factor(z)))
    session.source = {"fit": fit} | ({"autoencoder": coder.sum} if coder.sum else {})
    return Begun(session, out, found)


def _new_coder(
    data: str, grey: bool, changed: dict[str, int], for_it: dict[str, object]
) -> AutoencoderRecipe:
    """The recipe of an autoencoder that is trained here."""
    shared = {name: value for name, value in changed.items() if name in ("size", "seed")}
    shared |= {"f": for_it["f"]} if "f" in for_it else {}
    shared |= {"steps": for_it["autoencoder_steps"]} if "autoencoder_steps" in for_it else {}
    own = {name: value for name, value in for_it.items() if name in ("bottleneck", "adversarial")}
    return autoencoder_recipe(data, grey=grey, changed=shared, **own)


def _stem(out: Path) -> str:
    """The name of a run without what says that it is one in a latent."""
    name = out.name.removesuffix(".safetensors")
    return name.removesuffix("-latent") or name


def _taken(text: str) -> Coder:
    """The autoencoder that was typed.

    Raises:
        ValueError: for what is none.
    """
    known = [name for name in names() if name in recipes_of("autoencoder")]
    place = meant("--autoencoder", text, known)
    if place in known:
        return Coder(place, shipped(place).recipe)
    if not Path(place).is_file():
        raise ValueError(
            f"--autoencoder: got {place}, nothing of that name; expected a saved run of an "
            f"autoencoder or one of {', '.join(known)}"
        )
    with as_a_run("--autoencoder", place):
        session = load(place)
    if session.recipe.KIND != "autoencoder":
        raise ValueError(
            f"--autoencoder: got {place}, of the kind {session.recipe.KIND}, "
            "expected an autoencoder"
        )
    return Coder(os.path.abspath(place), session.recipe, weights_sum(session))


def _recipe(
    data: str, file: Path | None, grey: bool, changed: dict[str, int], coder: AutoencoderRecipe
) -> DiffusionRecipe:
    """The recipe of the network in the latent of such an autoencoder, not told anything yet."""
    recipe = RECIPES["scenes-latent"].override(source=os.path.abspath(data), autoencoder="there")
    kind = {name: value for name, value in changed.items() if name == "network_type"}
    recipe = changed_recipe(recipe, file, grey, kind)
    size = changed.get("size", coder.data.size if file is None else recipe.data.size)
    f = coder.network.f
    if size % (divisor := recipe.network.divisor * f):
        raise ValueError(
            f"--size: got {size}, expected a multiple of {divisor}: the autoencoder makes "
            f"an image {f} times smaller, and of that the network {recipe.network.why}"
        )
    if coder.data.channels != recipe.data.channels:
        raise ValueError(
            f"--autoencoder: got one for images of {coder.data.channels} channels, "
            f"expected {recipe.data.channels}"
        )
    with as_options(changed):
        return recipe.override(
            **{**changed, "size": size},
            codec=type(recipe.codec)("there", f, coder.network.latent_channels),
        )


def _beside(
    place: Path, wanted: AutoencoderRecipe, options: bool, fit: str
) -> tuple[Session, bool]:
    """The autoencoder beside a run, as it is or new, and whether it is new.

    Raises:
        ValueError: for a file there that is something else, or was begun with other options.
    """
    if not place.exists():
        check_new_run(place)
        session = start(wanted)
        session.source = {"fit": fit}
        return session, True
    with as_a_run("--out", place):
        session = load(place)
    if session.recipe.KIND != "autoencoder" or session.recipe.data != wanted.data:
        raise ValueError(
            f"--out: {place} is there, and is no autoencoder of these pictures in this size, "
            "expected another name, or --autoencoder with the one that is meant"
        )
    if options and session.recipe != wanted:
        raise ValueError(
            f"--out: {place} is there and was begun with other options, expected none for the "
            "autoencoder, or another name"
        )
    check_run(place)
    return session, False


def _trained(
    place: Path, session: Session, new: bool, found: Folder, where: Accelerator, every: int
) -> Coder:
    """The autoencoder of a session, once its steps are done; of several processes by all.

    Raises:
        Refused: where it was stopped, and for a loss that is not finite.
    """
    left = session.recipe.steps - session.step
    if left:
        images = images_for(session.recipe, session.source, found)
        session.source = images.source
        say(f"first an autoencoder: {len(images.learned)} images, {left} steps on {where.device}")
        try:
            train_to(place, session, images.learned, where, every=every, new=new)
        except Stopped as stopped:
            raise Refused(f"{stopped}. To go on: the same command once more") from None
        except Diverged as error:
            raise Refused(str(error)) from None
        where.wait_for_everyone()  # the first of several is still writing it
    say(f"the autoencoder is in {place}. To see: {typed('reconstruct', place)} IMAGE")
    return Coder(os.path.abspath(place), session.recipe, weights_sum(session))
