"""The package has every property that the mutants of `test_mutations` lose.

Where those run too, their unbroken copy of it is asked instead (`conftest`): it has the same text.
"""

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
from tests.mutations.library import MODULES
from tests.mutations.suite import strangers


def test_the_package_is_what_the_mutants_are_copies_of():
    assert strangers([f"diffusion.{module}" for module in MODULES], diffusion) == []


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
