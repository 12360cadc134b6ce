"""The package has every property that the mutants of `mutations/test_networks` lose."""

import pytest

from companion import networks
from companion.networks import blocks
from tests.networks import block_properties


class Library:
    """The public names of the networks, and `norm`."""

    norm = staticmethod(blocks.norm)

    def __getattr__(self, name):
        return getattr(networks, name)


@pytest.mark.parametrize("holds", block_properties.ALL, ids=lambda holds: holds.__name__)
def test_holds(holds):
    holds(Library())
