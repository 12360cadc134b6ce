"""What holds for a copy of the package, which is made of the same text, is not asked again."""

import pytest

COPY = "tests/mutations/test_mutations.py::test_a_copy_with_nothing_broken_passes"
LIBRARY = "tests/diffusion/test_properties.py::test_holds"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the mutants run too, their unbroken copy has every property: see `test_properties`."""
    copied = {i.callspec.id for i in items if i.nodeid.startswith(COPY)}
    twice = [i for i in items if i.nodeid.startswith(LIBRARY) and i.callspec.id in copied]
    config.hook.pytest_deselected(items=twice)
    left_out = {*twice}
    items[:] = [item for item in items if item not in left_out]
