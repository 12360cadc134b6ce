"""The figures of reconstructions and latents, each broken on purpose and caught."""

from tests.evaluation import reconstruction_properties as p
from tests.mutations.latent_table import LATENTS
from tests.mutations.reconstruction_table import RECONSTRUCTIONS
from tests.mutations.suite import suite

MODULES = ["evaluation.reconstruction", "evaluation.latents"]


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(
    MODULES,
    p.ALL,
    [*((MODULES[0], row) for row in RECONSTRUCTIONS), *((MODULES[1], row) for row in LATENTS)],
)
