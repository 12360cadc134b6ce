"""Every test has a progress file of its own; the reader's is never touched."""

import pytest

from companion.exercises import isolation


@pytest.fixture(autouse=True)
def copies_are_not_given_up():
    """A test that leaves checks in this process fails, and the tests after it have copies again."""
    before = isolation._forks
    yield
    after, isolation._forks = isolation._forks, before
    assert after == before, "checks run in this process from now on: see the warning"


@pytest.fixture
def in_this_process(copies_are_not_given_up, monkeypatch):
    """Checks make no copy of this process: a copy takes twenty times as long as most judgements.

    For tests of what is said, and not of where it is found out. That both say the same is a test
    of `test_isolation.py`; the stub and the solution of every exercise are judged in copies in
    `test_answers.py`, and answers of many kinds to one exercise of each kind in `test_calm.py`.
    """
    monkeypatch.setattr(isolation, "_forks", False)


@pytest.fixture(autouse=True)
def progress_home(copies_are_not_given_up, tmp_path, monkeypatch):
    monkeypatch.setenv("DIFFUSION_DERIVED_HOME", str(tmp_path / "kept"))
    return tmp_path / "kept"
