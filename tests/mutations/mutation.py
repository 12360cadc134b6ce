"""A row of the tables of mutations."""

from collections.abc import Callable
from typing import NamedTuple


class Mutation(NamedTuple):
    """One formula broken on purpose.

    breaks: the function, and what is done to it, in words.
    before, after: the text in the module, and what stands there instead.
    caught_by: the property of `tests/diffusion` that must fail for the mutant.
    """

    breaks: str
    before: str
    after: str
    caught_by: Callable
