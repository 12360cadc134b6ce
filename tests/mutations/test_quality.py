"""The figures of samples and the distances that they are made of, broken and caught."""

from tests.evaluation import quality_properties as p
from tests.mutations.quality_table import DISTANCES, QUALITY
from tests.mutations.suite import suite

MODULES = ["evaluation.distances", "evaluation.quality"]


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(
    MODULES,
    p.ALL,
    [*((MODULES[0], row) for row in DISTANCES), *((MODULES[1], row) for row in QUALITY)],
)
