"""`sample` and `evaluate`: what a trained network draws, and how good it is."""

from pathlib import Path

import click
from click.core import ParameterSource

from companion.commands.options import (
    FILE,
    GUIDANCE,
    PICTURES,
    SEPARATE,
    WALKING,
    enough_memory,
)
from companion.commands.outputs import (
    check_picture,
    check_separate,
    names_of,
    write_separate,
)
from companion.commands.words import say


@click.command()
@click.argument("run")
@click.argument("words", required=False)
@click.option("--out", type=FILE, default=Path("samples.png"), show_default=True, help="A PNG.")
@click.option("--count", type=click.IntRange(1, 400), default=36, show_default=True)
@SEPARATE
@GUIDANCE
@click.option(
    "--animation", type=FILE, default=None, help="Also write the walk from noise, as a GIF."
)
@WALKING
def sample(
    run: str,
    words: str | None,
    out: Path,
    count: int,
    separate: Path | None,
    scale: float,
    against: str | None,
    animation: Path | None,
    **how: int | str,
) -> None:
    """Draw images from RUN, a saved run or weights of the course, into one PNG.

    WORDS say what is to be on them: a caption, or a class by its name or number, as the
    run was trained. Without them the run says nothing to its network.

    A seed stands for a row of images: a larger --count gives the same ones, and more.
    With --separate they are called SEED-NUMBER.png, and none replaces another file.
    \f

    Raises:
        ValueError: for what is no run, and for a place where a picture cannot be.
    """
    check_picture("--out", out, ".png", [run])
    if animation:
        check_picture("--animation", animation, ".gif", [run])
    names = names_of(how["seed"], count)
    if separate:
        check_separate("--separate", separate, names)
    with enough_memory("lower --count, or leave --animation out" if animation else "lower --count"):
        from companion.commands.drawing import draw, frames_of
        from companion.commands.saved import read_run
        from companion.plots import save_animation, save_sheet

        frames = frames_of(how["steps"]) if animation else ()
        told = {"cond": words, "scale": scale, "against": against}
        images, walk = draw(read_run(run).model, count, frames=frames, **told, **how)
        save_sheet(images, out)
        say(f"{count} samples of seed {how['seed']} in {out}")
        if separate:
            write_separate(images, separate, names)
        if animation:
            shown = save_animation(walk, animation)
            say(f"{shown} pictures of the walk in {animation}")


@click.command()
@click.argument("run")
@click.option(
    "--count",
    type=click.IntRange(50),
    default=1000,
    show_default=True,
    help="Samples a seed.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How many, from --seed on.",
)
@WALKING
@PICTURES
@click.pass_context
def evaluate(
    ctx: click.Context, run: str, count: int, seeds: int, pictures: str | None, **how: int | str
) -> None:
    """Measure RUN against images that were held out.

    The digits of 8 pixels are judged by the classifier of the course, everything else
    in the pixels of images made 8 pixels small: good enough to compare two runs on the
    same data, and for nothing else.

    Of an autoencoder it says how well held-out images come back, and what its latents
    look like. Nothing is sampled then, and of the options only --pictures is for it.
    \f

    Raises:
        ValueError: for what is no run, for options with an autoencoder, and for a run with
            too few images held out.
    """
    with enough_memory("lower --count"):
        from companion.commands.measures import measure_autoencoder, measure_samples
        from companion.commands.saved import kind_of_run, meant_run

        if kind_of_run(meant_run(run)) == "autoencoder":
            sources = map(ctx.get_parameter_source, ("count", "seeds", *how))
            if any(source is not ParameterSource.DEFAULT for source in sources):
                raise ValueError(
                    f"{run} is an autoencoder: nothing is sampled, "
                    "it takes no options but --pictures"
                )
            found = measure_autoencoder(run, pictures)
        else:
            found = measure_samples(run, pictures, count, seeds, **how)
        for line in found:
            say(line)
