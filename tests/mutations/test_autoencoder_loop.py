"""Losses, updates and loop of the autoencoder, each broken on purpose and caught."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import patch

import pytest

from tests.autoencoder import adversarial_properties as a
from tests.autoencoder import loss_properties as s
from tests.autoencoder import training_properties as t
from tests.mutations.autoencoder_loss_table import ADVERSARIAL, LOSSES
from tests.mutations.autoencoder_training_table import TRAINING

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


def library(module: str = "", before: str = "", after: str = "") -> SimpleNamespace:
    """The names of the modules compiled anew, one of them with a text replaced."""
    found = {}
    with patch.dict(sys.modules):
        for part in MODULES:
            name = f"companion.{part}"
            original = importlib.import_module(name)
            source = Path(original.__file__).read_text("utf-8")
            if part == module:
                assert source.count(before) == 1, f"{before!r}: {source.count(before)}"
                source = source.replace(before, after)
            copy = ModuleType(name)
            sys.modules[name] = copy
            exec(compile(source, original.__file__, "exec"), vars(copy))
            found |= {n: v for n, v in vars(copy).items() if n[0] != "_"}
    return SimpleNamespace(**found)


@pytest.mark.parametrize("holds", ALL, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    holds(library())


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row):
    mutant = library(module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mutant)


def test_every_property_catches_something():
    assert {row.caught_by for _, row in TABLE} == set(ALL)
