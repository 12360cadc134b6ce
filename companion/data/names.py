"""Names of files: as a message shows them, and as every system spells them."""

import hashlib
import os
import unicodedata


def shown_name(path: str | os.PathLike[str]) -> str:
    r"""A name of a file as a message shows it: one line, with nothing invisible in it.

    Args:
        path: a name or a path; any text will do.

    Returns:
        The text, with line breaks, control characters, marks that turn the direction of
        writing and other characters that do not print as `\n`, `\x1b`, `\u202e`, and
        with bytes that are no text as `\xff`. Spaces of every width stay.
    """
    return "".join(_shown(letter) for letter in os.fspath(path))


def normalised(name: str) -> str:
    """A name in Unicode's composed form (NFC), which is the same text on every system.

    macOS may hand on "é" as a letter and an accent, where Linux and Windows have one
    character.

    Args:
        name: with / between its parts.

    Returns:
        The name in NFC. Two names that a person cannot tell apart may become one.
    """
    return unicodedata.normalize("NFC", name)


def name_bytes(name: str) -> bytes:
    """The bytes that stand for a name, the same on every system.

    Args:
        name: also one that is no text, from a file system that holds bytes.

    Returns:
        UTF-8 of the name in NFC.
    """
    return normalised(name).encode("utf-8", "surrogatepass")


def name_number(name: str) -> float:
    """A number in [0, 1) that stands for a name, the same on every machine.

    Args:
        name: as for `name_bytes`.

    Returns:
        The first 53 bits of the SHA-256 of the name's bytes, as a fraction.
    """
    digest = hashlib.sha256(name_bytes(name)).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53  # as many bits as fit


def _shown(letter: str) -> str:
    """One character of a name, itself if it prints."""
    if letter.isprintable() or unicodedata.category(letter) == "Zs":
        return letter
    if "\udc80" <= letter <= "\udcff":  # how Python keeps a byte that is no text
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")
