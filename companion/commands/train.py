"""`train`: a denoising network, as always, or an autoencoder."""

from collections.abc import Callable
from pathlib import Path

import click
from accelerate import Accelerator
from torch import Tensor

from companion.autoencoder import (
    AutoencoderRun,
    load_autoencoder,
    start_autoencoder,
    train_autoencoder_to,
)
from companion.autoencoder.recipe import BOTTLENECKS
from companion.commands.autoencoders import autoencoder_recipe, features_for
from companion.commands.options import SEED, as_options
from companion.commands.outputs import check_new_run
from companion.commands.sources import images_for, recipe_for
from companion.training import Run, Stopped, best_device, load, start, train_to


class Kinds(click.Group):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the first command's name before what is not the name of one."""
        if args[:1] not in [["--help"], *([name] for name in self.commands)]:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, out: click.HelpFormatter) -> None:
        """The commands, and the options of each under its name."""
        self.format_commands(ctx, out)
        for name, command in self.commands.items():
            options = [
                record
                for option in command.get_params(ctx)
                if isinstance(option, click.Option)
                and (record := option.get_help_record(ctx))
            ]
            with out.section(f"Options of {name}"):
                out.write_dl(options)


@click.group(
    cls=Kinds, options_metavar="", subcommand_metavar="[autoencoder] [DATA] [OPTIONS]"
)
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

    Ctrl-C finishes the step and saves; the same command with the saved file goes on.
    A new run does not replace a file that is there already.
    """


def _training(command: click.Command) -> click.Command:
    """The options of everything that is trained."""
    for option in reversed(
        (
            click.option(
                "--out",
                type=click.Path(dir_okay=False, path_type=Path),
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
                help="Steps of the optimiser.",
            ),
            click.option(
                "--width",
                type=click.IntRange(8),
                default=None,
                help="Channels of the network at full size.",
            ),
            click.option(
                "--seed", type=SEED, default=None, help="Of weights, batches and noise."
            ),
            click.option(
                "--every",
                type=click.IntRange(1),
                default=500,
                show_default=True,
                help="Steps between two checkpoints.",
            ),
        )
    ):
        command = option(command)
    return command


@train.command()
@click.argument("data", default="digits")
@_training
@click.option(
    "--size",
    type=click.IntRange(8, 128),
    default=None,
    help="The side of an image in pixels (for a folder).  [default: 32]",
)
@click.option("--grey", is_flag=True, help="Learn in grey (for a folder).")
def denoiser(
    data: str,
    out: Path | None,
    file: Path | None,
    grey: bool,
    every: int,
    **changed: int | None,
) -> None:
    """Train a denoising network on DATA, as `train DATA` does.

    DATA: a recipe's name, a set of the hub, a folder, or a saved run to go on with.
    \f
    Raises ValueError for what is no data, and Stopped after Ctrl-C.
    """
    changed = _given(changed)
    if Path(data).is_file():
        _check_alone(data, changed, file, grey)
        out = _going_on(data, out)
        run = load(data)
    else:
        recipe = recipe_for(data, file, grey, changed)
        out = out or Path(f"{Path(data).name}.safetensors")
        check_new_run(out)
        run = start(recipe)

    def learn(images: Tensor, accelerator: Accelerator) -> None:
        train_to(out, run, images, accelerator, every=every)

    _carry_out(learn, run, changed, f"train {out}")
    click.echo(f"saved {out}. To see: python -m companion sample {out}")


@train.command()
@click.argument("data", default="photos-kl")
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
def autoencoder(
    data: str,
    out: Path | None,
    file: Path | None,
    bottleneck: str | None,
    adversarial: bool,
    every: int,
    **changed: int | None,
) -> None:
    """Train an autoencoder on DATA: images to small latents and back.

    DATA: a recipe's name, photos, scenes, a folder, or a saved run to go on with.
    \f
    Raises ValueError for what is no data, and Stopped after Ctrl-C.
    """
    changed = _given(changed)
    if Path(data).is_file():
        _check_alone(data, changed, file, bottleneck, adversarial)
        out = _going_on(data, out)
        run = load_autoencoder(data)
    else:
        recipe = autoencoder_recipe(data, file, bottleneck, adversarial, changed)
        out = out or Path(f"{Path(data).name}-autoencoder.safetensors")
        check_new_run(out)
        run = start_autoencoder(recipe)

    def learn(images: Tensor, accelerator: Accelerator) -> None:
        features = features_for(run.recipe, accelerator.device)
        train_autoencoder_to(out, run, images, features, accelerator, every=every)

    _carry_out(learn, run, changed, f"train autoencoder {out}")
    click.echo(f"saved {out}. To see: python -m companion reconstruct {out} IMAGE")


def _given(changed: dict[str, int | None]) -> dict[str, int]:
    return {key: value for key, value in changed.items() if value is not None}


def _check_alone(data: str, *options: object) -> None:
    if any(options):
        raise ValueError(f"{data} holds its recipe: it goes on without options")


def _going_on(data: str, out: Path | None) -> Path:
    """Where a saved run goes on: in its own file, or in a new one."""
    if out is None or (out.exists() and out.samefile(data)):
        return Path(data)
    check_new_run(out)
    return out


def _carry_out(
    learn: Callable[[Tensor, Accelerator], None],
    run: Run | AutoencoderRun,
    changed: dict[str, int],
    again: str,
) -> None:
    """Find the images, say what is done, and do it.

    changed: what the options said of the recipe.   again: how to go on with the run.
    """
    with as_options(changed):
        images = images_for(run.recipe)
    for path, reason in images.skipped:
        click.echo(f"skipped {path}: {reason}", err=True)
    if images.enlarged:
        click.echo(
            f"{images.enlarged} of {images.count} images are smaller than "
            f"{run.recipe.size} pixels and are enlarged"
        )
    accelerator = Accelerator(cpu=best_device().type == "cpu")
    click.echo(
        f"{len(images.learned)} images, {run.recipe.steps - run.step} steps "
        f"on {accelerator.device}"
    )
    try:
        learn(images.learned, accelerator)
    except Stopped as stopped:
        raise Stopped(f"{stopped}. To go on: python -m companion {again}") from None
