"""What the command line prints: one line each, in letters that the terminal has."""

import os
import shlex
import sys
import unicodedata

import click


def printable(text: str, encoding: str | None = None) -> str:
    """The text in one line; what would break it, or the encoding lacks, is escaped.

    Args:
        text: of any letters.
        encoding: of the stream that it goes to; UTF-8 by default.
    """
    encoding = encoding or "utf-8"
    one_line = "".join(
        c if c.isprintable() or unicodedata.category(c) == "Zs" else _escaped(c) for c in text
    )
    return one_line.encode(encoding, "backslashreplace").decode(encoding)


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # how Python keeps a byte of a name that is no text
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()


def say(text: str, err: bool = False) -> None:
    """Print one line, whatever names are in it.

    Args:
        text: the line.
        err: whether it goes to the standard error.
    """
    stream = sys.stderr if err else sys.stdout
    click.echo(printable(text, stream.encoding), err=err)


def typed(*words: str | os.PathLike) -> str:
    """A command of ours as it is typed into a shell: quoted where it has to be.

    Args:
        words: those after `python -m companion`. A name that looks like an option gets its
            folder before it.
    """
    plain = [os.fspath(word) for word in words]
    return "python -m companion " + shlex.join(
        f"./{word}" if word.startswith("-") else word for word in plain
    )


class Refused(click.ClickException):
    """What is wrong, in one line."""

    def format_message(self) -> str:
        """The message, in letters that the standard error has."""
        return printable(self.message, sys.stderr.encoding)


def steady_streams() -> None:
    """See to it that no word is lost on a closed stream, or fails on a letter that it lacks.

    A stream that was closed before we came (`2>&-`) goes nowhere from now on. Without this
    the next file that is opened, perhaps a checkpoint, would get its number, and what is
    written to the stream.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number: this one
            os.set_inheritable(nowhere, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
