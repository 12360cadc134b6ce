"""The adversarial part: its properties, devices, and bad input."""

import math

import pytest
import torch
from torch.testing import assert_close

from companion import autoencoder
from companion.autoencoder import PatchDiscriminator, adaptive_weight, hinge_d, hinge_g
from tests.autoencoder import adversarial_properties as p
from tests.autoencoder.bottleneck_properties import noise

WEIGHT, REC, ADV = p.two_losses()
OTHER = noise(2).requires_grad_()


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(autoencoder)


def test_who_says_nothing_pays_one_and_who_is_sure_pays_nothing():
    nothing = torch.zeros(1, 1, 2, 2)
    assert hinge_d(nothing, nothing).item() == 1
    assert hinge_d(nothing + 1, nothing - 1).item() == 0
    assert hinge_g(nothing + 1).item() == -1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_works_on_every_device_and_in_half(dtype, device):
    discriminator = PatchDiscriminator(3, 8).to(device, dtype)
    logits = discriminator(torch.randn(2, 3, 16, 16, device=device, dtype=dtype))
    assert logits.shape == (2, 1, 4, 4) and logits.dtype == dtype
    assert hinge_d(logits, logits).isfinite().all()


def test_it_is_small():
    """Beside an autoencoder of some 500 000 parameters."""
    assert sum(q.numel() for q in PatchDiscriminator().parameters()) < 120_000


def test_a_loss_that_does_not_move_gets_weight_zero():
    assert_close(adaptive_weight(0 * REC, ADV, WEIGHT).item(), 0.0)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: PatchDiscriminator(0), "channels: got 0, expected a whole number"),
        (lambda: PatchDiscriminator(3, 0), "width: got 0, expected a whole number"),
        (
            lambda: PatchDiscriminator(3, 8)(torch.zeros(1, 2, 8, 8)),
            "x: got shape (1, 2, 8, 8), expected (B, 3, H, W)",
        ),
        (
            lambda: PatchDiscriminator(3, 8)(torch.zeros(1, 3, 8, 3)),
            "x: got shape (1, 3, 8, 3), expected (B, 3, H, W) with H and W at least 4",
        ),
        (
            lambda: PatchDiscriminator(3, 8)(torch.zeros(3, 8, 8)),
            "x: got shape (3, 8, 8)",
        ),
        (
            lambda: PatchDiscriminator(3, 8)(torch.zeros(1, 3, 3, 8)),
            "x: got shape (1, 3, 3, 8)",
        ),
        (
            lambda: hinge_d(torch.zeros(2, 3), torch.zeros(1, 3)),
            "fake: got shape (1, 3), expected (2, 3), the shape of real",
        ),
        (lambda: hinge_d(torch.zeros(2, 1) / 0, torch.zeros(2, 1)), "real: got 2 of 2"),
        (lambda: hinge_d(torch.zeros(2, 1), torch.zeros(2, 1) / 0), "fake: got 2 of 2"),
        (lambda: hinge_g(torch.full((2,), math.inf)), "fake: got 2 of 2 values NaN"),
        (
            lambda: hinge_d(torch.zeros(2), torch.zeros(2, 1)),
            "real: got shape (2,), expected (B, ...), two axes or more",
        ),
        (
            lambda: hinge_d(torch.zeros(2, 1), torch.zeros(2)),
            "fake: got shape (2,), expected (B, ...), two axes or more",
        ),
        (
            lambda: hinge_g(torch.zeros(2)),
            "fake: got shape (2,), expected (B, ...), two",
        ),
        (lambda: hinge_g([0.0]), "fake: got list, expected a torch.Tensor"),
        (
            lambda: adaptive_weight(1.0, ADV, WEIGHT),
            "reconstruction: got float, expected a torch.Tensor",
        ),
        (
            lambda: adaptive_weight(REC, 1.0, WEIGHT),
            "adversarial: got float, expected a torch.Tensor",
        ),
        (
            lambda: adaptive_weight(REC, ADV, 1.0),
            "last_weight: got float, expected a torch.Tensor",
        ),
        (
            lambda: adaptive_weight(REC.expand(2), ADV, WEIGHT),
            "reconstruction: got shape (2,), expected a single number",
        ),
        (
            lambda: adaptive_weight(REC, ADV[None], WEIGHT),
            "adversarial: got shape (1,), expected a single number",
        ),
        (
            lambda: adaptive_weight(REC.detach(), ADV, WEIGHT),
            "reconstruction: got a loss that does not depend on last_weight",
        ),
        (
            lambda: adaptive_weight(REC, OTHER.sum(), WEIGHT),
            "adversarial: got a loss that does not depend on last_weight",
        ),
        (
            lambda: adaptive_weight(REC, ADV, WEIGHT.detach()),
            "reconstruction: got a loss that does not depend on last_weight",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)
