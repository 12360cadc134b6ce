"""The bottlenecks, each broken on purpose and caught."""

import pytest

from tests.autoencoder import bottleneck_properties as p
from tests.mutations.bottleneck_table import KL, VQ
from tests.mutations.codebook_table import CODEBOOK
from tests.mutations.mutation import compiled

MODULE = "autoencoder.bottlenecks"
TABLE = (*KL, *VQ, *CODEBOOK)


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    holds(compiled([MODULE]))


@pytest.mark.parametrize("row", TABLE, ids=[row.breaks for row in TABLE])
def test_mutant_is_caught(row):
    mutant = compiled([MODULE], MODULE, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mutant)


def test_every_property_catches_something():
    assert {row.caught_by for row in TABLE} == set(p.ALL)
