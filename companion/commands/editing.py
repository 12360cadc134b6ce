"""`edit`, `inpaint`, `upscale`: a picture of the user's own, changed by a trained network."""

from pathlib import Path

import click

from companion.commands.options import FILE, GUIDANCE, SEPARATE, WALKING, enough_memory, together
from companion.commands.outputs import (
    check_picture,
    check_separate,
    names_of,
    write_separate,
)
from companion.commands.words import say

_COUNT = click.option("--count", type=click.IntRange(1, 400), default=1, show_default=True)
_ANY = together(_COUNT, SEPARATE, GUIDANCE, WALKING)


def _out(default: str) -> object:
    return click.option(
        "--out",
        type=FILE,
        default=Path(default),
        show_default=True,
        help="A PNG: the picture itself, or with --count a sheet of several.",
    )


@click.command()
@click.argument("run")
@click.argument("picture")
@click.argument("words", required=False)
@click.option(
    "--strength",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.6,
    show_default=True,
    help="How much is drawn anew: the noise goes up to this share of the times.",
)
@_out("edited.png")
@_ANY
def edit(
    run: str, picture: str, words: str | None, out: Path, separate: Path | None, **how: object
) -> None:
    """Draw PICTURE anew with RUN, as WORDS say: SDEdit.

    The picture is covered with noise, up to --strength, and the network takes the noise
    away again, told WORDS: large forms stay, and what the noise hid is drawn anew. Of a
    picture that is not of the size of the run, the middle square is made so.

    \b
        python -m companion edit my-run.safetensors house.jpg "a dark house"
    \f

    Raises:
        ValueError: for what is no run or no picture, and for a place where none can be.
    """
    names = _looked_at(run, [picture], out, separate, how)
    with enough_memory("lower --count"):
        from companion.commands.edited import edits

        _written(edits(run, picture, words, **how), out, separate, names)


@click.command()
@click.argument("run")
@click.argument("picture")
@click.argument("mask")
@click.argument("words", required=False)
@click.option(
    "--repeats",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often each step is taken: more fit the new part better to the rest.",
)
@_out("inpainted.png")
@_ANY
def inpaint(
    run: str,
    picture: str,
    mask: str,
    words: str | None,
    out: Path,
    separate: Path | None,
    **how: object,
) -> None:
    """Draw PICTURE with RUN where MASK is white, as WORDS say.

    MASK is a picture of the same size, white where something new is to be, black where
    all stays. What stays is in the new picture pixel for pixel. Of a picture that is not
    of the size of the run, the middle square is made so, and the new part enlarged again:
    white has to lie in that square.

    \b
        python -m companion inpaint my-run.safetensors house.png mask.png "a dark tree"
    \f

    Raises:
        ValueError: for what is no run or no picture, for a mask of another size, and for a
            place where no picture can be.
    """
    names = _looked_at(run, [picture, mask], out, separate, how)
    with enough_memory("lower --count"):
        from companion.commands.edited import inpainted

        _written(inpainted(run, picture, mask, words, **how), out, separate, names)


@click.command()
@click.argument("run")
@click.argument("picture")
@_out("upscaled.png")
@_COUNT
@SEPARATE
@WALKING
def upscale(run: str, picture: str, out: Path, separate: Path | None, **how: object) -> None:
    """Draw a large picture that fits PICTURE, a small one: super-resolution.

    RUN has learned that: scenes-upscale, or a folder after train latent --upscale. Made
    small again, the new picture is the given one. Of a picture that is not of the size
    that the run takes, the middle square is made so.

    \b
        python -m companion upscale my-run.safetensors small.png --count 4
    \f

    Raises:
        ValueError: for what is no run or no picture, for a run that has learned something
            else, and for a place where no picture can be.
    """
    names = _looked_at(run, [picture], out, separate, how)
    with enough_memory("lower --count"):
        from companion.commands.edited import upscaled

        _written(upscaled(run, picture, **how), out, separate, names)


def _looked_at(
    run: str, pictures: list[str], out: Path, separate: Path | None, how: dict[str, object]
) -> list[str]:
    """Look at where it is written and what is read; the names of separate pictures."""
    check_picture("--out", out, ".png", [run, *pictures])
    names = names_of(how["seed"], how["count"])
    if separate:
        check_separate("--separate", separate, names)
    for argument, path in zip(("PICTURE", "MASK"), pictures, strict=False):
        if not Path(path).is_file():
            raise ValueError(f"{argument}: got {path!r}, expected the file of an image")
    return names


def _written(images: object, out: Path, separate: Path | None, names: list[str]) -> None:
    """One image as it is, or several on a sheet."""
    from companion.plots import save_picture, save_sheet

    if len(images) == 1:
        save_picture(images[0], out)
    else:
        save_sheet(images, out)
    say(f"{'the picture' if len(images) == 1 else f'{len(images)} pictures'} in {out}")
    if separate:
        write_separate(images, separate, names)
