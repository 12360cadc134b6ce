"""Inpainting refuses what it cannot mean; what holds of it is in guidance_properties."""

import pytest
import torch

from companion import diffusion
from companion.diffusion import X0, cosine, guided, inpaint
from tests.diffusion.guidance_properties import FIRST, RHO, inpainted

SCHEDULE = cosine(20)
PICTURE = torch.zeros(2, 3)
HERE = torch.tensor([[True, False, False]] * 2)


def nothing(xt, t):
    return X0.predict(SCHEDULE, torch.zeros_like(xt), xt, t)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"given": HERE.float()}, "given: expected a tensor of True and False"),
        ({"given": [True, False]}, "given: expected a tensor of True and False"),
        ({"given": HERE[:1]}, r"given: got shape \(1, 3\), expected \(2, 3\)"),
        ({"xT": PICTURE[:, :2]}, r"xT: got shape \(2, 2\), expected \(2, 3\)"),
        ({"x0": PICTURE / 0}, "x0: got 6 of 6 values NaN"),
        ({"repeats": 0}, "repeats: got 0, expected a whole number in 1..1000"),
        ({"timesteps": (5, 9)}, "timesteps: got .* expected falling times"),
        ({"timesteps": (21,)}, "timesteps: got 21, expected a whole number in 1..20"),
    ],
)
def test_bad_input_is_refused(changed, words):
    usual = {"x0": PICTURE, "given": HERE, "xT": PICTURE, "timesteps": (9, 5)}
    with pytest.raises(ValueError, match=words):
        inpaint(nothing, SCHEDULE, **(usual | changed))


@pytest.mark.parametrize("scale", [float("nan"), float("inf"), "2", None])
def test_a_scale_is_a_finite_number(scale):
    with pytest.raises(ValueError, match="^scale: got .*, expected a number inside"):
        guided(nothing, nothing, scale)


def test_without_repeats_the_made_part_hardly_listens():
    """The known weakness that the repeats are for: the mean is far too small."""
    _, second = inpainted(diffusion, steps=100, repeats=1)
    assert 0.3 < second.mean().item() < 0.65 < RHO * FIRST
