"""Losses, updates and loop of the autoencoder, each broken on purpose and caught."""

import pytest

from tests.autoencoder import adversarial_properties as a
from tests.autoencoder import loss_properties as s
from tests.autoencoder import training_properties as t
from tests.mutations.autoencoder_loss_table import ADVERSARIAL, LOSSES
from tests.mutations.autoencoder_training_table import TRAINING
from tests.mutations.mutation import compiled

# In the order of their imports.
MODULES = tuple(
    f"autoencoder.{part}" for part in ("adversarial", "losses", "recipe", "training")
)
ALL = (*a.ALL, *s.ALL, *t.ALL)
TABLE = (
    *(("autoencoder.adversarial", row) for row in ADVERSARIAL),
    *(("autoencoder.losses", row) for row in LOSSES),
    *(("autoencoder.training", row) for row in TRAINING),
)


@pytest.mark.parametrize("holds", ALL, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    holds(compiled(MODULES))


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row):
    mutant = compiled(MODULES, module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mutant)


def test_every_property_catches_something():
    assert {row.caught_by for _, row in TABLE} == set(ALL)
