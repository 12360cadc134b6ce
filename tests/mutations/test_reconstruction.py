"""The figures of reconstructions and latents, each broken on purpose and caught."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

from tests.evaluation import reconstruction_properties as p
from tests.mutations.latent_table import LATENTS
from tests.mutations.reconstruction_table import RECONSTRUCTIONS

MODULE = (
    "companion.evaluation.reconstruction"  # the package has a function of that name
)

TABLE = (*RECONSTRUCTIONS, *LATENTS)


def library(before: str = "", after: str = "") -> ModuleType:
    """The module compiled anew with a text replaced; no file is touched."""
    original = import_module(MODULE)
    source = Path(original.__file__).read_text("utf-8")
    if before:
        assert source.count(before) == 1, f"{before!r}: {source.count(before)}"
        source = source.replace(before, after)
    copy = ModuleType(MODULE)
    with patch.dict(sys.modules, {MODULE: copy}):
        exec(compile(source, original.__file__, "exec"), vars(copy))
    return copy


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_a_copy_with_nothing_broken_passes(holds):
    holds(library())


@pytest.mark.parametrize("row", TABLE, ids=[row.breaks for row in TABLE])
def test_mutant_is_caught(row):
    mutant = library(row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mutant)


def test_every_property_catches_something():
    assert {row.caught_by for row in TABLE} == set(p.ALL)
