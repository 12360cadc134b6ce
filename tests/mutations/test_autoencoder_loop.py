"""Losses, updates and loop of the autoencoder, each broken on purpose and caught."""

from tests.autoencoder import adversarial_properties as a
from tests.autoencoder import failure_properties as f
from tests.autoencoder import loss_properties as s
from tests.autoencoder import training_properties as t
from tests.mutations.autoencoder_loss_table import ADVERSARIAL, LOSSES
from tests.mutations.autoencoder_training_table import RECIPE, TRAINING
from tests.mutations.suite import suite

# In the order of their imports.
MODULES = tuple(f"autoencoder.{part}" for part in ("adversarial", "losses", "recipe", "training"))
ALL = (*a.ALL, *s.ALL, *t.ALL, *f.ALL)
TABLE = (
    *(("autoencoder.adversarial", row) for row in ADVERSARIAL),
    *(("autoencoder.losses", row) for row in LOSSES),
    *(("autoencoder.training", row) for row in TRAINING),
    *(("autoencoder.recipe", row) for row in RECIPE),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, ALL, TABLE)
