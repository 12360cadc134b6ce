"""What `train` does: a run is started or taken up, its pictures are found, and it learns."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from accelerate import Accelerator

from companion.commands import autoencoders, denoisers
from companion.commands.options import as_options
from companion.commands.outputs import check_new_run, check_run, name_for
from companion.commands.saved import as_a_run, meant
from companion.commands.sources import images_for, with_pictures
from companion.commands.words import Refused, say, typed
from companion.tasks import RECIPES, load
from companion.training import NotFinite, Session, Stopped, best_device, extended, start, train_to

RECIPE = {"steps", "width", "seed", "size", "f"}  # options that are fields of a recipe


class Kind(NamedTuple):
    """What the command line says of a kind of model.

    names: what DATA can be, beside a folder or a run.   recipe: of what was typed.
    ends: of the name of a saved run.   see: the command that shows what was learned.
    """

    names: tuple[str, ...]
    recipe: Callable
    ends: str
    see: Callable[[Path], str]


KINDS = {
    "diffusion": Kind(
        denoisers.NAMES,
        denoisers.recipe_for,
        ".safetensors",
        lambda out: typed("sample", out),
    ),
    "autoencoder": Kind(
        autoencoders.NAMES,
        autoencoders.autoencoder_recipe,
        "-autoencoder.safetensors",
        lambda out: f"{typed('reconstruct', out)} IMAGE",
    ),
}
WORDS = {"diffusion": "denoiser", "autoencoder": "autoencoder"}  # as they are typed


def learn(
    asked: str,
    data: str,
    every: int,
    out: Path | None = None,
    pictures: str | None = None,
    **how: object,
) -> None:
    """Train on what a word stands for; the options are those of `train`, where they were typed.

    asked: the kind of model for a folder or a set of images. That of a recipe's name, and
    of a saved run, is their own.
    Raises ValueError for what is no data, and Refused after Ctrl-C and for a loss that is not finite.
    """
    names = (*KINDS[asked].names, *(name for name in RECIPES if name not in KINDS[asked].names))
    data = meant("DATA", data, names)
    if data not in names and Path(data).is_file():
        session, out = _taken_up(data, out, pictures, how)
        new = str(out) != data
    else:
        if pictures is not None:
            raise ValueError(
                f"--pictures: got {pictures}, expected it only with a saved run: of a new one it is DATA"
            )
        kind = asked if data in KINDS[asked].names or data not in RECIPES else RECIPES[data].KIND
        session, out = _begun(KINDS[kind], data, out, how)
        new = True
    with as_options(RECIPE & {*how}):
        images = images_for(session.recipe, session.source)
    images.announce(session.recipe)
    session.source = images.source
    accelerator = Accelerator(cpu=best_device().type == "cpu")
    say(
        f"{len(images.learned)} images, {session.recipe.steps - session.step} steps on {accelerator.device}"
    )
    try:
        train_to(out, session, images.learned, accelerator, every=every, new=new)
    except Stopped as stopped:
        raise Refused(f"{stopped}. To go on: {typed('train', out)}") from None
    except NotFinite as error:
        raise Refused(str(error)) from None
    say(f"saved {out}. To see: {KINDS[session.recipe.KIND].see(out)}")


def _begun(kind: Kind, data: str, out: Path | None, how: dict[str, object]) -> tuple[Session, Path]:
    """A new run, and where it is saved."""
    changed = {name: value for name, value in how.items() if name in RECIPE}
    others = {name: value for name, value in how.items() if name not in {*RECIPE, "fit"}}
    recipe = kind.recipe(data, changed=changed, **others)
    out = out or name_for(data, kind.ends)
    check_new_run(out)
    session = start(recipe)
    if "fit" in how:
        if not Path(recipe.data.source).is_absolute():
            raise ValueError(f"--fit: got {how['fit']} for {data}, expected it only for a folder")
        session.source = {"fit": how["fit"]}
    return session, out


def _taken_up(
    data: str, out: Path | None, pictures: str | None, how: dict[str, object]
) -> tuple[Session, Path]:
    """A saved run with more steps or another place of its pictures, if that is asked for, and where it goes on."""
    others = ", ".join(
        f"--{'recipe' if name == 'file' else name}" for name in how if name != "steps"
    )
    if others:
        raise ValueError(
            f"{data} holds its recipe: it goes on without {others}, "
            "expected at most --steps, --every, --out and --pictures"
        )
    out = _going_on(data, out)
    with as_a_run("DATA", data):
        session = load(data)
    before = session.recipe.steps
    if how.get("steps", before) != before:
        with as_options(["steps"]):
            session = extended(session, how["steps"])
        say(
            f"{data} was made for {before} steps and goes on to {how['steps']}: from here the learning rate "
            f"falls on the curve of {how['steps']} steps, so the weights are not those of a run begun with them"
        )
    if pictures is not None:
        session.recipe = with_pictures(session.recipe, data, pictures)
    return session, out


def _going_on(data: str, out: Path | None) -> Path:
    """Where a saved run goes on: in its own file, or in a new one."""
    if out is None or (out.exists() and out.samefile(data)):
        check_run(Path(data))
        return Path(data)
    check_new_run(out)
    return out
