"""The reader's progress, in a file in the reader's home.

The file is ~/.diffusion-derived/progress.json, or progress.json in the folder that the
environment variable DIFFUSION_DERIVED_HOME names.
"""

import json
import os
import tempfile
from pathlib import Path

from companion.exercises.exercise import Status

_RANK = {Status.WRONG: 1, Status.CORRECT: 2}


def progress_file() -> Path:
    """Where the progress is kept."""
    home = os.environ.get("DIFFUSION_DERIVED_HOME")
    folder = Path(home) if home else Path("~").expanduser() / ".diffusion-derived"
    return folder / "progress.json"


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
    kept, complaint = load()
    if complaint:
        return complaint
    if _RANK.get(kept.get(name), 0) >= _RANK[status]:
        return ""
    text = json.dumps({"exercises": kept | {name: status}}, indent=1, sort_keys=True)
    try:
        _write(progress_file(), text)
    except (OSError, RuntimeError) as error:
        return f"The progress cannot be kept ({_short(error)})."
    return ""


def _write(path: Path, text: str) -> None:
    """Write beside the file and rename: it is never half there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".progress-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _short(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
