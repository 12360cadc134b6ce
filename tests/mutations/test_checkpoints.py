"""Saving, going on, stopping, and where an autoencoder runs: each broken and caught."""

from tests.autoencoder import checkpoint_properties as p
from tests.mutations.checkpoint_table import (
    ACCELERATOR,
    AUTOENCODERS,
    FILES,
    ON_DISK,
    RECORD,
    SESSION,
)
from tests.mutations.suite import suite

# In the order of their imports.
MODULES = (
    "training.files",
    "training.checkpoints",
    "training.record",
    "training.session",
    "autoencoder.recipe",
    "autoencoder.training",
    "autoencoder.checkpoints",
)
TABLE = (
    *(("training.files", row) for row in FILES),
    *(("training.record", row) for row in RECORD),
    *(("training.checkpoints", row) for row in ON_DISK),
    *(("training.session", row) for row in SESSION),
    *(("autoencoder.checkpoints", row) for row in AUTOENCODERS),
    *(("autoencoder.training", row) for row in ACCELERATOR),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)
