"""`train`: a denoising network, as always, or an autoencoder."""

from pathlib import Path

import click

from companion.commands.options import (
    BOTTLENECKS,
    FILE,
    FITS,
    PICTURES,
    SEED,
    enough_memory,
    together,
)

_LESS = "lower --size, --width or the batch_size of a recipe, or learn from fewer pictures"


class Kinds(click.Group):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the first command's name before what is not the name of one."""
        typed = args[:1] in [["--help"], ["-h"], *([name] for name in self.commands)]
        ctx.meta[_TYPED] = typed
        if not typed:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, out: click.HelpFormatter) -> None:
        """The commands, and the options of each under its name."""
        self.format_commands(ctx, out)
        for name, command in self.commands.items():
            options = [
                record
                for option in command.get_params(ctx)
                if isinstance(option, click.Option) and (record := option.get_help_record(ctx))
            ]
            with out.section(f"Options of {name}"):
                out.write_dl(options)


_TYPED = f"{__name__}.typed"  # whether the word for the kind was typed


@click.group(cls=Kinds, options_metavar="", subcommand_metavar="[autoencoder] [DATA] [OPTIONS]")
def train() -> None:
    """Train on DATA: a recipe's name, a set of the hub, a folder, or a saved run.

    \b
        python -m companion train digits            the run of chapter 1.3
        python -m companion train my-images/        your own pictures
        python -m companion train run.safetensors   go on where it stopped

    That is a denoising network; `train denoiser DATA` is the same. After the word
    autoencoder it is one of those, as in chapter 2.1, with options of its own; a folder
    called autoencoder is ./autoencoder.

    \b
        python -m companion train autoencoder photos-vq
        python -m companion train autoencoder my-images/ --bottleneck vq --adversarial

    Of a picture that is not square the middle square is learned; with --fit pad all of
    it, with a margin. Where a name is both one of the course's and a file or folder of
    yours, course:NAME is the one and ./NAME the other.

    Ctrl-C, or the signal TERM, finishes the step and saves; the same command with the saved
    file goes on. So does a finished run with a larger --steps. A new run does not replace
    a file that is there already.
    """


_training = together(
    click.option(
        "--out",
        type=FILE,
        default=None,
        help="Where the run is saved: a new file.  [default: by the name of DATA]",
    ),
    click.option(
        "--recipe",
        "file",
        default=None,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A recipe as JSON; what it does not name keeps its default.",
    ),
    click.option(
        "--steps",
        type=click.IntRange(1),
        default=None,
        help="Steps of the optimiser, those of a saved run included.",
    ),
    click.option(
        "--width",
        type=click.IntRange(8),
        default=None,
        help="Channels of the network at full size.",
    ),
    click.option("--seed", type=SEED, default=None, help="Of weights, batches and noise."),
    click.option(
        "--every",
        type=click.IntRange(1),
        default=500,
        show_default=True,
        help="Steps between two checkpoints.",
    ),
    click.option("--grey", is_flag=True, help="Learn in grey (for a folder)."),
    click.option(
        "--fit",
        type=click.Choice(FITS),
        default=None,
        help="Pictures that are not square (of a folder): their middle square, or all with a margin.  [default: crop]",
    ),
    PICTURES,
)


@train.command()
@click.argument("data", required=False)
@_training
@click.option(
    "--size",
    type=click.IntRange(8, 128),
    default=None,
    help="The side of an image in pixels (for a folder).  [default: 32]",
)
@click.pass_context
def denoiser(ctx: click.Context, data: str | None, **how: object) -> None:
    """Train a denoising network on DATA, as `train DATA` does.

    DATA: a recipe's name, a set of the hub, a folder, or a saved run to go on with.
    \f
    Raises ValueError for what is no data, and Refused after Ctrl-C.
    """
    data = _meant(ctx, data, "digits")
    with enough_memory(_LESS):
        from companion.commands.learning import learn

        learn("diffusion", data, **_given(how))


@train.command()
@click.argument("data", required=False)
@_training
@click.option(
    "--size",
    type=click.IntRange(16, 128),
    default=None,
    help="The side of an image in pixels, a multiple of f.  [default: 32]",
)
@click.option(
    "--bottleneck",
    type=click.Choice(BOTTLENECKS),
    default=None,
    help="What keeps the latent in order.  [default: kl]",
)
@click.option(
    "--f",
    type=click.IntRange(1, 32),
    default=None,
    help="So many pixels by so many become one latent vector.  [default: 4]",
)
@click.option(
    "--adversarial",
    is_flag=True,
    help="Add the perceptual distance, and late in the run a discriminator.",
)
@click.pass_context
def autoencoder(ctx: click.Context, data: str | None, **how: object) -> None:
    """Train an autoencoder on DATA: images to small latents and back.

    DATA: a recipe's name, photos, scenes, a folder, or a saved run to go on with.
    \f
    Raises ValueError for what is no data, and Refused after Ctrl-C.
    """
    data = _meant(ctx, data, "photos-kl")
    with enough_memory(_LESS):
        from companion.commands.learning import learn

        learn("autoencoder", data, **_given(how))


def _meant(ctx: click.Context, data: str | None, default: str) -> str:
    """What was typed, or the default. Raises ValueError where the command's own name may be meant for a folder."""
    if data is not None:
        return data
    word = ctx.info_name
    if ctx.meta.get(_TYPED) and Path(word).exists():
        raise ValueError(
            f"DATA: got none, and the word {word} is also a folder or file here, "
            f"expected ./{word} for that, or {word} {default} for the kind"
        )
    return default


def _given(how: dict[str, object]) -> dict[str, object]:
    """The options that were typed, and those with a default."""
    return {name: value for name, value in how.items() if value is not None and value is not False}
