"""What `train` does: a run is started or taken up, its pictures are found, and it learns."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch._functorch.config
from accelerate import Accelerator

from companion.commands import autoencoders, denoisers, latents
from companion.commands.options import CALLED, as_options
from companion.commands.outputs import check_new_run, check_run, name_for
from companion.commands.saved import as_a_run, meant, with_autoencoder
from companion.commands.sources import Images, images_for, with_pictures
from companion.commands.words import Refused, say, typed
from companion.tasks import RECIPES, data_for, load
from companion.training import (
    Diverged,
    Recipe,
    Session,
    Stopped,
    best_device,
    extended,
    kind_of,
    start,
    train_to,
    with_recipe,
)

FIELDS = {"steps", "network", "width", "seed", "size", "f"}  # options that are fields of a recipe
OTHER_NAMES = {"network": "network_type"}  # of a field, where it is not the option's


class Kind(NamedTuple):
    """What the command line says of a kind of model.

    Attributes:
        word: for it, as it is typed.
        names: what DATA can be, beside a folder or a run.
        recipe: of what was typed.
        options: that no other kind has.
        ends: of the name of a saved run.
        see: the command that shows what was learned.
    """

    word: str
    names: tuple[str, ...]
    recipe: Callable
    options: frozenset[str]
    ends: str
    see: Callable[[Path], str]


KINDS = {  # by what a saved file calls them; of several that have a name, the first is meant
    "diffusion": Kind(
        "denoiser",
        denoisers.NAMES,
        denoisers.recipe_for,
        frozenset({"network"}),
        ".safetensors",
        lambda out: typed("sample", out),
    ),
    "autoencoder": Kind(
        "autoencoder",
        autoencoders.NAMES,
        autoencoders.autoencoder_recipe,
        frozenset({"bottleneck", "f", "adversarial"}),
        "-autoencoder.safetensors",
        lambda out: f"{typed('reconstruct', out)} IMAGE",
    ),
}
LATENT = "latent"  # a denoising network too, in the latent of an autoencoder
_BY_WORD = {kind.word: name for name, kind in KINDS.items()} | {LATENT: "diffusion"}


def learn(
    word: str | None,
    data: str,
    every: int,
    out: Path | None = None,
    pictures: str | None = None,
    precision: str | None = None,
    compiled: bool = False,
    **how: object,
) -> None:
    """Train on what a name stands for; the options are those of `train`, where they were typed.

    Args:
        word: for the kind of model, where one was typed; otherwise that of a recipe or a
            saved run is its own, and a folder is learned by a denoising network.
        data: what was typed for DATA.
        every: steps between two checkpoints.
        out: where the run is saved.
        pictures: where those of a saved run are now.
        precision: of the forward pass, "bf16" or "no".
        compiled: whether the networks are compiled first. Neither is saved with a run.
        how: all else.

    Raises:
        ValueError: for what is no data.
        Refused: after Ctrl-C and for a loss that is not finite.
    """
    kinds = [KINDS[_BY_WORD[word]]] if word else [*KINDS.values()]
    names = tuple(dict.fromkeys(name for kind in kinds for name in kind.names))
    names = latents.NAMES if word == LATENT else names
    data = meant("DATA", data, names)
    run_on = partial(Accelerator, cpu=best_device().type == "cpu", mixed_precision=precision)
    found = None
    if data not in names and Path(data).is_file():
        session, out = _taken_up(word, data, out, pictures, how)
        new = str(out) != data
    else:
        if pictures is not None:
            raise ValueError(
                f"--pictures: got {pictures}, expected it only with a saved run: "
                "of a new one it is DATA"
            )
        kind = _kind_for(word, data, names)
        if word == LATENT and data not in names:
            session, out, found = latents.begun(data, out, run_on, every, **_grouped(how))
        else:
            session, out = _begun(kind, data, out, how)
        new = True
    with as_options(FIELDS & {*how}):
        images = images_for(session.recipe, session.source, found)
    if found is None:
        images.announce(session.recipe)
    session.source = images.source
    accelerator = run_on()
    if compiled:
        _compile(session)
    left = session.recipe.steps - session.step
    in_what = f" in {precision}" if precision else ""
    in_what += ", compiled" if compiled else ""
    say(f"{len(images.learned)} images, {left} steps on {accelerator.device}{in_what}")
    try:
        train_to(out, session, _learned(session.recipe, images), accelerator, every=every, new=new)
    except Stopped as stopped:
        again = f" --precision {precision}" if precision else ""
        again += " --compile" if compiled else ""
        raise Refused(f"{stopped}. To go on: {typed('train', out)}{again}") from None
    except Diverged as error:
        raise Refused(str(error)) from None
    say(f"saved {out}. To see: {_see(session.recipe, out)}")


def _see(recipe: Recipe, out: Path) -> str:
    """The command that shows what was learned."""
    told = recipe.condition if recipe.KIND == "diffusion" else None
    if told and told.image_task == "upscale":
        return f"{typed('upscale', out)} PICTURE"
    words = told and told.condition_type in ("words", "bag", "frozen", "class")
    return f"{KINDS[recipe.KIND].see(out)}{' WORDS' if words else ''}"


def _learned(recipe: Recipe, images: Images) -> object:
    """What a loop learns from: latents are encoded once, and words become numbers."""
    if recipe.KIND != "diffusion":
        return images.learned
    return data_for(recipe, images.learned, images.said)


def _compile(session: Session) -> None:
    """The networks are compiled in place, when they are first asked."""
    # What a gradient needs is kept: that of an adaptive weight is asked for before the step's.
    torch._functorch.config.donated_buffer = False
    for network in session.networks.values():
        network.compile()


def _kind_for(word: str | None, data: str, names: tuple[str, ...]) -> str:
    """The kind of model of a new run: that of the word, or else of a name, or of a folder.

    Raises:
        ValueError: for what is neither a folder nor one of the names.
    """
    found = next((name for name, kind in KINDS.items() if data in kind.names), "diffusion")
    if data not in names and not Path(data).is_dir():
        if data in RECIPES:
            what = f"a recipe of {CALLED[found]}, expected {typed('train', data)}, or after"
            raise ValueError(f"DATA: got {data}, {what} the word {word} one of {', '.join(names)}")
        raise ValueError(
            f"DATA: got {data}, expected a folder, a saved run, or one of {', '.join(names)}"
        )
    return _BY_WORD[word] if word else found


def _begun(kind: str, data: str, out: Path | None, how: dict[str, object]) -> tuple[Session, Path]:
    """A new run, and where it is saved."""
    own = KINDS[kind]
    for other in KINDS.values():
        if wrong := sorted(how.keys() & (other.options - own.options)):
            raise ValueError(
                f"--{wrong[0]}: {data} is learned by {CALLED[kind]}, expected it only after "
                f"the word {other.word}: {typed('train', other.word, data)} --{wrong[0]}"
            )
    if wrong := sorted(how.keys() & latents.OPTIONS):
        option = wrong[0].replace("_", "-")
        raise ValueError(
            f"--{option}: got it for {data}, expected it only for a folder after the word {LATENT}"
        )
    others = {name: value for name, value in how.items() if name != "fit"}
    recipe = own.recipe(data, **_grouped(others))
    out = out or name_for(data, own.ends)
    check_new_run(out)
    session = start(recipe)
    if "fit" in how:
        if not Path(recipe.data.source).is_absolute():
            raise ValueError(f"--fit: got {how['fit']} for {data}, expected it only for a folder")
        session.source = {"fit": how["fit"]}
    return session, out


def _grouped(how: dict[str, object]) -> dict[str, object]:
    """The same options, those that are fields of a recipe together as `changed`."""
    changed = {OTHER_NAMES.get(name, name): value for name, value in how.items() if name in FIELDS}
    others = {name: value for name, value in how.items() if name not in FIELDS}
    return {"changed": changed, **others}


def _taken_up(
    word: str | None, data: str, out: Path | None, pictures: str | None, how: dict[str, object]
) -> tuple[Session, Path]:
    """A saved run, with what is asked for of it, and where it goes on."""
    others = ", ".join(
        f"--{'recipe' if name == 'file' else name}" for name in how if name != "steps"
    )
    if others:
        raise ValueError(
            f"{data} holds its recipe: it goes on without {others}, expected at most "
            "--steps, --every, --out, --pictures, --precision and --compile"
        )
    out = _going_on(data, out)
    with as_a_run("DATA", data):
        _check_kind(word, data)
        session = load(data)
    session = with_autoencoder(session, data)
    before = session.recipe.steps
    if how.get("steps", before) != before:
        with as_options(["steps"]):
            session = extended(session, how["steps"])
        say(
            f"{data} was made for {before} steps and goes on to {how['steps']}: from here the "
            f"learning rate falls on the curve of {how['steps']} steps, so the weights are not "
            "those of a run begun with them"
        )
    if pictures is not None:
        session = with_recipe(session, with_pictures(session.recipe, data, pictures))
    return session, out


def _check_kind(word: str | None, data: str) -> None:
    """A saved run is of a kind that is trained here, and after `word`.

    Raises:
        ValueError: where it is not.
    """
    kind = kind_of(data)
    if kind not in KINDS:
        raise ValueError(
            f"DATA: got {data}, a run of the kind {kind}, which only Python trains; expected "
            f"one of {' or '.join(CALLED[name] for name in KINDS)}"
        )
    if word and _BY_WORD[word] != kind:
        raise ValueError(
            f"DATA: got {data}, a run of {CALLED[kind]}, expected one of "
            f"{CALLED[_BY_WORD[word]]} after the word {word}; or: {typed('train', data)}"
        )


def _going_on(data: str, out: Path | None) -> Path:
    """Where a saved run goes on: in its own file, or in a new one."""
    if out is None or (out.exists() and out.samefile(data)):
        check_run(Path(data))
        return Path(data)
    check_new_run(out)
    return out
