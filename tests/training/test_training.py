"""The loop: it learns, it resumes to the same bits, it stops where it must."""

import json
import math
import os
import re
from dataclasses import asdict
from fractions import Fraction
from inspect import signature

import numpy as np
import pytest
import torch
from safetensors.torch import save as to_bytes
from torch.testing import assert_close

from companion.data import digits
from companion.networks import UNet
from companion.tasks import (
    RECIPES,
    ClassifierRecipe,
    DiffusionRecipe,
    DiTConfig,
    FeatureRecipe,
    GANRecipe,
    VAERecipe,
    load,
    train_classifier,
    train_features,
)
from companion.training import Diverged, averaged, save, start, train
from companion.training.descent import lr_at
from companion.training.ema import update
from companion.training.recipe import UNCLIPPED
from tests.book.course import PACKAGE

SMALL = DiffusionRecipe().override(steps=12, batch_size=8, width=8, warmup=3, T=50)


@pytest.fixture(scope="module")
def images():
    return digits().train.images[:200]


def weights(network):
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def run_for(run, images, steps):
    for progress in train(run, images):
        if progress.step == steps:
            break
    return run


@pytest.mark.parametrize("asks", ["eps", "x0", "v"])
def test_the_loss_falls(images, asks):
    recipe = DiffusionRecipe().override(
        steps=80, batch_size=32, width=8, warmup=5, T=50, prediction_type=asks
    )
    run = start(recipe)
    losses = [p.loss for p in train(run, images)]
    assert len(losses) == 80 == run.step
    assert sum(losses[-20:]) / 20 < 0.8 * sum(losses[:10]) / 10


def test_progress_says_what_the_step_showed(images):
    progress = next(train(start(SMALL), images))
    assert progress.step == 1
    assert progress.parts["t"].shape == progress.parts["losses"].shape == (8,)
    assert progress.parts["losses"].mean().item() == pytest.approx(progress.loss)
    assert set(progress.parts["t"].tolist()) <= set(range(1, 51))


def test_every_time_is_trained_the_last_one_too(images):
    recipe = DiffusionRecipe().override(steps=40, batch_size=64, width=8, T=50)
    seen = torch.cat([p.parts["t"] for p in train(start(recipe), images)])
    assert set(seen.tolist()) == set(range(1, 51))


def test_one_seed_gives_the_same_weights_another_does_not(images):
    one, same = (run_for(start(SMALL), images, 12) for _ in range(2))
    other = run_for(start(SMALL.override(seed=1)), images, 12)
    assert torch.equal(weights(one.network), weights(same.network))
    assert not torch.equal(weights(one.network), weights(other.network))


def test_training_leaves_the_global_generator_alone(images):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run_for(start(SMALL), images, 3)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("stop", [1, 4, 11])
def test_a_stopped_run_goes_on_to_the_same_bits(images, stop, tmp_path):
    whole = run_for(start(SMALL), images, 12)
    save(run_for(start(SMALL), images, stop), tmp_path / "run.safetensors")
    again = load(tmp_path / "run.safetensors")
    assert again.step == stop and again.recipe == SMALL
    run_for(again, images, 12)
    for part in ("network", "ema_model"):
        assert torch.equal(weights(getattr(again, part)), weights(getattr(whole, part)))


def test_what_is_forgotten_in_a_checkpoint_is_missed(images, tmp_path):
    """Without the optimiser's memory, or the generator's, the bits differ."""
    whole = run_for(start(SMALL), images, 12)
    for forget in ("optimizer", "generator"):
        stopped = run_for(start(SMALL), images, 4)
        save(stopped, tmp_path / "run.safetensors")
        again, fresh = load(tmp_path / "run.safetensors"), start(SMALL)
        if forget == "generator":
            again.generator = fresh.generator
        else:
            again.optimizers["network"] = torch.optim.AdamW(again.network.parameters())
        run_for(again, images, 12)
        assert not torch.equal(weights(again.network), weights(whole.network))


