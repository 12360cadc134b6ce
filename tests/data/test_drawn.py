"""What is drawn by default, from where, and for whom."""

import pytest

from tests.data.drawn_properties import PROPERTIES
from tests.mutations.mutation import compiled

MODULES = ("data.pixels", "data.digits", "data.photos", "data.hub")


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_holds(holds):
    holds(compiled(MODULES))
