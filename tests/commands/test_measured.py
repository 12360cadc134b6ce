"""What `evaluate` says of an autoencoder, each figure beside the same one by hand."""

from functools import partial
from pathlib import Path

import pytest
import torch
from PIL import Image

from companion.autoencoder import perceptual
from companion.data import as_floats, folder, photo_crops, split, to_uint8
from companion.evaluation import (
    codebook_use,
    latent_statistics,
    reconstruction,
    scale_factor,
)
from companion.tasks import evaluation_features, load
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


@pytest.mark.parametrize("bottleneck", ["kl", "vq", "plain"])
def test_every_figure_is_that_of_the_images_held_out(mine, bottleneck):
    """Of a folder: four batches learned from, by their count, and one held out."""
    for n, image in enumerate(photo_crops(32, count=180, held_out=1).train):
        Image.fromarray(to_uint8(image)).save(f"mine/{n}.png")
    words = [*SMALL, "--bottleneck", bottleneck, "--out", "run"]
    asked("train", "autoencoder", "mine", *words)
    learned, held_out = map(as_floats, split(folder("mine", 16)))
    assert (len(learned), len(held_out)) == (167, 13)
    network = load("run").ema_model
    assert asked("evaluate", "run") == by_hand(network, learned, held_out)


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
