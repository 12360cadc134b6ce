"""Models that are told something, and those that work in a latent: from data to samples."""

import pytest
import torch
from torch.testing import assert_close

from companion.data import as_bytes, draw, scenes
from companion.diffusion import ddim
from companion.evaluation import read_scenes
from companion.tasks import (
    RECIPES,
    Conditioned,
    DiffusionRecipe,
    Latents,
    Model,
    Pixels,
    data_for,
    model_of,
    sample,
    shipped,
)
from companion.tasks.diffusion import condition_of
from companion.tasks.models import latents
from companion.training import start, train

IMAGES = scenes(12, 32, seed=4).images
SMALL = {"width": 8, "T": 20, "steps": 2, "batch_size": 4, "dim": 8, "depth": 1}
WORDS = DiffusionRecipe().override(**SMALL, condition_type="words", words="one two", length=4)
CLASSES = DiffusionRecipe().override(**SMALL, condition_type="class", classes=3)


@pytest.fixture(scope="module")
def codec():
    return latents("scenes-kl", RECIPES["scenes-words"].codec.scale)


def awake(recipe):
    """A model with random weights in place of its zeros."""
    session = start(recipe)
    g = torch.Generator().manual_seed(0)
    for parameter in session.network.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=g)
    return Model(session.network.eval(), recipe)


# ----------------------------------------------------------------------------- the latent


def test_a_latent_is_what_the_encoder_says_and_comes_back(codec):
    z = codec.encode(IMAGES)
    said = codec.autoencoder.encode(IMAGES).z.detach()
    assert z.shape == (12, 8, 8, 8)
    assert_close(z, codec.scale * said)
    assert_close(codec.decode(z), codec.autoencoder.decode(said).detach(), rtol=1e-4, atol=1e-4)
    assert (codec.decode(z) - IMAGES).abs().mean() < 0.03


def test_the_scale_of_the_recipe_is_that_of_the_latents(codec):
    z = codec.encode(scenes(300, 32, seed=8).images)
    assert z.std().item() == pytest.approx(1, abs=0.03)


def test_scenes_are_scenes_after_they_were_encoded(codec):
    drawn = scenes(100, 32, seed=9)
    found = read_scenes(codec.decode(codec.encode(drawn.images)).clamp(-1, 1))
    right = [
        one.is_scene and sorted(s.shape for s in one.seen) == sorted(s.shape for s in scene.shapes)
        for one, scene in zip(found, drawn.scenes, strict=True)
    ]
    assert sum(right) >= 98


def test_pixels_are_no_codec():
    assert Pixels().encode(IMAGES) is IMAGES and Pixels().decode(IMAGES) is IMAGES
    assert isinstance(shipped("digits-v").codec, Pixels)


def test_only_an_autoencoder_makes_latents():
    with pytest.raises(ValueError, match="autoencoder: got digits-v, of the kind diffusion"):
        latents("digits-v", 1.0)


def test_data_is_encoded_once_and_bytes_are_floats(codec):
    recipe = RECIPES["scenes-latent"]
    floats = data_for(recipe, as_bytes(IMAGES).float() / 127.5 - 1)
    assert torch.equal(data_for(recipe, as_bytes(IMAGES)), floats)
    assert data_for(CLASSES, IMAGES) is IMAGES
    assert_close(floats, codec.encode(as_bytes(IMAGES).float() / 127.5 - 1))


def test_a_latent_model_draws_pictures(codec):
    recipe = RECIPES["scenes-latent"].override(width=8, steps=2, batch_size=4, T=20)
    model = awake(recipe)
    assert isinstance(model.codec, Latents) and model.codec.scale == recipe.codec.scale
    walk = {"steps": 2, "sampler": ddim(eta=0)}
    found = sample(model, 2, **walk, generator=torch.Generator().manual_seed(1))
    assert found.shape == (2, 3, 32, 32)
    raw = Model(model.network, recipe)
    raw.__dict__["codec"] = Pixels()
    z = sample(raw, 2, **walk, generator=torch.Generator().manual_seed(1))
    assert z.shape == (2, 8, 8, 8) and torch.equal(found, codec.decode(z))


# ------------------------------------------------------------------------- what is said


