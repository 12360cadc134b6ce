"""What all tests share: devices, a seeded generator, the settings of Hypothesis."""

import pytest
import torch
from hypothesis import settings

from tests.browser.hooks import (  # noqa: F401
    pytest_ignore_collect,
    pytest_sessionstart,
    pytest_terminal_summary,
)

settings.register_profile("course", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("course")


def found_devices() -> list[str]:
    """The CPU always, a GPU where there is one: so no test has to be skipped."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


@pytest.fixture(params=found_devices())
def device(request) -> str:
    return request.param


@pytest.fixture(params=[d for d in found_devices() if d != "mps"])
def float64_device(request) -> str:
    """The devices that have float64, which mps has not."""
    return request.param


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)
