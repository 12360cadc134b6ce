"""`reconstruct`: images through an autoencoder and back, and how well they come back."""

from pathlib import Path

import click

from companion.commands.options import FILE, enough_memory
from companion.commands.outputs import check_picture
from companion.commands.words import say


@click.command()
@click.argument("run")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--out", type=FILE, default=Path("reconstructed.png"), show_default=True, help="A PNG."
)
@click.option(
    "--tiles/--whole",
    "tiled",
    default=True,
    show_default=True,
    help="In tiles of the size that RUN has learned from, or at once.",
)
def reconstruct(run: str, images: tuple[str, ...], out: Path, tiled: bool) -> None:
    """Put each IMAGE through RUN, a saved autoencoder or weights of the course.

    The PNG has each original beside its reconstruction, or above it. A side of more
    than 512 pixels is made that long, and the image is cropped in the middle to
    multiples of f; both are said. PSNR is of what is left.

    An autoencoder that has learned from small crops has never been far from an edge,
    and large images come back worse at once than in tiles: by 0.3 to 3.7 dB with the
    weights of the course (bench/borders.py).
    \f

    Raises:
        ValueError: for what is no autoencoder, for what is no image, and for a place where
            the PNG cannot be.
    """
    check_picture("--out", out, ".png", [run, *images])
    for image in images:
        if not Path(image).is_file():
            raise ValueError(f"IMAGE: got {image!r}, expected the file of an image")
    with enough_memory(
        "give fewer images at a time" if tiled else "leave --whole out, or give smaller images"
    ):
        from companion.commands.pairs import rebuilt
        from companion.plots import save_sheet

        save_sheet(rebuilt(run, images, tiled), out)
        say(f"originals and reconstructions in {out}")
