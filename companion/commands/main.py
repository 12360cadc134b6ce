"""What can be asked for at the command line: the commands together, and the short ones."""

import click
import torch

from companion.autoencoder import AUTOENCODER_RECIPES
from companion.commands.reconstruct import reconstruct
from companion.commands.sampling import evaluate, sample
from companion.commands.train import train
from companion.training import RECIPES, NotFinite, Stopped, best_device, names


class Plain(click.Group):
    """A group whose commands say what is wrong in one line, and not in a traceback."""

    def invoke(self, ctx: click.Context) -> None:
        """Run a command. Raises ClickException, a line, where the package complains."""
        try:
            super().invoke(ctx)
        except Stopped as stopped:
            raise click.ClickException(str(stopped)) from None
        except (ValueError, OSError, ImportError, NotFinite) as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=Plain)
def main() -> None:
    """Train a diffusion model, sample from it, and measure what it makes.

    The recipes are those of the course; a folder of your own pictures will do as well:

    \b
        python -m companion train my-images/ --size 32
        python -m companion sample my-images.safetensors --out grid.png

    An autoencoder makes images small, and gives them back:

    \b
        python -m companion train autoencoder my-images/ --bottleneck vq
        python -m companion reconstruct photos-kl holiday.jpg
    """


for command in (train, sample, evaluate, reconstruct):
    main.add_command(command)


@main.command()
def recipes() -> None:
    """List the recipes that `train` knows, and the weights that come with the course."""
    for name, recipe in RECIPES.items():
        click.echo(
            f"{name:13s} {recipe.steps:6d} steps, {recipe.size} pixels, "
            f"asks for {recipe.asks}"
        )
    click.echo(f"weights: {_come_with(RECIPES)}")
    click.echo("\nautoencoders (train autoencoder, reconstruct):")
    for name, recipe in AUTOENCODER_RECIPES.items():
        terms = ["pixels"]
        terms += ["perceptual"] if recipe.perceptual else []
        terms += ["adversarial"] if recipe.adversarial else []
        click.echo(
            f"{name:13s} {recipe.steps:6d} steps, {recipe.size} pixels, f = {recipe.f}, "
            f"{recipe.bottleneck}, {' + '.join(terms)}"
        )
    click.echo(f"weights: {_come_with(AUTOENCODER_RECIPES)}")


@main.command()
def device() -> None:
    """Say where training would run, and with how many threads."""
    found = best_device()
    click.echo(
        f"{found}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    )
    if found.type == "cpu":
        click.echo("no GPU was found; every recipe of the course runs without one")


def _come_with(recipes: dict[str, object]) -> str:
    return ", ".join(name for name in names() if name in recipes)
