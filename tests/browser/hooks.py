"""Without Chromium the browser tests are not collected, and one line says so.

These hooks are imported by `tests/conftest.py`, because the process that writes the
summary of a run on several workers collects nothing and would not see them here.
With REQUIRE_BROWSER=1, as in CI, no Chromium is an error.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from tests.browser.chromium import LEFT_OUT, asks_for, find_chromium

HERE = Path(__file__).resolve().parent
OWN_TESTS = "test_without_chromium.py"  # needs no browser and is collected always

found = cache(find_chromium)


def _left_out(config: pytest.Config) -> bool:
    asked = asks_for(HERE, config.args, config.invocation_params.dir)
    return asked and found() is None


def pytest_sessionstart(session: pytest.Session) -> None:
    if os.environ.get("REQUIRE_BROWSER") == "1" and _left_out(session.config):
        raise pytest.UsageError(f"REQUIRE_BROWSER=1, and there is none. {LEFT_OUT}")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    needs_one = collection_path.parent == HERE and collection_path.name != OWN_TESTS
    if needs_one and collection_path.name.startswith("test_") and found() is None:
        return True
    return None


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if _left_out(config):
        terminalreporter.write_line(LEFT_OUT, yellow=True)
