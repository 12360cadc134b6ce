"""A run on disk belongs to one process at a time."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from warnings import warn

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None

_HELD: dict[Path, int] = {}  # what this process holds, and the thread that does


@contextmanager
def claimed(path: str | Path) -> Iterator[None]:
    """For the block, `path` is ours: whoever else claims it is refused.

    What is held is a lock of the operating system on a small file beside it, NAME.lock,
    which is gone afterwards. A process that ends in any way lets go of the lock, and a
    file of that name that is left over keeps nobody out. A thread that holds a path may
    claim it again. Where there are no such locks (Windows, some network drives) nothing
    is refused, and a warning says so.

    Args:
        path: where a run is saved; it need not exist.

    Raises:
        ValueError: where another process or thread holds it.
        OSError: where no file can be written beside it.
    """
    path = Path(os.path.realpath(path))
    if _HELD.get(path) == threading.get_ident():
        yield
        return
    beside = path.with_name(path.name + ".lock")
    lock = _locked(beside, path)
    _HELD[path] = threading.get_ident()
    try:
        yield
    finally:
        del _HELD[path]
        with suppress(OSError):  # while it is locked, so that it is nobody else's
            beside.unlink()
        os.close(lock)


def _locked(beside: Path, path: Path) -> int:
    """The lock file, open and locked, and still the one of that name."""
    while True:
        lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(lock, path)
        except BaseException:
            os.close(lock)
            raise
        if _is_named(beside, lock):
            return lock
        os.close(lock)  # who held it has removed it since it was opened here


def _lock(lock: int, path: Path) -> None:
    try:
        if fcntl is None:
            raise OSError("this system has none")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(
            f"path: got {path}, which another process is training just now, "
            "expected a run that is not in use"
        ) from None
    except OSError as error:
        warn(f"no lock keeps other processes from training {path} ({error})", stacklevel=6)


def _is_named(beside: Path, lock: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(beside), os.fstat(lock))
    return False
