"""The book, built once for all tests that look at its pages.

It is built anew for each run and into a folder of the run: a build that lies about may be
older than the package whose docstrings and proofs it shows, and no file's date says so. One that
`make book` has made from nothing, and from these very files, is taken as it is.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]


MADE_FROM = ROOT / "book" / "_build" / "made-from"  # written by `make book`
SOURCES = ("book", "companion", "_config.yml", "_toc.yml", "constraints.txt")
NO_SOURCES = {"_build", "__pycache__", ".ipynb_checkpoints"}


def made_from(root: Path = ROOT) -> str:
    """One number for all that the book is made from: names and bytes."""
    found = hashlib.sha256(sys.version.encode())
    for name in SOURCES:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not NO_SOURCES & {*path.relative_to(root).parts}:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                found.update(f"{path.relative_to(root)} {content}\n".encode())
    return found.hexdigest()


def is_current(note: Path = MADE_FROM, root: Path = ROOT) -> bool:
    """Whether the book that lies there is made from the files as they are."""
    return note.exists() and note.read_text("ascii") == made_from(root)


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
    """The folder of the built pages; the workers of xdist share one build."""
    if is_current():
        return MADE_FROM.parent / "html"
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


if __name__ == "__main__":
    MADE_FROM.write_text(made_from(), "ascii")
