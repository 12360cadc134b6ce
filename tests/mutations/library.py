"""A second copy of `companion.diffusion`, with one text of its source replaced."""

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import patch

from companion import diffusion

# In the order of their imports.
MODULES = (
    "schedules",
    "gaussian",
    "forward",
    "posterior",
    "mixture",
    "parameterization",
    "objectives",
    "samplers",
    "guidance",
)


def source_of(module: str) -> str:
    return Path(find_spec(f"companion.diffusion.{module}").origin).read_text("utf-8")


def library(module: str = "", before: str = "", after: str = "") -> SimpleNamespace:
    """All public names, from modules compiled anew; no file is touched.

    They are compiled together, so that they import the broken one from each other.
    Raises ValueError unless `before` stands in the module exactly once.
    """
    names = {}
    with patch.dict(sys.modules):
        for part in MODULES:
            source = source_of(part)
            if part == module:
                if source.count(before) != 1:
                    raise ValueError(
                        f"{module}: found {before!r} {source.count(before)} times, "
                        "expected it once"
                    )
                source = source.replace(before, after)
            name = f"companion.diffusion.{part}"
            original = importlib.import_module(name)
            copy = ModuleType(name)
            sys.modules[name] = copy
            exec(compile(source, original.__file__, "exec"), vars(copy))
            names |= {n: getattr(copy, n) for n in diffusion.__all__ if n in vars(copy)}
    return SimpleNamespace(**names)
