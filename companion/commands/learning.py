"""What `train` does: a run is started or taken up, its pictures are found, and it learns."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from accelerate import Accelerator

from companion.autoencoder import (
    AutoencoderRun,
    load_autoencoder,
    start_autoencoder,
    train_autoencoder_to,
)
from companion.commands import autoencoders, denoisers
from companion.commands.options import as_options
from companion.commands.outputs import check_new_run, check_run, name_for
from companion.commands.saved import as_a_run, meant
from companion.commands.sources import Images, images_for, with_pictures
from companion.commands.words import Refused, say, typed
from companion.training import NotFinite, Run, Stopped, best_device, extended, load, start, train_to

RECIPE = {"steps", "width", "seed", "size", "f"}  # options that are fields of a recipe


class Kind(NamedTuple):
    """What the two kinds of training differ in.

    words: that begin the command.   names: what DATA can be, beside a folder or a run.
    ends: of the name of a saved run.   recipe, start, load: make a recipe of what was
    typed, a run of that, and a run of a file.
    learn: the training with checkpoints.   see: the command that shows what was learned.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    ends: str
    recipe: Callable
    start: Callable
    load: Callable
    learn: Callable
    see: Callable[[Path], str]


def _learn_to_denoise(
    out: Path, run: Run, images: Images, accelerator: Accelerator, **how: object
) -> None:
    train_to(out, run, images.learned, accelerator, **how)


def _learn_to_rebuild(
    out: Path, run: AutoencoderRun, images: Images, accelerator: Accelerator, **how: object
) -> None:
    features = autoencoders.features_for(run.recipe, accelerator.device)
    train_autoencoder_to(out, run, images.learned, features, accelerator, **how)


DENOISER = Kind(
    ("train",),
    denoisers.NAMES,
    ".safetensors",
    denoisers.recipe_for,
    start,
    load,
    _learn_to_denoise,
    lambda out: typed("sample", out),
)
AUTOENCODER = Kind(
    ("train", "autoencoder"),
    autoencoders.NAMES,
    "-autoencoder.safetensors",
    autoencoders.autoencoder_recipe,
    start_autoencoder,
    load_autoencoder,
    _learn_to_rebuild,
    lambda out: f"{typed('reconstruct', out)} IMAGE",
)


def learn(
    kind: Kind,
    data: str,
    every: int,
    out: Path | None = None,
    pictures: str | None = None,
    **how: object,
) -> None:
    """Train on what a word stands for; the options are those of `train`, where they were typed.

    kind: `DENOISER` or `AUTOENCODER`.
    Raises ValueError for what is no data, and Refused after Ctrl-C and for a loss that is not finite.
    """
    data = meant("DATA", data, kind.names)
    if data not in kind.names and Path(data).is_file():
        run, out = _taken_up(kind, data, out, pictures, how)
        new = str(out) != data
    else:
        if pictures is not None:
            raise ValueError(
                f"--pictures: got {pictures}, expected it only with a saved run: of a new one it is DATA"
            )
        run, out = _begun(kind, data, out, how)
        new = True
    with as_options(RECIPE & {*how}):
        images = images_for(run.recipe, run.source)
    images.announce(run.recipe)
    run.source = images.source
    accelerator = Accelerator(cpu=best_device().type == "cpu")
    say(
        f"{len(images.learned)} images, {run.recipe.steps - run.step} steps on {accelerator.device}"
    )
    try:
        kind.learn(out, run, images, accelerator, every=every, new=new)
    except Stopped as stopped:
        raise Refused(f"{stopped}. To go on: {typed(*kind.words, out)}") from None
    except NotFinite as error:
        raise Refused(str(error)) from None
    say(f"saved {out}. To see: {kind.see(out)}")


def _begun(
    kind: Kind, data: str, out: Path | None, how: dict[str, object]
) -> tuple[Run | AutoencoderRun, Path]:
    """A new run, and where it is saved."""
    changed = {name: value for name, value in how.items() if name in RECIPE}
    others = {name: value for name, value in how.items() if name not in {*RECIPE, "fit"}}
    recipe = kind.recipe(data, changed=changed, **others)
    out = out or name_for(data, kind.ends)
    check_new_run(out)
    run = kind.start(recipe)
    if "fit" in how:
        if not Path(recipe.data).is_absolute():
            raise ValueError(f"--fit: got {how['fit']} for {data}, expected it only for a folder")
        run.source = {"fit": how["fit"]}
    return run, out


def _taken_up(
    kind: Kind, data: str, out: Path | None, pictures: str | None, how: dict[str, object]
) -> tuple[Run | AutoencoderRun, Path]:
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
        run = kind.load(data)
    before = run.recipe.steps
    if how.get("steps", before) != before:
        with as_options(["steps"]):
            run = extended(run, how["steps"])
        say(
            f"{data} was made for {before} steps and goes on to {how['steps']}: from here the learning rate "
            f"falls on the curve of {how['steps']} steps, so the weights are not those of a run begun with them"
        )
    if pictures is not None:
        run.recipe = with_pictures(run.recipe, data, pictures)
    return run, out


def _going_on(data: str, out: Path | None) -> Path:
    """Where a saved run goes on: in its own file, or in a new one."""
    if out is None or (out.exists() and out.samefile(data)):
        check_run(Path(data))
        return Path(data)
    check_new_run(out)
    return out
