"""The package has every property that the mutants of `test_mutations` lose."""

import pytest

from companion import diffusion
from tests.diffusion import (
    edge_properties,
    flow_properties,
    gaussian_properties,
    guidance_properties,
    mixture_properties,
    objective_properties,
    sampler_properties,
    schedule_properties,
    tilted_properties,
)


@pytest.mark.parametrize(
    "holds",
    schedule_properties.ALL
    + gaussian_properties.ALL
    + mixture_properties.ALL
    + sampler_properties.ALL
    + objective_properties.ALL
    + guidance_properties.ALL
    + flow_properties.ALL
    + edge_properties.ALL
    + tilted_properties.ALL,
    ids=lambda holds: holds.__name__,
)
def test_holds(holds):
    holds(diffusion)
