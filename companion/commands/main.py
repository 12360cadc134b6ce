"""What can be asked for at the command line: one function a command."""

from pathlib import Path

import click
import torch
from accelerate import Accelerator

from companion.commands.sources import images_for, read_run, recipe_for
from companion.diffusion import ancestral, ddim, dpm_solver, evenly_spaced, walk_back
from companion.evaluation import digit_quality, quality, spread
from companion.networks import denoiser
from companion.plots import save_animation, save_sheet
from companion.training import (
    RECIPES,
    NotFinite,
    Stopped,
    best_device,
    load,
    names,
    start,
    train_to,
)

SAMPLERS = {"ancestral": ancestral, "ddim": ddim(), "dpm": dpm_solver}


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
    """


@main.command()
@click.argument("data", default="digits")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where the run is saved.  [default: DATA.safetensors]",
)
@click.option(
    "--recipe",
    "file",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A recipe as JSON; what it does not name keeps its default.",
)
@click.option(
    "--size",
    type=click.IntRange(8, 128),
    default=None,
    help="The side of an image in pixels (for a folder).  [default: 32]",
)
@click.option("--grey", is_flag=True, help="Learn in grey (for a folder).")
@click.option(
    "--steps", type=click.IntRange(1), default=None, help="Steps of the optimiser."
)
@click.option(
    "--width",
    type=click.IntRange(8),
    default=None,
    help="Channels of the network at full size.",
)
@click.option("--seed", type=int, default=None, help="Of weights, batches and noise.")
@click.option(
    "--every",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Steps between two checkpoints.",
)
def train(
    data: str,
    out: Path | None,
    file: Path | None,
    size: int | None,
    grey: bool,
    steps: int | None,
    width: int | None,
    seed: int | None,
    every: int,
) -> None:
    """Train on DATA: a recipe's name, a set of the hub, a folder, or a saved run.

    \b
        python -m companion train digits            the run of chapter 1.3
        python -m companion train my-images/        your own pictures
        python -m companion train run.safetensors   go on where it stopped
    Ctrl-C finishes the step and saves; the same command with the saved file goes on.
    \f
    Raises ValueError for what is no data, and Stopped after Ctrl-C.
    """
    changed = {"size": size, "steps": steps, "width": width, "seed": seed}
    changed = {key: value for key, value in changed.items() if value is not None}
    if Path(data).is_file():
        if changed or file or grey:
            raise ValueError(f"{data} holds its recipe: it goes on without options")
        run, out = load(data), out or Path(data)
    else:
        run = start(recipe_for(data, file, grey, changed))
        out = out or Path(f"{Path(data).name}.safetensors")
    train_images, _, skipped = images_for(run.recipe)
    for path, reason in skipped:
        click.echo(f"skipped {path}: {reason}", err=True)
    cpu = best_device().type == "cpu"
    accelerator = Accelerator(cpu=cpu)
    click.echo(
        f"{len(train_images)} images, {run.recipe.steps - run.step} steps "
        f"on {accelerator.device}"
    )
    try:
        train_to(
            out,
            run,
            train_images,
            run.recipe.schedule,
            run.recipe.asked,
            accelerator,
            every=every,
        )
    except Stopped as stopped:
        raise Stopped(f"{stopped}. To go on: python -m companion train {out}") from None
    click.echo(f"saved {out}. To see: python -m companion sample {out}")


def _sampling(command: click.Command) -> click.Command:
    """The options of everything that samples."""
    for option in (
        click.option("--seed", type=int, default=0, show_default=True),
        click.option(
            "--sampler",
            type=click.Choice([*SAMPLERS]),
            default="ancestral",
            show_default=True,
            help="How to walk back.",
        ),
        click.option(
            "--steps",
            type=click.IntRange(1),
            default=100,
            show_default=True,
            help="Calls of the network.",
        ),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("run")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("samples.png"),
    show_default=True,
    help="A PNG.",
)
@click.option("--count", type=click.IntRange(1, 400), default=36, show_default=True)
@click.option(
    "--animation",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the walk from noise, as a GIF.",
)
@_sampling
def sample(
    run: str, out: Path, count: int, animation: Path | None, **how: int | str
) -> None:
    """Draw images from RUN, a saved run or weights of the course, into one PNG."""
    path = _walk(run, count, **how)
    save_sheet(path[-1], out)
    click.echo(f"{count} samples of seed {how['seed']} in {out}")
    if animation:
        save_animation(path, animation)
        click.echo(f"{len(path)} pictures of the walk in {animation}")


@main.command()
@click.argument("run")
@click.option(
    "--count",
    type=click.IntRange(10),
    default=1000,
    show_default=True,
    help="Samples a seed.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@_sampling
def evaluate(run: str, count: int, seeds: int, **how: int | str) -> None:
    """Measure RUN against images that were held out.

    The digits of 8 pixels are judged by the classifier of the course, everything else
    in the pixels of images made 8 pixels small: good enough to compare two runs on the
    same data, and for nothing else.
    """
    recipe = read_run(run)[1]
    train_images, held_out, _ = images_for(recipe)
    found = []
    first = how.pop("seed")
    for seed in range(first, first + seeds):
        images = _walk(run, count, seed=seed, **how)[-1]
        if recipe.data == "digits" and recipe.size == 8:
            found.append(digit_quality(images))
        else:
            found.append(quality(images, train_images, held_out, _small))
        click.echo(f"seed {seed}: {found[-1]}")
    click.echo(
        f"Frechet distance {spread([one.frechet for one in found])}, "
        f"floor {found[0].floor:.2f}, {count} samples each"
    )


@main.command()
def recipes() -> None:
    """List the recipes that `train` knows, and the weights that `sample` knows."""
    for name, recipe in RECIPES.items():
        click.echo(
            f"{name:12s} {recipe.steps:6d} steps, {recipe.size} pixels, "
            f"asks for {recipe.asks}"
        )
    click.echo("weights: " + ", ".join(n for n in names() if n in RECIPES))


@main.command()
def device() -> None:
    """Say where training would run, and with how many threads."""
    found = best_device()
    click.echo(
        f"{found}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    )
    if found.type == "cpu":
        click.echo("no GPU was found; every recipe of the course runs without one")


def _small(images: torch.Tensor) -> torch.Tensor:
    small = torch.nn.functional.adaptive_avg_pool2d(images, 8)
    return small.flatten(1)


def _walk(
    name: str, count: int, steps: int, sampler: str, seed: int
) -> list[torch.Tensor]:
    """Images on their way from noise; the last ones are the samples."""
    network, recipe = read_run(name)
    if steps > recipe.T:
        raise ValueError(f"--steps: got {steps}, expected at most {recipe.T}")
    device = best_device()
    network.to(device)
    g = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, recipe.channels, recipe.size, recipe.size, generator=g)
    ask = denoiser(network, recipe.schedule, recipe.asked, clip=True)
    walk = walk_back(
        ask,
        recipe.schedule,
        noise.to(device),
        evenly_spaced(recipe.T, steps),
        SAMPLERS[sampler],
        generator=torch.Generator(device).manual_seed(seed + 1),
    )
    return [known.xt.cpu() for known in walk]
