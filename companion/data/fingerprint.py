"""Which pictures a run has learned from: told by a few words, and compared later."""

import hashlib
import os

from companion.data.folder import Folder
from companion.data.names import name_bytes, shown_name

_PARTS = ("place", "count", "names", "pixels")
_PART = 1000  # images that are hashed at a time


def fingerprint(found: Folder) -> dict[str, object]:
    """What tells the pictures of a folder from others, as JSON can hold it.

    Args:
        found: a folder that was read.

    Returns:
        place, the folder, absolute and with no links in it; count, of the images;
        names, the SHA-256 of their names, sorted, each ended by a zero; pixels, that of
        the images' bytes, in the order of the names. Names are in composed form, so
        that they are the same on every system. Pixels are those that were made of the
        files: they change with the size, with `fit`, and may with another decoder.
    """
    names = hashlib.sha256()
    for name in sorted(map(name_bytes, found.names)):
        names.update(name + b"\0")
    pixels = hashlib.sha256()
    for part in found.images.split(_PART):
        pixels.update(part.numpy().tobytes())
    return {
        "place": os.path.realpath(found.place),
        "count": len(found.images),
        "names": names.hexdigest(),
        "pixels": pixels.hexdigest(),
    }


def changed(then: dict[str, object], now: dict[str, object]) -> str:
    """What has become of the pictures since a run was begun.

    Args:
        then: the fingerprint in the run.
        now: that of the folder as it is.

    Returns:
        One sentence without its full stop, or nothing where nothing has changed.

    Raises:
        ValueError: For what is no fingerprint.
    """
    for name, one in (("then", then), ("now", now)):
        if not isinstance(one, dict) or set(_PARTS) - set(one):
            raise ValueError(
                f"{name}: got {one!r:.80}, expected a fingerprint: {', '.join(_PARTS)}"
            )
    words = []
    if now["count"] != then["count"]:
        words.append(f"{now['count']} pictures where it had {then['count']}")
    elif now["names"] != then["names"]:
        words.append(f"{now['count']} pictures as before, but under other names")
    elif now["pixels"] != then["pixels"]:
        words.append("the same names, but other pixels")
    if now["place"] != then["place"]:
        places = (shown_name(str(one["place"])) for one in (now, then))
        words.append("in {} where it was in {}".format(*places))
    return "; ".join(words)
