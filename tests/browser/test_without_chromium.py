"""Where there is no Chromium the browser tests are left out, in one line, or refused."""

from pathlib import Path

import pytest

from tests.browser.chromium import (
    FLAGS,
    LEFT_OUT,
    MACOS,
    NAMES,
    asks_for,
    find_chromium,
    launch_options,
)
from tests.inner import inner

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NOWHERE = {"CHROMIUM": "nowhere/chromium", "PATH": "", "REQUIRE_BROWSER": ""}


def test_without_chromium_one_line_says_what_is_left_out():
    """On a worker too, where another process collects than writes the summary."""
    code, said = inner("tests/browser", "-q", "-k", "only_root or stands", "-n", "1", **NOWHERE)
    assert code == 0, said
    assert said.count(LEFT_OUT) == 1
    assert "\n" not in LEFT_OUT
    assert "1 passed" in said
    assert "skipped" not in said


def test_where_a_browser_is_required_its_absence_is_an_error():
    code, said = inner("tests", "-q", **NOWHERE | {"REQUIRE_BROWSER": "1"})
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "REQUIRE_BROWSER=1, and there is none" in said
    assert "passed" not in said


def _only(name: str):
    return lambda asked: f"/bin/{name}" if asked == name else None


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_in_the_path(name):
    assert find_chromium({}, _only(name), lambda: "own") == f"/bin/{name}"


def test_it_looks_in_the_place_named_first():
    both = {"here/chrome": "here/chrome", "chromium": "/bin/chromium"}
    assert find_chromium({"CHROMIUM": "here/chrome"}, both.get, str) == "here/chrome"
    assert find_chromium({"CHROMIUM": "there"}, both.get, str) is None
    assert find_chromium({"CHROMIUM": ""}, both.get, str) == "/bin/chromium"


def test_it_looks_on_macos_and_for_playwrights_own():
    assert find_chromium({}, {MACOS: MACOS}.get, str) == MACOS
    assert find_chromium({}, {"own": "own"}.get, lambda: "own") == "own"
    assert find_chromium({}, {}.get, lambda: "own") is None


def test_only_root_runs_it_without_its_sandbox():
    assert launch_options("chromium", user=1000)["chromium_sandbox"] is True
    assert launch_options("chromium", user=0)["chromium_sandbox"] is False
    assert not [flag for flag in FLAGS if "sandbox" in flag]


@pytest.mark.parametrize(
    "arguments, asked",
    [
        (["tests", "book"], True),
        (["tests/browser"], True),
        (["tests/browser/test_looking.py::test_a"], True),
        (["."], True),
        (["book"], False),
        (["tests/book"], False),
    ],
)
def test_it_knows_whether_browser_tests_were_asked_for(arguments, asked):
    assert asks_for(HERE, arguments, ROOT) is asked