def test_a_full_disk_leaves_the_old_checkpoint(images, tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    run = run_for(start(SMALL), images, 2)
    save(run, path)
    before = path.read_bytes()

    def full(*args):
        raise OSError(28, "No space left on device")

    for broken in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, broken, full)
            with pytest.raises(OSError, match="No space left"):
                save(run_for(run, images, run.step + 1), path)
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04pickle"])
def test_what_is_no_checkpoint_is_refused(content, tmp_path):
    path = tmp_path / "run.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no checkpoint of a run"):
        load(path)


def test_another_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    path.write_bytes(to_bytes({"a": torch.zeros(2)}))
    with pytest.raises(ValueError, match="no checkpoint of a run"):
        load(path)


def test_no_file_is_said_as_such(tmp_path):
    with pytest.raises(OSError):
        load(tmp_path / "nothing")


def test_a_loss_that_is_not_finite_stops_before_the_step(images):
    run = run_for(start(SMALL), images, 3)
    before = weights(run.network).clone()
    bias = run.network.conv_out.bias.data.clone()
    run.network.conv_out.bias.data.fill_(1e30)
    with pytest.raises(Diverged, match=r"step 4 is not finite, at t = \["):
        next(train(run, images))
    assert run.step == 3
    run.network.conv_out.bias.data.copy_(bias)
    assert torch.equal(weights(run.network), before)


@pytest.mark.parametrize("bad", [torch.zeros(0, 1, 8, 8), torch.full((2, 1, 8, 8), torch.nan)])
def test_bad_images_are_refused(bad):
    with pytest.raises(ValueError, match="images: got"):
        next(train(start(SMALL), bad))


def test_the_numbers_of_the_defaults():
    told = {"steps": 1000, "batch_size": 64, "seed": 0}
    optimizer = {
        "lr": 2e-3,
        "warmup": 50,
        "max_grad_norm": 1.0,
        "ema_decay": 0.995,
        "lr_scheduler": "cosine",
    }
    digits = {"source": "digits", "size": 8, "channels": 1}
    assert asdict(DiffusionRecipe()) == told | {
        "optimizer": optimizer,
        "network": {
            "network_type": "unet",
            "width": 32,
            "multipliers": (1, 2),
            "blocks": 1,
            "attention": (),
        },
        "data": digits,
        "T": 1000,
        "prediction_type": "v",
        "codec": {"autoencoder": "", "f": 1, "latent_channels": 0, "scale": 1.0},
        "condition": {
            "condition_type": "none",
            "classes": 0,
            "names": "",
            "words": "",
            "tokenizer": "",
            "encoder": "",
            "encoder_sum": "",
            "given": 0,
            "length": 16,
            "dim": 128,
            "depth": 2,
            "null": "learned",
            "cond_dropout": 0.1,
            "image_task": "",
        },
    }
    small = {"warmup": 0, "max_grad_norm": UNCLIPPED, "ema_decay": 0.0}
    assert asdict(VAERecipe()) == told | {
        "steps": 400,
        "optimizer": optimizer | small,
        "data": digits,
        "latent": 8,
        "width": 32,
        "var": 0.05,
    }
    assert asdict(GANRecipe()) == told | {
        "steps": 400,
        "optimizer": optimizer
        | small
        | {"lr": 1e-3, "ema_decay": 0.99, "lr_scheduler": "constant"},
        "data": digits,
        "latent": 16,
        "width": 32,
        "r1_gamma": 1.0,
    }
    assert asdict(ClassifierRecipe()) == told | {
        "steps": 1500,
        "optimizer": optimizer | small,
        "data": digits,
        "classes": 10,
    }
    assert asdict(FeatureRecipe()) == told | {
        "steps": 3000,
        "optimizer": optimizer | small | {"lr": 3e-3},
        "data": {"source": "photos", "size": 32, "channels": 3},
        "photographs": 9,
    }
    for function, expected in {
        train_classifier: {"steps": 1500, "seed": 0},
        train_features: {"steps": 3000, "size": 32, "seed": 0},
    }.items():
        found = signature(function).parameters.values()
        assert {p.name: p.default for p in found if p.default is not p.empty} == expected


