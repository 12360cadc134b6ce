"""The reader's progress, in a file in the reader's home.

The file is ~/.diffusion-derived/progress.json, or progress.json in the folder that the
environment variable DIFFUSION_DERIVED_HOME names.

Two notebooks may keep their progress at the same moment: reading, changing and writing are one,
under a lock of the folder (not on Windows, where the later one of two at the same moment wins).
"""

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from companion.exercises.exercise import Status
from companion.files import replaced

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

PATIENCE = 5.0  # seconds to wait for the lock, which is held for milliseconds
_RANK = {Status.WRONG: 1, Status.CORRECT: 2}


def progress_file() -> Path:
    """Where the progress is kept."""
    home = os.environ.get("DIFFUSION_DERIVED_HOME") or "~/.diffusion-derived"
    return Path(home).expanduser() / "progress.json"


def load() -> tuple[dict[str, Status], str]:
    """The best status of each exercise attempted, and a complaint ("" if none)."""
    try:
        text = progress_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, ""
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        return {}, f"The progress file cannot be read ({_short(error)})."
    try:
        kept = json.loads(text)["exercises"]
        return {name: Status(status) for name, status in kept.items()}, ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, f"The progress file is damaged: delete {progress_file()}."


def record(name: str, status: Status) -> str:
    """Keep the best status of an exercise; returns a complaint, "" if all went well.

    A damaged file is left as it is, for the reader to look at.
    """
    status = Status.WRONG if status == Status.STOPPED else status
    if status not in _RANK:
        return ""
    try:
        path = progress_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            kept, complaint = load()
            if not complaint and _RANK.get(kept.get(name), 0) < _RANK[status]:
                whole = {"exercises": kept | {name: status}}
                text = json.dumps(whole, indent=1, sort_keys=True) + "\n"
                replaced(path, [text.encode()])
            return complaint
    except (OSError, RuntimeError) as error:
        return f"The progress cannot be kept ({_short(error)})."


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """No other process is inside at the same time.

    Where a file system has no locks, there is none.

    Raises:
        TimeoutError: Another one does not come out again.
    """
    if fcntl is None:
        yield
        return
    handle, deadline = os.open(folder, os.O_RDONLY), time.monotonic() + PATIENCE
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(errno.ETIMEDOUT, "another process holds the file") from None
                time.sleep(0.01)
                continue
            except OSError:  # no locks here
                pass
            break
        yield
    finally:
        os.close(handle)


def _short(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
