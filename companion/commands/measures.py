"""What `evaluate` says: of samples, or of reconstructions, beside what real images get."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from companion.autoencoder import perceptual
from companion.commands.autoencoders import seen_by_features
from companion.commands.drawing import check_steps, draw
from companion.commands.pairs import through
from companion.commands.saved import Trained, read_autoencoder, read_run
from companion.commands.sources import Images, images_for, with_pictures
from companion.data import as_floats
from companion.evaluation import (
    LEAST_IMAGES,
    codebook_use,
    digit_quality,
    latent_statistics,
    quality,
    reconstruction,
    scale_factor,
    spread,
)
from companion.tasks import evaluation_features
from companion.training import best_device

_TRAINING = 2000  # images, for the scale factor: what the standard deviation needs


def measure_samples(
    run: str, pictures: str | None, count: int, seeds: int, seed: int, steps: int, sampler: str
) -> Iterator[str]:
    """How good the samples of a trained network are, line by line, seed by seed.

    Args:
        run: a saved run, or weights of the course.
        pictures: where its folder is now.
        count: samples a seed.
        seeds: how many.
        seed: the first of them.
        steps: calls of the network.
        sampler: by name.

    Raises:
        ValueError: for what is no run, and for one with too few images held out.
    """
    trained = read_run(run)
    model, data = trained.model, trained.model.recipe.data
    check_steps(steps, model.recipe)
    of = _images(run, trained, pictures)
    if of.news:
        yield of.news
    held_out = 0 if of.alone else len(of.held_out)
    if held_out < LEAST_IMAGES:
        raise ValueError(
            f"RUN: got {run}, with {held_out} of {of.count} images held out, expected at least "
            f"{LEAST_IMAGES}: with fewer, chance decides whether noise looks better than real "
            "images; add pictures to its folder"
        )
    found = []
    for n in range(seed, seed + seeds):
        images, _ = draw(model, count, n, steps, sampler)
        if data.source == "digits" and data.size == 8:
            found.append(digit_quality(images))
        else:
            found.append(quality(images, of.learned, of.held_out, _small))
        yield from f"seed {n}: {found[-1]}".splitlines()
    same = [one.samples.frechet for one in found]
    yield (
        f"Frechet distance of {found[0].same} images each: samples {spread(same)}, "
        f"real {found[0].real.frechet:.2f}, noise {found[0].noise.frechet:.2f}"
    )


def measure_autoencoder(run: str, pictures: str | None) -> Iterator[str]:
    """How well a trained autoencoder gives held-out images back, line by line.

    Perceptual and Frechet distance are asked of `evaluation_features()`, which no loss has seen.

    Args:
        run: a saved run, or weights of the course. Of a folder with one image that one is
            measured, and it is said that it was learned from.
        pictures: where its folder is now.

    Raises:
        ValueError: for what is no autoencoder, and for images too few or too small.
    """
    trained = read_autoencoder(run)
    network, recipe = trained.model.network, trained.model.recipe
    images = _images(run, trained, pictures)
    if images.news:
        yield images.news
    held_out = as_floats(images.held_out)
    network.to(best_device())
    again, latent = through(network, held_out)
    distance = features = None
    if seen_by_features(recipe) and len(held_out) > 1:
        judge = evaluation_features()
        distance, features = partial(perceptual, judge), judge.pooled
    what = "the one image, also learned from" if images.alone else "held out"
    lines = [f"{what}: {reconstruction(held_out, again, distance, features)}"]
    lines += [str(latent_statistics(latent.z, latent.info.get("kl")))]
    if "indices" in latent.info:
        lines += [str(codebook_use(latent.info["indices"], recipe.bottleneck.num_codes))]
    _, learned = through(network, as_floats(images.learned[:_TRAINING]))
    lines += [f"scale factor {scale_factor(learned.z):.4f}, of training images"]
    for line in lines:
        yield from line.splitlines()


def _images(run: str, trained: Trained, pictures: str | None) -> Images:
    recipe = trained.model.recipe
    if pictures is not None:
        recipe = with_pictures(recipe, run, pictures)
    return images_for(recipe, trained.source)


def _small(images: Tensor) -> Tensor:
    small = torch.nn.functional.adaptive_avg_pool2d(images, 8)
    return small.flatten(1)
