"""Saving, going on, stopping, and a step of several players: each broken and caught."""

from tests.mutations.checkpoint_table import (
    DESCENT,
    FILES,
    NOTES,
    ON_DISK,
    PLAYERS,
    RECORD,
    RUNNING,
    SESSION,
    WRITING,
)
from tests.mutations.suite import suite
from tests.training import checkpoint_properties as p

# In the order of their imports.
MODULES = (
    "files",
    "training.files",
    "training.record",
    "training.notes",
    "training.descent",
    "training.session",
    "training.checkpoints",
    "training.running",
)
TABLE = (
    *(("files", row) for row in WRITING),
    *(("training.files", row) for row in FILES),
    *(("training.record", row) for row in RECORD),
    *(("training.checkpoints", row) for row in (*ON_DISK, *PLAYERS)),
    *(("training.running", row) for row in RUNNING),
    *(("training.session", row) for row in SESSION),
    *(("training.notes", row) for row in NOTES),
    *(("training.descent", row) for row in DESCENT),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)
