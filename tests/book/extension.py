"""The modules of book/_ext, which are no package: found by their files, as Sphinx finds them."""

import sys
from importlib import import_module
from types import ModuleType

from tests.book.course import BOOK


def extension(name: str) -> ModuleType:
    """A module of book/_ext."""
    if str(BOOK / "_ext") not in sys.path:
        sys.path.append(str(BOOK / "_ext"))
    return import_module(name)
