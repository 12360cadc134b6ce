"""The bottlenecks, each broken on purpose and caught."""

from tests.autoencoder import bottleneck_properties as p
from tests.mutations.bottleneck_table import KL, VQ
from tests.mutations.codebook_table import CODEBOOK
from tests.mutations.suite import suite

BOTTLENECKS, CODES = "autoencoder.bottlenecks", "autoencoder.codebook"
TABLE = [
    *((BOTTLENECKS, row) for row in KL),
    *((CODES, row) for row in (*VQ, *CODEBOOK)),
]


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite([BOTTLENECKS, CODES], p.ALL, TABLE)