def test_the_numbers_of_a_dit():
    dit = {"network_type": "dit", "width": 96, "blocks": 6, "heads": 4, "patch": 2}
    assert asdict(DiTConfig()) == dit | {"block_type": "joint"}
    words = RECIPES["scenes-words"]
    assert RECIPES["scenes-dit"] == words.override(network=DiTConfig(), lr=2e-3)
    digits = RECIPES["digits-v"].override(network=DiTConfig(block_type="adaln_zero"), lr=1e-3)
    assert RECIPES["digits-dit"] == digits


@pytest.mark.parametrize("value", [Fraction(1, 2), np.float32(0.5), "0.5", None, 1j])
def test_a_number_that_json_does_not_have_is_refused(value):
    with pytest.raises(ValueError, match="^max_grad_norm: got .*, expected a finite number"):
        DiffusionRecipe().override(max_grad_norm=value)


# ----------------------------------------------------------- every loop, and what is not finite


def test_one_place_of_the_package_steps_and_it_looks_first():
    """An optimiser steps where loss and gradient have been looked at, and nowhere else."""
    found = {
        str(path.relative_to(PACKAGE)): path.read_text("utf-8").count("optimizer.step()")
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\.step\(\)|\.backward\(", path.read_text("utf-8"))
    }
    assert {name: count for name, count in found.items() if count} == {"training/descent.py": 1}
    nothing_learned = {  # a gradient, and no step
        "evaluation/listens.py",
        "exercises/chapter_2_1/two_slopes.py",
        "exercises/child.py",
    }
    assert {*found} - {"training/descent.py"} == nothing_learned


# --------------------------------------------------------------------- averaged weights


def test_the_average_is_what_its_formula_says():
    network = torch.nn.Linear(1, 1, bias=False)
    average, expected = averaged(network), network.weight.item()
    for step in range(1, 30):
        network.weight.data.fill_(step)
        update(average, network, 0.6, step)
        keep = min(0.6, (step - 1) / (step + 9))
        expected = keep * expected + (1 - keep) * step
        assert average.weight.item() == pytest.approx(expected, rel=1e-5)
    assert not average.weight.requires_grad and not average.training


def test_the_average_follows_the_network_and_not_the_other_way(images):
    run = run_for(start(SMALL), images, 6)
    assert not torch.equal(weights(run.network), weights(run.ema_model))
    before = weights(run.network).clone()
    update(run.ema_model, run.network, 0.0, 10)
    assert_close(weights(run.ema_model), before)
    assert torch.equal(weights(run.network), before)


def test_the_first_update_forgets_the_random_weights():
    network = torch.nn.Linear(1, 1)
    average = averaged(network)
    network.weight.data.add_(1)
    update(average, network, 0.999, 1)
    assert_close(average.weight, network.weight.detach())


# ------------------------------------------------------------------- rates and recipes


def test_the_rate_rises_on_a_line_and_falls_on_a_cosine():
    recipe = DiffusionRecipe().override(steps=110, warmup=10, lr=0.5)
    rates = [lr_at(step, recipe) for step in range(110)]
    assert rates[0] == pytest.approx(0.05) and rates[9] == pytest.approx(0.5)
    assert rates[60] == pytest.approx(0.25)
    assert rates[-1] == pytest.approx(0.5 * (1 + math.cos(math.pi * 0.99)) / 2)
    assert all(a <= b for a, b in zip(rates[:10], rates[1:10], strict=False))
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))


