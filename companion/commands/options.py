"""What several commands take as an option, and how they complain about one."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

SEED = click.IntRange(0, 2**63 - 1)  # what every generator of random numbers takes
SAMPLERS = ("ancestral", "ddim", "dpm")  # here by name, so that help needs no PyTorch
BOTTLENECKS = ("plain", "kl", "vq")
FITS = ("crop", "pad")
NETWORKS = ("unet", "dit")
PRECISIONS = ("no", "bf16")
CALLED = {"diffusion": "a denoising network", "autoencoder": "an autoencoder"}  # by kind
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

_NO_MEMORY = (
    *("not enough memory", "out of memory", "can't allocate memory", "cannot allocate memory"),
    *("could not create a memory", "unable to allocate"),
)


def together(*options: Callable) -> Callable[[Callable], Callable]:
    """Several options as one decorator, in the order in which the help has them."""

    def add(command: Callable) -> Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return add


PICTURES = click.option(
    "--pictures",
    default=None,
    metavar="FOLDER",
    help="Where the pictures of a saved run are now, if they have moved.",
)

GUIDANCE = together(
    click.option(
        "--scale",
        type=click.FloatRange(-100, 100),
        default=1.0,
        show_default=True,
        help="Of guidance: above 1 the words count for more.",
    ),
    click.option("--not", "against", default=None, help="Words that guidance leads away from."),
)

WALKING = together(
    click.option(
        "--steps",
        type=click.IntRange(1),
        default=100,
        show_default=True,
        help="Calls of the network.",
    ),
    click.option(
        "--sampler",
        type=click.Choice(SAMPLERS),
        default="ancestral",
        show_default=True,
        help="How to walk back.",
    ),
    click.option("--seed", type=SEED, default=0, show_default=True),
)
SEPARATE = click.option(
    "--separate",
    type=FOLDER,
    default=None,
    metavar="FOLDER",
    help="Also write each image into this folder, as a PNG of its own.",
)


@contextmanager
def as_options(fields: Iterable[str]) -> Iterator[None]:
    """In this block a complaint about one of these fields is one about an option.

    Args:
        fields: of a recipe, by name.

    Raises:
        ValueError: that of the block, "--size: ..." for "size: ...", and others as they are.
    """
    try:
        yield
    except ValueError as error:
        if str(error).partition(":")[0] not in fields:
            raise
        raise ValueError(f"--{error}") from None


@contextmanager
def enough_memory(what_helps: str) -> Iterator[None]:
    """In this block memory that runs out is a complaint of one line.

    Args:
        what_helps: what the user can do, such as "lower --count".

    Raises:
        ValueError: where memory runs out; other errors of the block stay as they are.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        words = str(error).lower()
        if not isinstance(error, MemoryError) and not any(sign in words for sign in _NO_MEMORY):
            raise
        raise ValueError(f"the memory is not enough for this: {what_helps}") from None
