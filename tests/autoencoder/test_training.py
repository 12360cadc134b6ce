"""How an autoencoder learns: properties, recipes, files, and bad input."""

import json
import shutil
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from companion.autoencoder import KL, VQ, Identity, SkipAutoencoder, perceptual
from companion.tasks import (
    AutoencoderRecipe,
    DiffusionRecipe,
    photo_features,
    reconstructed,
    sample,
    shipped,
)
from companion.training import names, pack, weights, with_bar
from companion.training import start as start_any
from companion.training import train as train_on
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import (
    KINDS,
    LIBRARY,
    SMALL,
    images,
    same,
    start,
    state,
    train,
)
from tests.mutations.suite import strangers
from tests.mutations.test_autoencoder_loop import MODULES


def test_the_package_is_what_the_properties_hold_for():
    """They hold for a copy (`tests/mutations/test_autoencoder_loop.py`) of these functions."""
    assert strangers(MODULES, LIBRARY) == []
    assert {"start", "train", "descend", "AutoencoderRecipe"} <= {*vars(LIBRARY)}


# ----------------------------------------------------------------------------- recipes

ALL_OF_IT = AutoencoderRecipe().override(
    **SMALL | {"f": 8, "multipliers": (1, 2, 2), "blocks": 2, "attention": (2,)},
    **{"bottleneck_type": "vq", "vq_ema": True, "disc_start": 4, "alternate_updates": True},
    **{"channels": 1, "commitment": 0.5, "decay": 0.9, "dead_code_threshold": 0.0},
)


def test_a_recipe_survives_json():
    again = AutoencoderRecipe.from_json(ALL_OF_IT.to_json())
    assert again == ALL_OF_IT and again.loss == ALL_OF_IT.loss
    assert json.loads(ALL_OF_IT.to_json())["discriminator"]["alternate_updates"] is True
    assert AutoencoderRecipe.from_json("{}") == AutoencoderRecipe()


def test_a_recipe_says_what_is_built():
    run = start_any(ALL_OF_IT)
    encoder, vq = run.network.encoder, run.network.bottleneck
    assert (encoder.f, encoder.patch, encoder.channels, encoder.width) == (8, 2, 1, 8)
    assert (vq.codebook.shape, vq.ema) == ((6, 2), True)
    assert (vq.beta, vq.decay, vq.dead_code_threshold) == (0.5, 0.9, 0.0)
    assert run.networks["discriminator"].layers[0].weight.shape[:2] == (8, 1)
    attentive = [m for m in run.network.modules() if type(m).__name__ == "Attention"]
    assert len(attentive) == 4
    for name, kind in (("plain", Identity), ("kl", KL), ("vq", VQ)):
        made = start_any(AutoencoderRecipe().override(width=8, bottleneck_type=name))
        assert type(made.network.bottleneck) is kind
        assert {*made.networks} == {*made.optimizers} == {*made.averages} == {"network"}


def test_the_numbers_of_the_defaults():
    assert asdict(AutoencoderRecipe()) == {
        "steps": 1000,
        "batch_size": 16,
        "seed": 0,
        "optimizer": {
            "lr": 1e-3,
            "warmup": 50,
            "max_grad_norm": 1.0,
            "ema_decay": 0.995,
            "lr_scheduler": "cosine",
        },
        "network": {
            "f": 4,
            "latent_channels": 4,
            "width": 48,
            "multipliers": (1, 2),
            "blocks": 1,
            "attention": (),
        },
        "bottleneck": {
            "bottleneck_type": "kl",
            "num_codes": 512,
            "commitment": 0.25,
            "vq_ema": False,
            "decay": 0.97,
            "dead_code_threshold": 0.1,
        },
        "loss": {
            "pixel": 1.0,
            "perceptual": 0.0,
            "adversarial": 0.0,
            "regulariser": 1e-6,
            "l2_weight": 0.0,
        },
        "discriminator": {
            "disc_start": 0,
            "alternate_updates": False,
            "disc_width": 32,
            "disc_lr_factor": 1.0,
        },
        "data": {"source": "photos", "size": 32, "channels": 3},
        "channel_shuffle": False,
    }


