"""Pictures and folders of them, as the package reads them."""

import pytest

from tests.data import folder_properties, picture_properties
from tests.mutations.mutation import compiled

# In the order of their imports.
MODULES = tuple(
    f"data.{part}" for part in ("names", "levels", "reading", "listing", "folder", "fingerprint")
)
PROPERTIES = picture_properties.PROPERTIES + folder_properties.PROPERTIES


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_holds(holds):
    holds(compiled(MODULES))
