"""What `evaluate` says of an autoencoder, each figure beside the same one by hand."""

import atexit
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from PIL import Image

from companion.autoencoder import perceptual
from companion.commands import main
from companion.data import as_floats, folder, photo_crops, split, to_uint8
from companion.evaluation import (
    codebook_use,
    latent_statistics,
    reconstruction,
    scale_factor,
)
from companion.tasks import evaluation_features, load
from tests.commands import asking
from tests.commands.asking import asked

SMALL = ["--size", "16", "--width", "8", "--steps", "4"]


def by_hand(network, learned, held_out, seen=True):
    """What is to be printed: the autoencoder is asked for all images at once."""
    judge = evaluation_features()
    distance = (partial(perceptual, judge), judge.pooled) if seen else ()
    with torch.no_grad():
        again, latent = network(held_out)
        of_learned = network(learned)[1].z
    lines = [f"held out: {reconstruction(held_out, again, *distance)}"]
    lines += [str(latent_statistics(latent.z, latent.info.get("kl")))]
    if "indices" in latent.info:
        lines += [str(codebook_use(latent.info["indices"], 512))]
    lines += [f"scale factor {scale_factor(of_learned):.4f}, of training images"]
    return "\n".join(lines) + "\n"


@cache
def many() -> Path:
    """A folder of 180 pictures, there until the tests are over."""
    place = TemporaryDirectory()
    atexit.register(place.cleanup)
    pictures = Path(place.name, "many")
    pictures.mkdir()
    for n, image in enumerate(photo_crops(32, count=180, held_out=1).train):
        Image.fromarray(to_uint8(image)).save(pictures / f"{n}.png")
    return pictures


@cache
def learned_from_many(bottleneck: str) -> tuple[Path, str]:
    """A run of the package's own, and what is to be printed of it: once, for all mutants too.

    Four batches learned from, by their count, and one held out.
    """
    run = many().with_name(f"{bottleneck}.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "main", main)
        asked("train", "autoencoder", many(), *SMALL, "--bottleneck", bottleneck, "--out", run)
    learned, held_out = map(as_floats, split(folder(many(), 16)))
    assert (len(learned), len(held_out)) == (167, 13)
    return run, by_hand(load(run).ema_model, learned, held_out)


@pytest.mark.parametrize("bottleneck", ["kl", "vq", "plain"])
def test_every_figure_is_that_of_the_images_held_out(bottleneck):
    run, figures = learned_from_many(bottleneck)
    assert asked("evaluate", run) == figures


def test_images_that_the_judge_cannot_see_have_no_such_figures(mine):
    Path("grey.json").write_text('{"channels": 1, "width": 8, "steps": 2, "size": 16}')
    asked("train", "autoencoder", "mine", "--recipe", "grey.json", "--out", "run")
    parts = map(as_floats, split(folder("mine", 16, channels=1)))
    said = by_hand(load("run").ema_model, *parts, seen=False)
    assert asked("evaluate", "run") == said and "perceptual" not in said


def test_of_a_single_image_it_is_said_that_it_was_learned_from(mine):
    for n in range(1, 12):
        Path(f"mine/{n}.png").unlink()
    assert "1 images, 4 steps on" in asked("train", "autoencoder", "mine", *SMALL)
    image = as_floats(folder("mine", 16).images)
    network = load("mine-autoencoder.safetensors").ema_model
    with torch.no_grad():
        again, _ = network(image)
    words = asked("evaluate", "mine-autoencoder.safetensors")
    expected = f"the one image, also learned from: {reconstruction(image, again)}\n"
    assert words.startswith(expected) and "held out" not in words


@pytest.mark.parametrize("name", ["photos-kl", "photos-vq"])
def test_shipped_autoencoders_are_measured(name):
    words = asked("evaluate", name)
    assert "held out: 400 reconstructions" in words and "scale factor" in words
    assert 22 < float(words.partition("PSNR ")[2].split()[0]) < 40
    assert ("of 512 codes used" in words) is (name == "photos-vq")
    assert ("KL, nats a number" in words) is (name == "photos-kl")
