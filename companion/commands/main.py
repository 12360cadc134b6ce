"""What can be asked for at the command line: the commands together, and the short ones."""

import sys
from typing import TYPE_CHECKING

import click

from companion.commands.editing import edit, inpaint, upscale
from companion.commands.reconstruct import reconstruct
from companion.commands.sampling import evaluate, sample
from companion.commands.train import train
from companion.commands.words import Refused, printable, say, steady_streams

if TYPE_CHECKING:
    from companion.training import Recipe

_VERSION = sys.modules["companion"].__version__  # of the roof, from which no room imports


class OneLineErrors(click.Group):
    """A group whose commands say what is wrong in one line, and not in a traceback."""

    def main(self, *args: object, **how: object) -> object:
        """Run a command line, with streams that take whatever is printed."""
        steady_streams()
        return super().main(*args, **how)

    def invoke(self, ctx: click.Context) -> None:
        """Run a command.

        Raises:
            Refused: a line, where the package complains.
        """
        try:
            super().invoke(ctx)
        except BrokenPipeError:  # nobody reads any more, as of `| head -1`: click ends in silence
            raise
        except click.ClickException as error:
            error.message = printable(error.message, sys.stderr.encoding)
            raise
        except (ValueError, OSError, ImportError) as error:
            raise Refused(str(error)) from None


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_VERSION, prog_name="companion")
def main() -> None:
    """Train a diffusion model, sample from it, and measure what it makes.

    The recipes are those of the course; a folder of your own pictures will do as well:

    \b
        python -m companion train my-images/ --size 32
        python -m companion sample my-images.safetensors --out grid.png

    With what a folder says of its pictures, captions or classes:

    \b
        python -m companion train latent my-images/
        python -m companion sample my-images-latent.safetensors "a dark house" --scale 3
        python -m companion edit my-images-latent.safetensors house.jpg "a dark house"

    An autoencoder makes images small, and gives them back:

    \b
        python -m companion train photos-vq
        python -m companion train autoencoder my-images/ --bottleneck vq
        python -m companion reconstruct photos-kl holiday.jpg
    """


for command in (train, sample, edit, inpaint, upscale, evaluate, reconstruct):
    main.add_command(command)


@main.command()
def recipes() -> None:
    """List the recipes that `train` knows, and the weights that come with the course."""
    from companion.tasks import recipes_of

    denoisers, autoencoders = recipes_of("diffusion"), recipes_of("autoencoder")
    for name, recipe in denoisers.items():
        say(f"{_start(name, recipe)}, predicts {recipe.prediction_type}")
    say(f"weights: {_come_with(denoisers)}")
    say("")
    say("autoencoders (train, reconstruct):")
    for name, recipe in autoencoders.items():
        terms = ["pixels"]
        terms += ["perceptual"] if recipe.loss.perceptual else []
        terms += ["adversarial"] if recipe.loss.adversarial else []
        bottleneck = recipe.bottleneck.bottleneck_type
        say(f"{_start(name, recipe)}, f = {recipe.network.f}, {bottleneck}, {' + '.join(terms)}")
    say(f"weights: {_come_with(autoencoders)}")


@main.command()
def device() -> None:
    """Say where training would run, and with how many threads."""
    import torch

    from companion.training import best_device

    found = best_device()
    say(f"{found}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
    if found.type == "cpu":
        say("no GPU was found; every recipe of the course runs without one")


def _start(name: str, recipe: "Recipe") -> str:
    return f"{name:13s} {recipe.steps:6d} steps, {recipe.data.size} pixels"


def _come_with(recipes: dict[str, "Recipe"]) -> str:
    from companion.training import names

    return ", ".join(name for name in names() if name in recipes)
