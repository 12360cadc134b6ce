"""Guidance and its rescaling in diffusers, in both of its conventions, beside ours."""

import pytest
import torch
from diffusers.guiders import AutoGuidance, ClassifierFreeGuidance
from torch.testing import assert_close

from companion.diffusion import EPS, V, cosine, guided, interval, rescaled

SCHEDULE, T = cosine(50), 21
XT, COND, UNCOND = torch.randn(
    3, 2, 4, 5, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64
)


def of(output, unit=EPS):
    return lambda xt, t: unit.predict(SCHEDULE, output, xt, t)


@pytest.mark.parametrize("scale", [1.5, 3.0, 7.5])
def test_their_scale_is_ours_and_their_original_one_is_one_less(scale):
    ours = guided(of(COND), of(UNCOND), scale)(XT, T).eps
    assert_close(ClassifierFreeGuidance(scale).forward(COND, UNCOND).pred, ours)
    original = ClassifierFreeGuidance(scale - 1, use_original_formulation=True)
    assert_close(original.forward(COND, UNCOND).pred, ours)


@pytest.mark.parametrize("phi", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("unit", [EPS, V])
def test_rescaling_is_theirs(phi, unit):
    ours = rescaled(
        guided(of(COND, unit), of(UNCOND, unit), 5.0), of(COND, unit), SCHEDULE, phi, unit
    )
    theirs = ClassifierFreeGuidance(5.0, guidance_rescale=phi).forward(COND, UNCOND).pred
    found = ours(XT, T)
    assert_close(unit.target(SCHEDULE, found.x0, found.eps, T), theirs)


def test_autoguidance_is_theirs():
    theirs = AutoGuidance(2.5, auto_guidance_layers=0, dropout=0.1)
    ours = guided(of(COND), of(UNCOND), 2.5)(XT, T).eps
    assert_close(theirs.forward(COND, UNCOND).pred, ours)


def test_an_interval_of_steps_is_theirs():
    """Ten steps, guided from the third to the sixth: theirs counts steps, ours times."""
    theirs = ClassifierFreeGuidance(3.0, start=0.2, stop=0.6)
    ours = interval(guided(of(COND), of(UNCOND), 3.0), of(COND), 25, 40)
    for step, t in enumerate(range(50, 0, -5)):
        theirs.set_state(step, 10, None)
        assert_close(theirs.forward(COND, UNCOND).pred, ours(XT, t).eps)
