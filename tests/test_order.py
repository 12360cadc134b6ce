"""Which tests come first, and which `make quick` leaves out."""

import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import (
    LONG_FIRST,
    SLOW,
    pytest_collection_modifyitems,
    pytest_configure,
)

ROOT = Path(__file__).resolve().parents[1]


def in_order(nodeids):
    """The items of these tests as they are run, and which of them are slow."""
    slow = []
    items = [
        SimpleNamespace(nodeid=nodeid, add_marker=lambda marker, n=nodeid: slow.append((n, marker)))
        for nodeid in nodeids
    ]
    pytest_collection_modifyitems(items)
    return [item.nodeid for item in items], slow


@pytest.mark.parametrize("name", [*LONG_FIRST, *SLOW])
def test_what_is_named_is_there(name):
    file, _, test = name.partition("::")
    there = ROOT / file
    assert there.is_dir() if file.endswith("/") else there.is_file()
    assert not test or f"def {test}(" in there.read_text("utf-8")


def test_long_files_come_first_and_stay_whole():
    short = ["tests/test_text.py::test_b", "tests/test_text.py::test_a"]
    mutants = ["tests/mutations/test_loop.py::test_b", "tests/mutations/test_loop.py::test_a"]
    chapter = ["book/1-1-forward.ipynb::ipynb::Cell 1", "book/1-1-forward.ipynb::ipynb::Cell 0"]
    longest = [f"{LONG_FIRST[0]}::ipynb::Cell 0"]
    found, _ = in_order([*short, *mutants, *chapter, *longest])
    assert found == [*longest, *chapter, *mutants, *short]


def test_slow_files_are_marked_and_no_others():
    slow = f"{SLOW[0]}::test_a"
    _, marked = in_order(["tests/test_text.py::test_a", slow])
    assert marked == [(slow, "slow")]


def test_what_needs_the_built_book_is_slow():
    marked = []
    item = SimpleNamespace(nodeid="tests/test_text.py::test_a", add_marker=marked.append)
    for needs in (["page"], ["page", "built"]):
        item.fixturenames = needs
        pytest_collection_modifyitems([item])
        assert marked == (["slow"] if "built" in needs else [])


def test_the_workers_take_files_whole_and_in_this_order():
    """xdist by itself takes first what has the most tests: the notebooks would come last."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder\n" in makefile
    assert makefile.count("$(PYTEST) -n ") == 2
    assert makefile.count("$(BIN)/pytest") == 1 and makefile.count("$(PYTEST)") == 2


def test_tests_begun_in_the_background_listen_to_ctrl_c():
    """A shell without job control has what it begins there ignore it, children of children too."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pytest_configure()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, own := lambda *_: None)
        pytest_configure()
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)
