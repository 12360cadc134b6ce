"""The second feature network, which measures what the first one was trained with."""

from functools import partial
from pathlib import Path

import pytest
import torch

from companion.autoencoder.features import perceptual
from companion.autoencoder.losses import autoencoder_loss
from companion.autoencoder.pretext import damaged
from companion.data import photo_crops
from companion.evaluation import frechet_distance
from companion.tasks import AutoencoderRecipe, evaluation_features, photo_features
from companion.training import start, weights


@pytest.fixture(scope="module")
def both():
    return photo_features(), evaluation_features()


@pytest.fixture(scope="module")
def crops():
    return photo_crops(32, 1, 120).held_out  # of flower and rocket: (120, 3, 32, 32)


def spoiled(x, how, seed=0):
    g = torch.Generator().manual_seed(seed)
    return damaged(x, torch.full((len(x),), how), g)


def test_it_is_small_frozen_and_another_network(both, crops):
    size = (Path(str(weights.FOLDER)) / "evaluation-features.safetensors").stat().st_size
    assert size < 1_000_000
    features, judge = both
    assert not judge.training
    assert not any(p.requires_grad for p in judge.parameters())
    for one, other in zip(features(crops), judge(crops), strict=True):
        assert one.shape == other.shape
        assert (one - other).abs().mean() > 0.1 * one.abs().mean()


@pytest.mark.parametrize("how", [1, 2, 3], ids=["blurred", "noisy", "blocky"])
def test_two_networks_agree_on_which_crops_suffered_more(both, crops, how):
    """The correlation of the two rankings of the crops."""
    y = spoiled(crops, how)
    ranks = [perceptual(n, crops, y).argsort().argsort().double() for n in both]
    assert torch.corrcoef(torch.stack(ranks))[0, 1] > 0.7


def test_what_comes_nearer_to_the_one_comes_nearer_to_the_other(both, crops):
    """Thirty steps down the first one's distance alone, seen by the second one."""
    features, judge = both
    x = crops[:16]
    soft = spoiled(x, 1)
    again = soft.clone().requires_grad_()
    optimizer = torch.optim.Adam([again], lr=0.01)
    for _ in range(30):
        optimizer.zero_grad()
        perceptual(features, again, x).sum().backward()
        optimizer.step()
    again = again.detach()
    to_first, to_judge = (
        (perceptual(n, again, x) / perceptual(n, soft, x)).median().item() for n in both
    )
    assert to_first < to_judge < 0.9


def test_worse_images_are_farther_in_the_pooled_features(both):
    """With very many crops: of 400 and 400 chance may still be half of the noise."""
    crops = photo_crops(32, 1, 1600).held_out
    left, right = crops[::2], crops[1::2]
    for network in both:
        pooled = [network.pooled(x) for x in (left, right, spoiled(left, 2))]
        assert pooled[0].shape == (800, 96)
        by_chance = frechet_distance(pooled[0], pooled[1])
        assert frechet_distance(pooled[0], pooled[2]) > 2 * by_chance


def test_the_distance_is_what_the_loss_takes(both, crops):
    run = start(AutoencoderRecipe().override(width=8, perceptual=1.0))
    x = crops[:4]
    again, latent = run.network(x, run.generator)
    distance = partial(perceptual, both[0])
    parts = autoencoder_loss(x, again, latent, run.recipe.loss, distance)
    assert torch.equal(parts.perceptual, distance(x, again).mean())
    parts.total.backward()
    assert run.network.decoder.last_weight.grad.abs().sum() > 0
