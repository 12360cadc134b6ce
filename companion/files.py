"""A file that is written whole or not at all: for runs, pictures and the reader's progress."""

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path

_NUMBER = count()


def replaced(path: str | Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write a file beside `path` under a name of its own, and rename it.

    What stood there stays until then, also where `path` is a link: its target is
    written.

    Raises:
        OSError: where it cannot be written; then nothing has changed.
    """
    path = Path(os.path.realpath(path))
    beside = path.with_name(f"{path.name[:40]}.{os.getpid()}-{next(_NUMBER)}.part")
    try:
        with open(beside, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):  # it is gone where all went well
            beside.unlink()


def sweep(path: str | Path) -> None:
    """Remove what processes that were killed have left of their writing in `path`."""
    if os.name != "posix":  # elsewhere nobody can be asked whether he lives
        return
    path = Path(os.path.realpath(path))
    start = f"{path.name[:40]}."
    for beside in path.parent.glob("*.part"):
        number = beside.name.removeprefix(start).partition("-")[0]
        if beside.name.startswith(start) and number.isdecimal() and not _lives(int(number)):
            with suppress(OSError):
                beside.unlink()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # of another user, or no number of a process
    return True
