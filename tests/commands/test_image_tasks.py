"""What `train scenes-upscale` and the other two image tasks learn from."""

import pytest
import torch
from torch.testing import assert_close

from companion.commands import sources
from companion.data import as_floats, kept_back, scenes
from companion.data.boxes import boxes, layout
from companion.data.scenes import caption
from companion.tasks import RECIPES, data_for
from companion.tasks.pictures import downsample


@pytest.fixture
def few(monkeypatch):
    """Forty scenes, of which those that are kept back are not shown."""
    monkeypatch.setitem(sources.SCENES, "diffusion", 40)
    monkeypatch.setattr(sources, "HELD_OUT", 4)
    return [
        s for s in scenes(40, 32, sources.SEEDS["diffusion"]).scenes if not kept_back(caption(s))
    ]


@pytest.mark.parametrize(("task", "channels"), [("upscale", 4), ("inpaint", 9), ("layout", 4)])
def test_each_picture_comes_with_the_condition_of_the_task(few, task, channels):
    recipe = RECIPES[f"scenes-{task}"]
    images = sources.images_for(recipe)
    assert len(few) < 40
    assert images.said.shape == (len(few), channels, 8, 8) and len(images.learned) == len(few)
    again = sources.images_for(recipe)
    assert torch.equal(images.said, again.said) and torch.equal(images.learned, again.learned)
    data = data_for(recipe, images.learned, images.said)
    assert data.x.shape == (len(few), 8, 8, 8) and torch.equal(data.cond, images.said)


def test_a_condition_is_that_of_its_own_picture(few):
    images = sources.images_for(RECIPES["scenes-upscale"])
    assert_close(images.said[:, 1:], downsample(as_floats(images.learned), 4))
    said = sources.images_for(RECIPES["scenes-layout"]).said
    colour, cover = layout([boxes(scene) for scene in few], 8)
    assert torch.equal(said, torch.cat([cover, colour], dim=1))


def test_words_and_nothing_are_told_as_before(few):
    assert sources.images_for(RECIPES["scenes-latent"]).said is None
    words = sources.images_for(RECIPES["scenes-words"]).said
    assert list(words) == [caption(scene) for scene in few]
