"""The book, built once for all tests that look at its pages.

It is built anew for each run and into a folder of the run: a build that lies about may be
older than the package whose docstrings and proofs it shows, and no file's date says so.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]


def build(source: Path, out: Path) -> None:
    """Build the book as `make book` does, warnings as errors, but into `out`."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", source, "--path-output", out]
    done = subprocess.run(
        [*command, "-W", "--keep-going", "-q"],
        cwd=source,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(f"the book does not build:\n{done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the built pages; two workers of xdist share one build."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    out, answer = folder / "book", folder / "book.json"
    with FileLock(folder / "book.lock"):
        if not answer.exists():
            failure = None
            try:
                build(ROOT, out)
            except AssertionError as error:
                failure = str(error)
            answer.write_text(json.dumps(failure))
    if failure := json.loads(answer.read_text()):
        raise AssertionError(failure)
    return out / "_build" / "html"
