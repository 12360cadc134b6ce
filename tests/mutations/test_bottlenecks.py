"""The bottlenecks, each broken on purpose and caught."""

from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

from companion.autoencoder import bottlenecks
from tests.autoencoder import bottleneck_properties as p
from tests.mutations.bottleneck_table import KL, VQ
from tests.mutations.codebook_table import CODEBOOK

TABLE = (*KL, *VQ, *CODEBOOK)


def library(before: str = "", after: str = "") -> ModuleType:
    """The module compiled anew with a text replaced; no file is touched."""
    source = Path(bottlenecks.__file__).read_text("utf-8")
    if before:
        assert source.count(before) == 1, f"{before!r}: {source.count(before)}"
        source = source.replace(before, after)
    copy = ModuleType(bottlenecks.__name__)
    with patch.dict("sys.modules", {bottlenecks.__name__: copy}):
        exec(compile(source, bottlenecks.__file__, "exec"), vars(copy))
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
