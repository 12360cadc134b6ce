"""The figures of reconstructions and latents, each broken on purpose and caught."""

import pytest

from tests.evaluation import reconstruction_properties as p
from tests.mutations.latent_table import LATENTS
from tests.mutations.mutation import compiled
from tests.mutations.reconstruction_table import RECONSTRUCTIONS

MODULE = "evaluation.reconstruction"
TABLE = (*RECONSTRUCTIONS, *LATENTS)


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