def test_rows_of_a_batch_stay_with_their_images():
    """An image whose pixels say its class: whatever is drawn, both say the same."""
    labels = torch.arange(30) % 3
    images = (labels / 4).reshape(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    session = start(CLASSES)
    x, cond = session.task.batch(data_for(CLASSES, images, labels), session.draws)
    assert torch.equal(4 * x[:, 0, 0, 0], cond.float()) and len({*cond.tolist()}) > 1


@pytest.mark.parametrize("rate", [0.0, 1.0, 0.3])
def test_so_many_conditions_are_dropped(monkeypatch, rate):
    recipe = CLASSES.override(cond_dropout=rate, batch_size=400, steps=1)
    session, seen = start(recipe), []
    forward = session.network.forward
    monkeypatch.setattr(
        session.network, "forward", lambda xt, t, cond: seen.append(cond) or forward(xt, t, cond)
    )
    data = data_for(recipe, torch.zeros(6, 1, 8, 8), torch.arange(6) % 3)
    for _ in train(session, data):
        pass
    (cond,) = seen
    share = (cond == session.network.condition.null).float().mean().item()
    assert share == pytest.approx(rate, abs=0.08)


def test_scale_nought_and_one_are_the_null_and_the_condition():
    model = awake(WORDS)
    walk = {"steps": 3, "sampler": ddim(eta=0)}

    def drawn(*cond, **how):
        return sample(model, 2, *cond, **walk, **how, generator=torch.Generator().manual_seed(3))

    assert torch.equal(drawn("one two", scale=0), drawn())
    assert torch.equal(drawn("one two", scale=1), drawn(["one two", "one two"]))
    assert not torch.equal(drawn("one two"), drawn())
    assert torch.equal(drawn("one", scale=0, against="two"), drawn("two"))
    both = model.denoiser(model.condition("one", 2), scale=3)
    xt = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(5))
    said, nothing = model.denoiser(model.condition("one", 2))(xt, 7), model.denoiser()(xt, 7)
    assert_close(both(xt, 7).eps, nothing.eps + 3 * (said.eps - nothing.eps))


@pytest.mark.parametrize(
    "recipe, said, message",
    [
        (WORDS, "three", "captions: got 'three'"),
        (WORDS, ["one", "two", "one"], "cond: got 3 for 2 images"),
        (CLASSES, 3, "cond: got 3 .*expected classes 0..2"),
        (CLASSES, -1, "cond: got -1 .*expected classes 0..2"),
        (CLASSES, 0.5, "cond: got 0.5 .*expected"),
        (DiffusionRecipe().override(width=8), "one", "cond: got one, expected None"),
    ],
)
def test_what_a_model_cannot_be_told_is_refused(recipe, said, message):
    with pytest.raises(ValueError, match=message):
        model_of(start(recipe)).condition(said, 2)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"condition_type": "smell"}, "condition_type: got 'smell'"),
        ({"condition_type": "class"}, "classes: got 0"),
        ({"classes": 3}, "classes: got 3"),
        ({"condition_type": "bag"}, "words: got ''"),
        ({"words": "one"}, "words: got 'one'"),
        ({"cond_dropout": 1.5}, "cond_dropout: got 1.5"),
        ({"depth": -1}, "depth: got -1"),
        ({"null": "void"}, "null: got 'void'"),
        ({"latent_channels": 4}, "latent_channels: got 4 with the autoencoder ''"),
        ({"autoencoder": "scenes-kl"}, "latent_channels: got 0 with the autoencoder"),
        ({"autoencoder": "scenes-kl", "latent_channels": 8, "f": 3}, "size: got 8, expected"),
        ({"scale": 0.0}, "scale: got 0.0"),
    ],
)
def test_wrong_recipes_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        DiffusionRecipe().override(**changes)


@pytest.mark.parametrize(
    "recipe, data, message",
    [
        (CLASSES, torch.zeros(4, 1, 8, 8), "data: got images without conditions"),
        (
            DiffusionRecipe().override(**SMALL),
            Conditioned(torch.zeros(4, 1, 8, 8), torch.zeros(4)),
            "data: got images with conditions",
        ),
        (
            CLASSES,
            Conditioned(torch.zeros(4, 1, 8, 8), torch.zeros(3, dtype=torch.int64)),
            "data: got 4 images and 3 conditions",
        ),
    ],
)
def test_data_without_its_conditions_is_refused(recipe, data, message):
    with pytest.raises(ValueError, match=message):
        next(train(start(recipe), data))


def test_every_condition_of_a_recipe_is_built():
    for kind, name in (("words", "WordCondition"), ("bag", "BagOfWords")):
        recipe = WORDS.override(condition_type=kind)
        assert type(condition_of(recipe)).__name__ == name
    image = WORDS.override(condition_type="image", words="")
    assert condition_of(image).null.shape == (2, 8, 8)
    assert condition_of(CLASSES).null == 3
    assert condition_of(DiffusionRecipe()) is None


def test_scenes_are_drawn_as_the_autoencoder_saw_them():
    """The shipped autoencoder was trained on scenes of this size and range."""
    scene = scenes(1, 32, seed=0).scenes[0]
    assert torch.equal(draw(scene, 32), scenes(1, 32, seed=0).images[0])
