"""Every test has a progress file of its own; the reader's is never touched."""

import pytest


@pytest.fixture(autouse=True)
def progress_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DIFFUSION_DERIVED_HOME", str(tmp_path / "kept"))
    return tmp_path / "kept"
