"""How an autoencoder learns: properties, recipes, files, and bad input."""

import json
import shutil
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from companion import autoencoder
from companion.autoencoder import (
    KL,
    VQ,
    AutoencoderRecipe,
    Identity,
    SkipAutoencoder,
    pack_autoencoder,
    reconstructed,
    shipped_autoencoder,
    start_autoencoder,
    train_autoencoder,
    update_autoencoder,
    update_discriminator,
)
from companion.training import (
    Recipe,
    averaged,
    names,
    shipped,
    weights,
    with_bar,
)
from companion.training import pack as pack_denoiser
from companion.training import start as start_denoiser
from tests.autoencoder import failure_properties as f
from tests.autoencoder import training_properties as p
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import KINDS, SMALL, images, same, start, state, train


@pytest.mark.parametrize("holds", (*p.ALL, *f.ALL), ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(autoencoder)


# ----------------------------------------------------------------------------- recipes

ALL_OF_IT = AutoencoderRecipe(
    **SMALL | {"f": 8, "multipliers": (1, 2, 2), "blocks": 2, "attention": (2,)},
    **{"bottleneck": "vq", "vq_ema": True, "begin": 4, "alternate": True},
    **{"channels": 1, "commitment": 0.5, "decay": 0.9, "restart": 0.0},
)


def test_a_recipe_survives_json():
    again = AutoencoderRecipe.from_json(ALL_OF_IT.to_json())
    assert again == ALL_OF_IT and again.weights == ALL_OF_IT.weights
    assert json.loads(ALL_OF_IT.to_json())["alternate"] is True
    assert AutoencoderRecipe.from_json("{}") == AutoencoderRecipe()


def test_a_recipe_says_what_is_built():
    run = start_autoencoder(ALL_OF_IT)
    encoder, vq = run.network.encoder, run.network.bottleneck
    assert (encoder.f, encoder.patch, encoder.channels, encoder.width) == (8, 2, 1, 8)
    assert (vq.codebook.shape, vq.ema) == ((6, 2), True)
    assert (vq.beta, vq.decay, vq.dead_code_threshold) == (0.5, 0.9, 0.0)
    assert run.discriminator.layers[0].weight.shape[:2] == (8, 1)
    attentive = [m for m in run.network.modules() if type(m).__name__ == "Attention"]
    assert len(attentive) == 4
    for name, kind in (("plain", Identity), ("kl", KL), ("vq", VQ)):
        made = start_autoencoder(AutoencoderRecipe(width=8, bottleneck=name))
        assert type(made.network.bottleneck) is kind and made.discriminator is None
        assert made.discriminator_optimizer is None


def test_the_numbers_of_the_defaults():
    told = {
        "steps": 1000,
        "batch_size": 16,
        "rate": 1e-3,
        "warmup": 50,
        "clip": 1.0,
        "ema": 0.995,
        "seed": 0,
    }
    told |= {
        "channels": 3,
        "f": 4,
        "latent": 4,
        "width": 48,
        "multipliers": (1, 2),
        "blocks": 1,
        "attention": (),
    }
    told |= {
        "bottleneck": "kl",
        "codes": 512,
        "commitment": 0.25,
        "vq_ema": False,
        "decay": 0.97,
        "restart": 0.1,
    }
    told |= {
        "pixel": 1.0,
        "squares": 0.0,
        "perceptual": 0.0,
        "adversarial": 0.0,
        "regulariser": 1e-6,
        "begin": 0,
    }
    told |= {
        "alternate": False,
        "discriminator_width": 32,
        "discriminator_rate": 1.0,
        "recolour": False,
    }
    assert asdict(AutoencoderRecipe()) == told | {"data": "photos", "size": 32}


def test_its_weights_are_those_of_the_loss():
    told = {"pixel": 0.1, "perceptual": 2.0, "adversarial": 3, "regulariser": 4}
    found = AutoencoderRecipe(**told, squares=0.5).weights
    assert vars(found) == told | {"l2_weight": 0.5}


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"T": 3}', "recipe: got T, expected only steps, batch_size"),
        ('{"alternate": 1}', "alternate: got 1, expected true or false"),
        ('{"vq_ema": "yes"}', "vq_ema: got 'yes', expected true or false"),
        ('{"codes": true}', "codes: got True, expected a whole number"),
        ('{"steps": 0}', "steps: got 0, expected more than 0"),
        ('{"latent": 0}', "latent: got 0, expected more than 0"),
        ('{"codes": 0}', "codes: got 0, expected more than 0"),
        ('{"discriminator_width": 0}', "discriminator_width: got 0, expected more"),
        ('{"bottleneck": "vae"}', "bottleneck: got 'vae', expected one of ['plain',"),
        ('{"f": 3}', "f: got 3, expected a power of two of at least 2"),
        ('{"f": 2, "multipliers": [1, 2, 4]}', "f: got 2, expected a power of two of"),
        ('{"multipliers": []}', "multipliers: got 0 numbers, expected 1 to 10, one"),
        ('{"multipliers": ["a"]}', "multipliers: got 'a' (str), expected a whole num"),
        ('{"multipliers": [1.5]}', "multipliers: got 1.5 (float), expected a whole"),
        ('{"multipliers": [0]}', "multipliers: got 0, expected a whole number in 1.."),
        ('{"multipliers": [1, -1]}', "multipliers: got -1, expected a whole number"),
        ('{"multipliers": [[1]]}', "multipliers: got [1] (list), expected a whole nu"),
        ('{"attention": [9]}', "attention: got 9, expected a whole number in 0..1"),
        ('{"attention": [-1]}', "attention: got -1, expected a whole number in 0..1"),
        ('{"attention": ["a"]}', "attention: got 'a' (str), expected a whole number"),
        ('{"discriminator_rate": 1e400}', "discriminator_rate: got inf, expected a fi"),
        ('{"discriminator_rate": NaN}', "discriminator_rate: got nan, expected a fini"),
        ('{"pixel": 1e400}', "pixel: got inf, expected a finite number"),
        (
            '{"seed": -1}',
            "seed: got -1, expected a whole number in 0..92233720368547758",
        ),
        ('{"size": 30}', "size: got 30, expected a multiple of f = 4"),
        ('{"commitment": -1}', "commitment: got -1, expected a number in [0, inf)"),
        ('{"decay": 1}', "decay: got 1, expected a number in [0, 1)"),
        ('{"restart": 1}', "restart: got 1, expected a number in [0, 1)"),
        ('{"begin": -1}', "begin: got -1, expected 0 or more"),
        ('{"adversarial": -1}', "adversarial: got -1, expected a number in [0, inf)"),
        ('{"regulariser": NaN}', "regulariser: got nan, expected a finite number"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused_by_name(text, words):
    with pytest.raises(ValueError) as error:
        AutoencoderRecipe.from_json(text)
    assert words in str(error.value)


# -------------------------------------------------------------------------- the updates


def test_a_bar_can_be_put_around_it():
    run = start(autoencoder)
    steps = train_autoencoder(run, images(), distance)
    assert [now.step for now in with_bar(steps, 6)] == [1, 2, 3, 4, 5, 6]


def test_it_stops_and_goes_on():
    for kind in KINDS:
        whole, parts = start(autoencoder, **kind), start(autoencoder, **kind)
        train(autoencoder, whole)
        train(autoencoder, parts, 2), train(autoencoder, parts)
        assert parts.step == 6 and train(autoencoder, parts) == []
        assert same(state(whole.network), state(parts.network))


def test_a_way_around_can_be_trained_as_well():
    """What the chapter does: another network in a run of the same recipe."""
    run = start(autoencoder, adversarial=0.0, bottleneck="vq")
    skip = SkipAutoencoder(run.network.encoder, run.network.bottleneck, run.network.decoder)
    run.network, run.average = skip, averaged(skip)
    assert len(train(autoencoder, run)) == 6
    assert not same(state(run.network), state(start(autoencoder, **KINDS[1]).network))


def test_pictures_may_be_of_another_precision():
    run = start(autoencoder, adversarial=0.0, perceptual=0.0)
    found = [*train_autoencoder(run, images().double())]
    assert run.network.decoder.last_weight.dtype == torch.float32
    assert len(found) == 6


def test_the_networks_are_left_in_training():
    run = start(autoencoder)
    run.network.eval()
    train(autoencoder, run, 1)
    assert run.network.training


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: next(train_autoencoder(start(autoencoder), images())),
            "features: got None, expected one: the recipe's perceptual weight is 0.3",
        ),
        (
            lambda: next(train_autoencoder(start(autoencoder, perceptual=0.0), images(), distance)),
            "features: got one, expected None: the recipe",
        ),
        (
            lambda: next(train_autoencoder(start(autoencoder), images() / 0, distance)),
            "images: got",
        ),
        (
            lambda: next(train_autoencoder(start(autoencoder), images()[0], distance)),
            "images: got shape (3, 16, 16), expected (N, 3, H, W)",
        ),
        (
            lambda: next(train_autoencoder(start(autoencoder), images()[:, :1], distance)),
            "images: got shape (32, 1, 16, 16), expected (N, 3, H, W)",
        ),
        (
            lambda: update_autoencoder(start(autoencoder), images()[:, :, :15]),
            "x: got 15 by 16 pixels, expected multiples of 4",
        ),
        (lambda: update_autoencoder(start(autoencoder), images() / 0), "x: got"),
        (
            lambda: update_discriminator(start(autoencoder), images() / 0, images()),
            "x: got",
        ),
        (lambda: reconstructed(start(autoencoder), images() / 0), "x: got"),
        (
            lambda: update_discriminator(start(autoencoder, adversarial=0.0), images(), images()),
            "run: got one without a discriminator, expected a recipe whose",
        ),
        (
            lambda: update_discriminator(start(autoencoder), images(), images()[:2]),
            "recon: got shape (2, 3, 16, 16), expected (32, 3, 16, 16)",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)


