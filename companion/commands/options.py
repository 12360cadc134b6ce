"""What several commands take as an option, and how they complain about one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

SEED = click.IntRange(0, 2**63 - 1)  # what every generator of random numbers takes


@contextmanager
def as_options(fields: Iterable[str]) -> Iterator[None]:
    """In this block a complaint about one of these fields is one about an option.

    Raises a ValueError "size: ..." of the block as "--size: ...", and others as they are.
    """
    try:
        yield
    except ValueError as error:
        if str(error).partition(":")[0] not in fields:
            raise
        raise ValueError(f"--{error}") from None
