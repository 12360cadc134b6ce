"""Saving, going on, stopping, and where an autoencoder runs: each broken and caught."""

import pytest

from tests.autoencoder import checkpoint_properties as p
from tests.mutations.checkpoint_table import (
    ACCELERATOR,
    AUTOENCODERS,
    ON_DISK,
    SESSION,
)
from tests.mutations.mutation import compiled

# In the order of their imports.
MODULES = (
    "training.checkpoints",
    "training.session",
    "autoencoder.recipe",
    "autoencoder.training",
    "autoencoder.checkpoints",
)
TABLE = (
    *(("training.checkpoints", row) for row in ON_DISK),
    *(("training.session", row) for row in SESSION),
    *(("autoencoder.checkpoints", row) for row in AUTOENCODERS),
    *(("autoencoder.training", row) for row in ACCELERATOR),
)


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    holds(compiled(MODULES))


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row):
    mutant = compiled(MODULES, module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mutant)


def test_every_property_catches_something():
    assert {row.caught_by for _, row in TABLE} == set(p.ALL)
