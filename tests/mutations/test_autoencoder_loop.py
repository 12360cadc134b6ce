"""Losses, players and loop of the autoencoder, each broken on purpose and caught."""

from tests.autoencoder import accelerator_properties as d
from tests.autoencoder import adversarial_properties as a
from tests.autoencoder import failure_properties as f
from tests.autoencoder import loss_properties as s
from tests.autoencoder import training_properties as t
from tests.mutations.autoencoder_loss_table import ADVERSARIAL, LOSSES
from tests.mutations.autoencoder_training_table import DESCENT, DRAWS, SESSION, TASK
from tests.mutations.suite import suite

# In the order of their imports.
MODULES = (
    "training.draws",
    "training.descent",
    "training.session",
    "autoencoder.adversarial",
    "autoencoder.losses",
    "tasks.autoencoder",
)
ALL = (*a.ALL, *s.ALL, *t.ALL, *f.ALL, *d.ALL)
TABLE = (
    *(("autoencoder.adversarial", row) for row in ADVERSARIAL),
    *(("autoencoder.losses", row) for row in LOSSES),
    *(("training.descent", row) for row in DESCENT),
    *(("training.session", row) for row in SESSION),
    *(("training.draws", row) for row in DRAWS),
    *(("tasks.autoencoder", row) for row in TASK),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, ALL, TABLE)
