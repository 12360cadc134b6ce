"""A small recipe of every kind of model, and what it learns from."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from companion import tasks
from companion.data import digits
from companion.tasks import (
    ClassifierRecipe,
    DiffusionRecipe,
    FeatureRecipe,
    GANRecipe,
    VAERecipe,
)
from companion.training import Recipe
from tests.autoencoder import runs
from tests.autoencoder.loss_properties import distance
from tests.training.toy import LineRecipe, points

RECIPES = {**tasks.KINDS, LineRecipe.KIND: LineRecipe}  # the table from kind to class
STEPS = 6  # with TURNS the two players take turns from the third on
SMALL = {"steps": STEPS, "batch_size": 4}
TURNS = {"disc_start": 2, "alternate_updates": True, "decay": 0.5, "dead_code_threshold": 0.9}


class Kind(NamedTuple):
    """One kind: its recipe, its data, and who learns in it."""

    recipe: Recipe
    data: Callable[[], Any]
    players: tuple[str, ...] = ("network",)


def images():
    return digits().train.images[:64]


def autoencoder(**changes):
    recipe = tasks.AutoencoderRecipe().override(**runs.SMALL | {"steps": STEPS} | changes)
    return Kind(recipe, runs.images, ("network", "discriminator"))


def told(said, **condition):
    """A denoising network that is told something, in half of its batch."""
    recipe = DENOISER.override(cond_dropout=0.5, dim=8, **condition)
    return Kind(recipe, lambda: tasks.data_for(recipe, images(), said()))


DENOISER = DiffusionRecipe().override(**SMALL, width=8, warmup=3, T=50)
# Those with the most parts first: what is broken is found by them, and the others are spared.
KINDS = {
    "kl": autoencoder(bottleneck_type="kl"),
    "vq, in turns": autoencoder(bottleneck_type="vq", **TURNS),
    "kl, in turns": autoencoder(bottleneck_type="kl", **TURNS),
    "vq with running means": autoencoder(bottleneck_type="vq", vq_ema=True, **TURNS),
    "plain": Kind(
        autoencoder(bottleneck_type="plain", adversarial=0.0).recipe, runs.images, ("network",)
    ),
    "diffusion": Kind(DENOISER, images),
    "diffusion by class": told(
        lambda: digits().train.labels[:64], condition_type="class", classes=10
    ),
    "diffusion by words": told(
        lambda: ["one", "two one"] * 32, condition_type="words", words="one two", length=4
    ),
    "vae": Kind(VAERecipe().override(**SMALL, width=8, latent=4), images),
    "gan": Kind(
        GANRecipe().override(**SMALL, width=8, latent=4), images, ("discriminator", "network")
    ),
    "classifier": Kind(
        ClassifierRecipe().override(**SMALL), lambda: (images(), digits().train.labels[:64])
    ),
    "features": Kind(
        FeatureRecipe().override(**SMALL, size=16, photographs=2),
        lambda: [*torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))],
    ),
    "line": Kind(LineRecipe().override(**SMALL), points),
}


def begun(lib, kind: Kind, steps: int = 0):
    """A session of this kind after so many steps."""
    session = prepared(lib.start(kind.recipe))
    go_on(lib, kind, session, steps)
    return session


def go_on(lib, kind: Kind, session, steps: int):
    """Train until so many steps are done in all."""
    if session.step < steps:
        for now in lib.train(session, kind.data()):
            if now.step == steps:
                break


def start(lib, **changes):
    """A new session of an autoencoder with a discriminator."""
    recipe = tasks.AutoencoderRecipe().override(**runs.SMALL | changes)
    return prepared(lib.start(recipe))


def prepared(session):
    """With a perceptual distance that needs no trained network."""
    if getattr(session.recipe, "loss", None) is not None and session.recipe.loss.perceptual:
        session.task.perceptual_loss = distance
    return session


def remembered(optimizer):
    held = optimizer.state_dict()["state"]
    return [held[n][key] for n in sorted(held) for key in sorted(held[n])]


def everything(session):
    """Copies of all that a session knows, as tensors."""
    networks = (*session.networks.values(), *session.averages.values())
    held = [value for one in session.optimizers.values() for value in remembered(one)]
    found = [
        *(value for network in networks for value in network.state_dict().values()),
        *held,
        session.generator.get_state(),
        torch.tensor(session.step),
    ]
    return [value.clone() for value in found]
