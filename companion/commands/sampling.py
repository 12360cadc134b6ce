"""`sample` and `evaluate`: what a trained network draws, and how good it is."""

from pathlib import Path

import click
import torch
from click.core import ParameterSource

from companion.commands.autoencoders import is_autoencoder
from companion.commands.options import SEED
from companion.commands.outputs import check_picture
from companion.commands.reconstruct import measure
from companion.commands.sources import check_known, images_for, read_run
from companion.diffusion import ancestral, ddim, dpm_solver, evenly_spaced, walk_back
from companion.evaluation import digit_quality, quality, spread
from companion.networks import denoiser
from companion.plots import save_animation, save_sheet
from companion.training import best_device

SAMPLERS = {"ancestral": ancestral, "ddim": ddim(), "dpm": dpm_solver}


def _sampling(command: click.Command) -> click.Command:
    """The options of everything that samples."""
    for option in (
        click.option("--seed", type=SEED, default=0, show_default=True),
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


@click.command()
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
    """Draw images from RUN, a saved run or weights of the course, into one PNG.
    \f
    Raises ValueError for what is no run, and for a place where a picture cannot be.
    """
    check_picture("--out", out, ".png", [run])
    if animation:
        check_picture("--animation", animation, ".gif", [run])
    path = _walk(run, count, **how)
    save_sheet(path[-1], out)
    click.echo(f"{count} samples of seed {how['seed']} in {out}")
    if animation:
        save_animation(path, animation)
        click.echo(f"{len(path)} pictures of the walk in {animation}")


@click.command()
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
@click.pass_context
def evaluate(
    ctx: click.Context, run: str, count: int, seeds: int, **how: int | str
) -> None:
    """Measure RUN against images that were held out.

    The digits of 8 pixels are judged by the classifier of the course, everything else
    in the pixels of images made 8 pixels small: good enough to compare two runs on the
    same data, and for nothing else.

    Of an autoencoder it says how well held-out images come back, and what its latents
    look like. Nothing is sampled then, and the options below are not for it.
    \f
    Raises ValueError for what is no run, for options with an autoencoder, and for a run
    whose folder has fewer than two images held out.
    """
    check_known(run)
    if is_autoencoder(run):
        sources = map(ctx.get_parameter_source, ("count", "seeds", *how))
        if any(source is not ParameterSource.DEFAULT for source in sources):
            raise ValueError(
                f"{run} is an autoencoder: nothing is sampled, it takes no options"
            )
        for lines in measure(run):
            click.echo(lines)
        return
    _, recipe = read_run(run)
    of = images_for(recipe)
    if len(of.held_out) < 2:
        raise ValueError(
            f"RUN: got {run}, with {0 if of.alone else 1} of {of.count} images held out, "
            "expected at least 2 to measure samples by: add pictures to its folder"
        )
    found = []
    first = how.pop("seed")
    for seed in range(first, first + seeds):
        images = _walk(run, count, seed=seed, **how)[-1]
        if recipe.data == "digits" and recipe.size == 8:
            found.append(digit_quality(images))
        else:
            found.append(quality(images, of.learned, of.held_out, _small))
        click.echo(f"seed {seed}: {found[-1]}")
    click.echo(
        f"Frechet distance {spread([one.frechet for one in found])}, "
        f"floor {found[0].floor:.2f}, {count} samples each"
    )


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
