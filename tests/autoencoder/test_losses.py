"""Equations 2-2 to 2-5: their properties, and bad input."""

import json
import math
from dataclasses import asdict

import pytest
import torch

from companion import autoencoder
from companion.autoencoder import Weights, autoencoder_loss, discriminator_loss, pixel_loss
from tests.autoencoder import loss_properties as p
from tests.autoencoder.adversarial_properties import discriminator_of

X, AGAIN, LATENT, MODEL = p.forward(p.BOTTLENECKS[0])
ALL = Weights(1.0, 1.0, 0.5)
DISCRIMINATOR = discriminator_of(autoencoder)


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(autoencoder)


def test_a_perfect_reconstruction_has_no_pixel_loss():
    assert pixel_loss(X, X).tolist() == [0, 0, 0]
    assert pixel_loss(torch.full((1, 1, 2, 2), -1.0), torch.ones(1, 1, 2, 2)) == 2


def test_weights_survive_json():
    assert Weights(**json.loads(json.dumps(asdict(ALL)))) == ALL


def test_the_graph_of_the_parts_reaches_encoder_and_codes():
    x, again, latent, model = p.forward(p.BOTTLENECKS[1])
    autoencoder_loss(x, again, latent, Weights(regulariser=1.0)).total.backward()
    assert all(q.grad is not None for q in model.parameters())


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: pixel_loss(X, X[:2]),
            "recon: got shape (2, 2, 16, 16), expected (3, 2, 16, 16), the shape of x",
        ),
        (lambda: pixel_loss(X / 0, X), "x: got"),
        (lambda: pixel_loss(X, X * math.nan), "recon: got 1536 of 1536 values NaN"),
        (
            lambda: autoencoder_loss(X, AGAIN, LATENT, ALL, lambda x, y: x.sum()),
            "perceptual_loss: got distances of shape (), expected (3,), one an image",
        ),
        (
            lambda: autoencoder_loss(X, AGAIN, LATENT, ALL, p.distance, DISCRIMINATOR),
            "last_weight: got None, expected that of the decoder",
        ),
        (
            lambda: discriminator_loss(X, X[:2], DISCRIMINATOR),
            "recon: got shape (2, 2, 16, 16), expected (3, 2, 16, 16)",
        ),
        (
            lambda: discriminator_loss([0.0], X, DISCRIMINATOR),
            "x: got list, expected a torch.Tensor of shape (B, ...)",
        ),
        (
            lambda: discriminator_loss(X, [0.0], DISCRIMINATOR),
            "recon: got list, expected a torch.Tensor of shape (B, ...)",
        ),
        (
            lambda: discriminator_loss(X, X / 0, DISCRIMINATOR),
            "recon: got 1536 of 1536 values NaN or infinite",
        ),
        (
            lambda: discriminator_loss(X, X, lambda x: x.mean(dim=(1, 2, 3))),
            "real: got shape (3,), expected (B, ...), two axes or more",
        ),
        (lambda: Weights(pixel=-1), "pixel: got -1, expected a number in [0, inf)"),
        (lambda: Weights(perceptual=math.nan), "perceptual: got nan, expected"),
        (lambda: Weights(adversarial=math.inf), "adversarial: got inf, expected"),
        (lambda: Weights(l2_weight=1.5), "l2_weight: got 1.5, expected a number in [0, 1]"),
        (lambda: pixel_loss(X, X, -0.1), "l2_weight: got -0.1, expected a number in"),
        (lambda: Weights(regulariser="1"), "regulariser: got '1', expected a number"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)