def test_a_recipe_survives_json():
    recipe = DiffusionRecipe().override(
        steps=7, multipliers=(1, 2, 4), attention=(2,), lr=1e-4, warmup=2
    )
    assert DiffusionRecipe.from_json(recipe.to_json()) == recipe
    assert DiffusionRecipe.from_json("{}") == DiffusionRecipe()
    assert json.loads(recipe.to_json())["network"]["multipliers"] == [1, 2, 4]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "recipe: got text that is no JSON"),
        ("[1]", "recipe: got a list, expected an object"),
        ('{"stepps": 3}', "recipe: got stepps, expected only steps, batch_size"),
        ('{"steps": "many"}', "steps: got 'many', expected a whole number"),
        ('{"steps": 2.5}', "steps: got 2.5, expected a whole number"),
        ('{"steps": true}', "steps: got True, expected a whole number"),
        ('{"steps": 0}', "steps: got 0, expected more than 0"),
        ('{"rate": -1}', "lr: got -1, expected more than 0"),
        ('{"rate": NaN}', "lr: got nan, expected a finite number"),
        ('{"rate": 1e400}', "lr: got inf, expected a finite number"),
        ('{"rate": -1e400}', "lr: got -inf, expected a finite number"),
        ('{"max_grad_norm": 1' + 400 * "0" + "}", "max_grad_norm: got 1000"),
        ('{"ema_decay": 1e400}', "ema_decay: got inf, expected a finite number"),
        ('{"seed": -1}', f"seed: got -1, expected a whole number in 0..{2**63 - 1}"),
        ('{"seed": 9223372036854775808}', "seed: got 9223372036854775808, expected a"),
        ('{"channels": 0}', "channels: got 0, expected more than 0"),
        ('{"ema_decay": 1}', "ema_decay: got 1, expected a number in [0, 1)"),
        ('{"warmup": -1}', "warmup: got -1, expected 0 or more"),
        ('{"multipliers": 2}', "multipliers: got 2, expected a list of whole numbers"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused_by_name(text, words):
    with pytest.raises(ValueError) as error:
        DiffusionRecipe.from_json(text)
    assert words in str(error.value)


def test_the_largest_seed_makes_a_run():
    assert start(DiffusionRecipe().override(seed=2**63 - 1, width=8)).step == 0


@pytest.mark.parametrize(
    "levels, words",
    [
        (
            {"multipliers": ()},
            "multipliers: got 0 numbers, expected 1 to 10, one a level",
        ),
        ({"multipliers": 11 * (1,)}, "multipliers: got 11 numbers, expected 1 to 10"),
        (
            {"multipliers": ("a",)},
            "multipliers: got 'a' (str), expected a whole number",
        ),
        ({"multipliers": (1.5,)}, "multipliers: got 1.5 (float), expected a whole"),
        ({"multipliers": (True,)}, "multipliers: got True (bool), expected a whole"),
        (
            {"multipliers": (1, 0)},
            "multipliers: got 0, expected a whole number in 1..4096",
        ),
        ({"multipliers": (-1,)}, "multipliers: got -1, expected a whole number in 1.."),
        ({"attention": (9,)}, "attention: got 9, expected a whole number in 0..1"),
        ({"attention": (0, 2)}, "attention: got 2, expected a whole number in 0..1"),
        ({"attention": (-1,)}, "attention: got -1, expected a whole number in 0..1"),
        ({"attention": (0.5,)}, "attention: got 0.5 (float), expected a whole number"),
    ],
)
def test_levels_that_are_wrong_are_refused(levels, words):
    """By a recipe and by the network alike."""
    for make in (DiffusionRecipe().override, UNet):
        with pytest.raises(ValueError) as error:
            make(**levels)
        assert words in str(error.value)


@pytest.mark.parametrize("name", ["multipliers", "attention"])
@pytest.mark.parametrize("numbers", [2, "12", None])
def test_levels_are_a_list(name, numbers):
    with pytest.raises(ValueError, match=f"^{name}: got .* a list of whole numbers"):
        UNet(**{name: numbers})