def test_its_weights_are_those_of_the_loss():
    told = {"pixel": 0.1, "perceptual": 2.0, "adversarial": 3, "regulariser": 4}
    told["l2_weight"] = 0.5
    assert vars(AutoencoderRecipe().override(**told).loss) == told


def test_a_recipe_of_the_first_version_is_read():
    """Flat, and by the names that it had then."""
    old = {"rate": 4e-3, "clip": 2.0, "ema": 0.9, "data": "scenes", "latent": 2, "codes": 9}
    old |= {"bottleneck": "vq", "restart": 0.2, "begin": 7, "alternate": True, "recolour": True}
    old |= {"discriminator_width": 16, "discriminator_rate": 0.1, "vq_ema": True, "pixel": 0.5}
    assert AutoencoderRecipe.from_json(json.dumps(old)) == AutoencoderRecipe().override(
        lr=4e-3,
        max_grad_norm=2.0,
        ema_decay=0.9,
        source="scenes",
        latent_channels=2,
        num_codes=9,
        bottleneck_type="vq",
        dead_code_threshold=0.2,
        disc_start=7,
        alternate_updates=True,
        channel_shuffle=True,
        disc_width=16,
        disc_lr_factor=0.1,
        vq_ema=True,
        pixel=0.5,
    )


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"T": 3}', "recipe: got T, expected only steps, batch_size"),
        ('{"alternate_updates": 1}', "alternate_updates: got 1, expected true or false"),
        ('{"vq_ema": "yes"}', "vq_ema: got 'yes', expected true or false"),
        ('{"num_codes": true}', "num_codes: got True, expected a whole number"),
        ('{"steps": 0}', "steps: got 0, expected more than 0"),
        ('{"latent_channels": 0}', "latent_channels: got 0, expected more than 0"),
        ('{"num_codes": 0}', "num_codes: got 0, expected more than 0"),
        ('{"disc_width": 0}', "disc_width: got 0, expected more"),
        ('{"bottleneck_type": "vae"}', "bottleneck_type: got 'vae', expected one of ['plain',"),
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
        ('{"disc_lr_factor": 1e400}', "disc_lr_factor: got inf, expected a fi"),
        ('{"disc_lr_factor": NaN}', "disc_lr_factor: got nan, expected a fini"),
        ('{"pixel": 1e400}', "pixel: got inf, expected a number in [0, inf)"),
        (
            '{"seed": -1}',
            "seed: got -1, expected a whole number in 0..92233720368547758",
        ),
        ('{"size": 30}', "size: got 30, expected a multiple of f = 4"),
        ('{"commitment": -1}', "commitment: got -1, expected a number in [0, inf)"),
        ('{"decay": 1}', "decay: got 1, expected a number in [0, 1)"),
        ('{"dead_code_threshold": 1}', "dead_code_threshold: got 1, expected a number in [0, 1)"),
        ('{"disc_start": -1}', "disc_start: got -1, expected 0 or more"),
        ('{"adversarial": -1}', "adversarial: got -1, expected a number in [0, inf)"),
        ('{"regulariser": NaN}', "regulariser: got nan, expected a number in [0, inf)"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused_by_name(text, words):
    with pytest.raises(ValueError) as error:
        AutoencoderRecipe.from_json(text)
    assert words in str(error.value)


# -------------------------------------------------------------------------- the updates


def test_a_bar_can_be_put_around_it():
    run = start(LIBRARY)
    steps = train_on(run, images())
    assert [now.step for now in with_bar(steps, 6)] == [1, 2, 3, 4, 5, 6]


def test_it_stops_and_goes_on():
    for kind in KINDS:
        whole, parts = start(LIBRARY, **kind), start(LIBRARY, **kind)
        train(LIBRARY, whole)
        train(LIBRARY, parts, 2), train(LIBRARY, parts)
        assert parts.step == 6 and train(LIBRARY, parts) == []
        assert same(state(whole.network), state(parts.network))


@pytest.mark.parametrize("changes", [{"adversarial": 0.0, "bottleneck_type": "vq"}, KINDS[0]])
def test_a_network_of_ones_own_can_be_trained_as_well(changes):
    """What the chapter does: a way around the bottleneck, in a run of the same recipe."""
    plain = start(LIBRARY, **changes)
    parts = (plain.network.encoder, plain.network.bottleneck, plain.network.decoder)
    skip = SkipAutoencoder(*parts)
    before = state(skip)
    run = start_any(plain.recipe, network=skip)
    assert run.network is skip and same(state(skip), before)  # with the weights that it has
    assert type(run.ema_model) is SkipAutoencoder and same(state(run.ema_model), before)
    run.task.perceptual_loss = distance
    assert len(train(LIBRARY, run)) == 6
    other = start(LIBRARY, **changes)
    train(LIBRARY, other)
    assert not same(state(skip), before) and not same(state(skip), state(other.network))
    assert not same(state(run.ema_model), before)
    x = images()[:2]
    again, latent = run.ema_model(x)
    assert torch.equal(again, run.ema_model.decode_beside(latent.z, x))


def test_pictures_may_be_of_another_precision():
    run = start(LIBRARY, adversarial=0.0, perceptual=0.0)
    found = [*train_on(run, images().double())]
    assert run.network.decoder.last_weight.dtype == torch.float32
    assert len(found) == 6


def test_the_networks_are_left_in_training():
    run = start(LIBRARY)
    run.network.eval()
    train(LIBRARY, run, 1)
    assert run.network.training


def test_the_perceptual_distance_is_that_of_the_package():
    """Asked for once, and only where its weight is not 0."""
    task = AutoencoderRecipe().override(width=8, perceptual=1.0).task()
    x, y = images()[:2], images()[2:4]
    expected = perceptual(photo_features(), x, y)
    assert torch.equal(task.perceptual_loss(x, y), expected)
    assert task.perceptual_loss is task.perceptual_loss
    assert AutoencoderRecipe().override(width=8).task().perceptual_loss is None


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: next(train_on(start(LIBRARY), images() / 0)), "images: got"),
        (
            lambda: next(train_on(start(LIBRARY), images()[0])),
            "images: got shape (3, 16, 16), expected (N, 3, H, W)",
        ),
        (
            lambda: next(train_on(start(LIBRARY), images()[:, :1])),
            "images: got shape (32, 1, 16, 16), expected (N, 3, H, W)",
        ),
        (
            lambda: next(train_on(start(LIBRARY), images()[:, :, :15])),
            "x: got 15 by 16 pixels, expected multiples of 4",
        ),
        (lambda: reconstructed(start(LIBRARY).network, images() / 0), "x: got"),
        (
            lambda: start_any(AutoencoderRecipe().override(width=10**5)),
            "width: got 100000 with multipliers (1, 2) and 1 blocks a level, which to train",
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


@pytest.mark.parametrize("kind", [*KINDS, {"bottleneck_type": "plain"}])
def test_what_is_packed_comes_back(folder, kind):
    run = start(LIBRARY, **kind)
    train(LIBRARY, run, 3)
    folder("a", pack(run))
    model = shipped("a")
    network = model.network
    assert model.recipe == run.recipe and not network.training
    assert same(state(network), state(run.ema_model))
    assert not any(q.requires_grad for q in network.parameters())
    x = images()[:2]
    assert torch.equal(network(x)[0], run.ema_model(x)[0])


def test_a_file_is_packed_in_one_way():
    run = start(LIBRARY)
    assert pack(run) == pack(run)


def test_the_kinds_of_file_are_told_apart(folder):
    folder("a", pack(start(LIBRARY)))
    denoiser = DiffusionRecipe().override(width=8)
    folder("b", pack(start_any(denoiser)))
    assert {"a", "b", "digits-v"} <= {*names()}
    assert shipped("b").recipe == denoiser
    assert type(shipped("a").recipe) is AutoencoderRecipe
    for ask in (lambda: shipped("a").schedule, lambda: sample(shipped("a"), 1)):
        with pytest.raises(ValueError, match="model: got one of the kind autoencoder, expected a"):
            ask()
    with pytest.raises(ValueError, match="name: got 'c', expected one of"):
        shipped("c")
    (weights.FOLDER / "a.safetensors").write_bytes(b"other")
    with pytest.raises(ValueError, match="is not the one that was packed"):
        shipped("a")
