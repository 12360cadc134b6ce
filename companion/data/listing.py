"""Which files a folder holds, those behind links among them, and what is passed over."""

import os
import stat
from pathlib import Path

from companion.data.names import normalised, shown_name
from companion.data.reading import no_file, reason

Skipped = list[tuple[Path, str]]


def listing(root: Path) -> tuple[list[Path], Skipped]:
    """The regular files of a folder and of the folders in it, in the order of names.

    A link to a folder is followed, after all folders that are none: so a link never
    changes the name of a picture. Each folder is read once. What is hidden, by its own
    name or that of a folder on the way to it, is passed over without a word.

    Args:
        root: a folder.

    Returns:
        The files, in the order of their names in Unicode's composed form, part by part;
        and what cannot be looked into, each with the reason: dangling links, links that
        lead in a circle or to a folder that was read, folders that cannot be opened, and
        pipes, sockets and devices.
    """
    files: list[Path] = []
    skipped: Skipped = []
    folders, links, read = [root], [], set()
    while folders or links:
        if not folders:
            link = links.pop(0)
            circle = _circle(link)
            if circle:
                skipped.append((link, circle))
                continue
            folders.append(link)
        here = folders.pop()
        try:
            known = os.stat(here)
            if (known.st_dev, known.st_ino) in read:
                skipped.append((here, "a folder that was read already, under another name"))
                continue
            names = sorted(os.listdir(here), key=_order)
        except OSError as error:
            skipped.append((here, f"a folder that cannot be opened ({reason(here, error)})"))
            continue
        read.add((known.st_dev, known.st_ino))
        for path in (here / name for name in names if not name.startswith(".")):
            try:
                mode = os.stat(path).st_mode
            except OSError as error:
                what = f"a link to {shown_name(os.readlink(path))}, " if path.is_symlink() else ""
                skipped.append((path, f"{what}{reason(path, error)}"))
                continue
            if stat.S_ISDIR(mode):
                (links if path.is_symlink() else folders).append(path)
            elif stat.S_ISREG(mode):
                files.append(path)
            else:
                skipped.append((path, f"{no_file(mode)}, no regular file"))
    depth = len(root.parts)
    files.sort(key=lambda file: [_order(part) for part in file.parts[depth:]])
    return files, skipped


def _order(name: str) -> tuple[str, str]:
    """What names are sorted by: as every system spells them, then as they are."""
    return normalised(name), name


def _circle(link: Path) -> str:
    """What to say of a link to a folder that it lies in; nothing of any other."""
    there, here = (Path(os.path.realpath(path)) for path in (link, link.parent))
    if there not in (here, *here.parents):
        return ""
    return f"a link in a circle, to {shown_name(there)}, which it lies in"