# -------------------------------------------------------------------------------- files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of weights with those of the package, to which a file can be added."""
    for file in weights.FOLDER.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)

    def add(name, content):
        (tmp_path / f"{name}.safetensors").write_bytes(content)
        with Path(tmp_path / weights.SUMS).open("a") as sums:
            sums.write(f"{sha256(content).hexdigest()}  {name}.safetensors\n")

    return add


@pytest.mark.parametrize("kind", [*KINDS, {"bottleneck": "plain"}])
def test_what_is_packed_comes_back(folder, kind):
    run = start(autoencoder, **kind)
    train(autoencoder, run, 3)
    folder("a", pack_autoencoder(run))
    network, recipe = shipped_autoencoder("a")
    assert recipe == run.recipe and not network.training
    assert same(state(network), state(run.average))
    assert not any(q.requires_grad for q in network.parameters())
    x = images()[:2]
    assert torch.equal(network(x)[0], run.average(x)[0])


def test_a_file_is_packed_in_one_way():
    run = start(autoencoder)
    assert pack_autoencoder(run) == pack_autoencoder(run)


def test_the_two_kinds_of_file_are_told_apart(folder):
    folder("a", pack_autoencoder(start(autoencoder)))
    folder("b", pack_denoiser(start_denoiser(Recipe(width=8))))
    assert {"a", "b", "digits-v"} <= {*names()}
    assert shipped("b")[1] == Recipe(width=8)
    with pytest.raises(ValueError, match="name: got 'a', which is not a denoising"):
        shipped("a")
    for name in ("b", "digits-v", "digits-classifier"):
        with pytest.raises(ValueError, match=f"name: got '{name}', which is not an a"):
            shipped_autoencoder(name)
    with pytest.raises(ValueError, match="name: got 'c', expected one of"):
        shipped_autoencoder("c")
    (weights.FOLDER / "a.safetensors").write_bytes(b"other")
    with pytest.raises(ValueError, match="is not the one that was packed"):
        shipped_autoencoder("a")
