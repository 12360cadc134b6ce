"""Sheets and animations in files, as the package writes them."""

import pytest

from companion.plots import files
from tests.plots.files_properties import PROPERTIES


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_holds(holds):
    holds(files)
