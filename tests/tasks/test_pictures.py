"""Conditions that are images: what they say, what comes out of them, and bad input."""

from types import SimpleNamespace

import pytest
import torch
from torch.testing import assert_close

import companion.data
from companion.data import as_bytes
from companion.networks.conditions import ImageCondition
from companion.tasks import (
    RECIPES,
    Conditioned,
    Model,
    data_for,
    fill_in,
    matched,
    picture_conditions,
    pictures,
    upscale,
)
from companion.tasks.diffusion import condition_of
from companion.tasks.pictures import box_holes, downsample
from companion.training import start, train
from tests.tasks.picture_properties import DRAWN, PROPERTIES

TASKS = {"upscale": 4, "inpaint": 9, "layout": 4}  # channels of a condition, its mask among them
TINY = {"width": 8, "steps": 2, "batch_size": 4, "warmup": 1}


def recipe_of(task):
    return RECIPES[f"scenes-{task}"].override(**TINY)


def conditions(task, seed=0):
    g = torch.Generator().manual_seed(seed)
    return picture_conditions(recipe_of(task), as_bytes(DRAWN.images), DRAWN.scenes, g)


@pytest.fixture(scope="module")
def models():
    """Networks with random weights in place of their zeros."""
    made = {}
    for task in TASKS:
        session, g = start(recipe_of(task)), torch.Generator().manual_seed(0)
        for parameter in session.network.parameters():
            parameter.data = 0.2 * torch.randn(parameter.shape, generator=g)
        made[task] = Model(session.network.eval(), session.recipe)
    return made


def one_generator():
    return torch.Generator().manual_seed(1)


# ----------------------------------------------------------------------------- conditions


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_it_holds_for(holds):
    holds(SimpleNamespace(**{**vars(companion.data), **vars(pictures)}))


def test_a_small_picture_of_bytes_is_that_of_the_picture():
    y = conditions("upscale")
    assert_close(y[:, 1:], downsample(DRAWN.images, 4), atol=1 / 127, rtol=0)


@pytest.mark.parametrize("task", TASKS)
def test_a_condition_is_what_its_network_takes(task):
    y = conditions(task)
    assert y.shape == (12, TASKS[task], 8, 8)
    assert 0 <= y[:, 0].min() and y[:, 0].max() == 1
    network = condition_of(recipe_of(task))
    assert isinstance(network, ImageCondition)
    assert network(y, 12).channels.shape == y.shape == (12, network.channels, 8, 8)


def test_a_layout_needs_its_scenes_and_a_task():
    with pytest.raises(ValueError, match="drawn: got 0 scenes, expected 12"):
        picture_conditions(recipe_of("layout"), DRAWN.images)
    with pytest.raises(ValueError, match="recipe: got the image_task ''"):
        picture_conditions(RECIPES["scenes-latent"], DRAWN.images)


@pytest.mark.parametrize("task", TASKS)
def test_a_network_learns_by_such_a_condition(task):
    recipe = recipe_of(task)
    data = data_for(recipe, DRAWN.images)
    steps = [*train(start(recipe), Conditioned(data, conditions(task)))]
    assert len(steps) == 2


def test_a_task_belongs_to_an_image():
    with pytest.raises(ValueError, match="image_task: got 'upscale'.*for 'image' only"):
        RECIPES["scenes-latent"].override(image_task="upscale")
    with pytest.raises(ValueError, match="image_task: got 'colour', expected one of"):
        RECIPES["scenes-layout"].override(image_task="colour")


# --------------------------------------------------------------------------- matched


@pytest.mark.parametrize("shape", [(12, 1, 8, 8), (11, 3, 8, 8), (12, 3, 5, 5), (12, 3, 64, 64)])
def test_small_pictures_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="small: got shape"):
        matched(DRAWN.images, torch.zeros(shape))


@pytest.mark.parametrize("f", [0, 3])
def test_sides_have_to_be_divisible(f):
    with pytest.raises(ValueError, match="images: got shape|f: got 0"):
        downsample(DRAWN.images, f)


# --------------------------------------------------------------------------- samples


def test_upscaled_pictures_made_small_again_are_the_given_ones(models):
    small = downsample(DRAWN.images[:4], 4)
    how = {"steps": 2}
    free, fitted = (
        upscale(models["upscale"], small, match=m, generator=one_generator(), **how)
        for m in (False, True)
    )
    assert free.shape == fitted.shape == (4, 3, 32, 32)
    assert_close(fitted, matched(free, small))
    assert 127.5 * (downsample(fitted, 4) - small).abs().mean() < 1
    assert 127.5 * (downsample(free, 4) - small).abs().mean() > 5


def test_the_small_picture_is_what_the_network_is_told(models):
    small = downsample(DRAWN.images[:2], 4)
    made = [
        upscale(models["upscale"], x, match=False, steps=2, generator=one_generator())
        for x in (small, -small)
    ]
    assert (made[0] - made[1]).abs().mean() > 1e-3


def test_what_is_given_is_left_to_the_bit(models):
    given = box_holes(4, 32, torch.Generator().manual_seed(7))
    x, g = DRAWN.images[:4], one_generator()
    filled = fill_in(models["inpaint"], x, given, steps=2, generator=g)
    everywhere = given.expand_as(filled)
    assert torch.equal(filled[everywhere], x[everywhere])
    assert not torch.equal(filled[~everywhere], x[~everywhere])
    hidden = torch.where(given, x, 0.7)
    again = one_generator()
    assert torch.equal(filled, fill_in(models["inpaint"], hidden, given, steps=2, generator=again))


def test_a_model_of_another_task_is_refused(models):
    small, given = torch.zeros(1, 3, 8, 8), torch.ones(1, 1, 32, 32, dtype=torch.bool)
    with pytest.raises(ValueError, match="'layout', expected one of the image_task 'upscale'"):
        upscale(models["layout"], small)
    with pytest.raises(ValueError, match="'upscale'. expected one of the image_task 'inpaint'"):
        fill_in(models["upscale"], torch.zeros(1, 3, 32, 32), given)
    with pytest.raises(ValueError, match="another kind"):
        upscale(start(RECIPES["scenes-kl"].override(width=8)), small)


def test_pictures_of_another_size_are_refused(models):
    with pytest.raises(ValueError, match=r"pictures: got shape \(1, 3, 9, 9\)"):
        upscale(models["upscale"], torch.zeros(1, 3, 9, 9))
    with pytest.raises(ValueError, match="given: got torch.bool of shape"):
        fill_in(models["inpaint"], torch.zeros(1, 3, 32, 32), torch.ones(1, 1, 8, 8).bool())
    with pytest.raises(ValueError, match="given: got torch.float32"):
        fill_in(models["inpaint"], torch.zeros(1, 3, 32, 32), torch.ones(1, 1, 32, 32))
