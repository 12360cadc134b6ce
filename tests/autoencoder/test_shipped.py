"""The autoencoders that come with the package: on photographs that they have not seen."""

from functools import cache, partial

import pytest
import torch

from companion.autoencoder.features import perceptual
from companion.data import photo_crops
from companion.evaluation import codebook_use, reconstruction, scale_factor
from companion.tasks import evaluation_features, shipped
from companion.training import start, train

ALL = ("photos-kl", "photos-vq", "photos-kl-gan", "photos-vq-gan")


@cache
def photographs():
    return photo_crops(32, 2000, 400)


@pytest.fixture(scope="module")
def crops():
    return photographs()


def opened(name):
    model = shipped(name)
    return model.network, model.recipe


def there_and_back(network, x):
    with torch.no_grad():
        again, _ = network(x)
    return reconstruction(x, again).psnr


@cache
def held_out(name):
    """What the network makes of the photographs held out, and their latents: once for all tests."""
    with torch.no_grad():
        return shipped(name).network(photographs().held_out)


@pytest.mark.parametrize(
    "name, least",
    [
        ("photos-kl", 28),
        ("photos-vq", 26),
        ("photos-kl-gan", 27),
        ("photos-vq-gan", 25),
    ],
)
def test_held_out_photographs_come_back(crops, name, least):
    network, recipe = opened(name)
    assert not network.training and recipe.network.f == 4 and recipe.network.latent_channels == 4
    again, latent = held_out(name)
    assert reconstruction(crops.held_out, again).psnr > least
    assert latent.z.shape == (400, 4, 8, 8)


@pytest.mark.parametrize("name", ["photos-vq", "photos-vq-gan"])
def test_most_codes_are_used(name):
    _, recipe = opened(name)
    _, latent = held_out(name)
    assert codebook_use(latent.info["indices"], recipe.bottleneck.num_codes).share > 0.8


def test_the_scale_of_training_is_that_of_other_crops_of_these_photographs(crops):
    network, _ = opened("photos-kl")
    others = photo_crops(32, 2000, 1, seed=9).train
    with torch.no_grad():
        factor = scale_factor(network.encode(crops.train).z)
        assert abs((factor * network.encode(others).z).std() - 1) < 0.02


@pytest.mark.parametrize("name", ALL)
def test_the_recipe_still_means_what_the_weights_say(crops, name):
    """A few steps of it learn, and the shipped weights know far more."""
    network, recipe = opened(name)
    run = start(recipe)
    x = crops.held_out[:60]
    untrained = there_and_back(run.ema_model, x)
    for progress in train(run, crops.train):
        if progress.step == 20:
            break
    begun = there_and_back(run.ema_model, x)
    assert begun > untrained + 2
    assert there_and_back(network, x) > begun + 2


@pytest.mark.parametrize("kind", ["kl", "vq"])
def test_both_terms_together_make_reconstructions_look_more_like_photographs(crops, kind):
    """The perceptual and the adversarial one, to a network that no loss has asked.

    It costs PSNR. What each of the two does alone is not seen here.
    """
    judge, found = evaluation_features(), {}
    for name in (f"photos-{kind}", f"photos-{kind}-gan"):
        again, _ = held_out(name)
        seen = partial(perceptual, judge)
        found[name] = reconstruction(crops.held_out, again, seen, judge.pooled)
    without, with_both = found.values()
    assert with_both.psnr < without.psnr
    assert with_both.frechet < without.frechet
    assert with_both.perceptual < without.perceptual
