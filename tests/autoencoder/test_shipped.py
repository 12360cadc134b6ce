"""The autoencoders that come with the package: on photographs that they have not seen."""

import pytest
import torch

from companion.autoencoder import (
    shipped_autoencoder,
    start_autoencoder,
    train_autoencoder,
)
from companion.data import photo_crops
from companion.evaluation import codebook_use, reconstruction, scale_factor


@pytest.fixture(scope="module")
def crops():
    return photo_crops(32, 2000, 400)


def there_and_back(network, x):
    with torch.no_grad():
        again, latent = network(x)
    return reconstruction(x, again).psnr, latent


@pytest.mark.parametrize("name, least", [("photos-kl", 25.5), ("photos-vq", 23.2)])
def test_held_out_photographs_come_back(crops, name, least):
    network, recipe = shipped_autoencoder(name)
    assert not network.training and recipe.f == 4 and recipe.latent == 4
    psnr, latent = there_and_back(network, crops.held_out)
    assert psnr > least
    assert latent.z.shape == (400, 4, 8, 8)


def test_most_codes_are_used(crops):
    network, recipe = shipped_autoencoder("photos-vq")
    _, latent = there_and_back(network, crops.held_out)
    assert codebook_use(latent.info["codes"], recipe.codes).share > 0.8


def test_the_scale_of_training_is_that_of_other_photographs(crops):
    network, _ = shipped_autoencoder("photos-kl")
    with torch.no_grad():
        factor = scale_factor(network.encode(crops.train).z)
        assert abs((factor * network.encode(crops.held_out).z).std() - 1) < 0.05


@pytest.mark.parametrize("name", ["photos-kl", "photos-vq"])
def test_the_recipe_still_means_what_the_weights_say(crops, name):
    """A few steps of it learn, and the shipped weights know far more."""
    network, recipe = shipped_autoencoder(name)
    run = start_autoencoder(recipe)
    x = crops.held_out[:60]
    untrained, _ = there_and_back(run.average, x)
    for progress in train_autoencoder(run, crops.train):
        if progress.step == 60:
            break
    begun, _ = there_and_back(run.average, x)
    assert begun > untrained + 2
    assert there_and_back(network, x)[0] > begun + 2
