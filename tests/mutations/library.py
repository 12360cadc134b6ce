"""A second copy of `companion.diffusion`, with one text of its source replaced."""

from types import SimpleNamespace

from companion import diffusion
from tests.mutations.mutation import compiled

# In the order of their imports.
MODULES = (
    "schedule",
    "schedules",
    "precision",
    "gaussian",
    "forward",
    "posterior",
    "mixture",
    "parameterization",
    "objectives",
    "bounds",
    "samplers",
    "flow",
    "guidance",
    "tilted",
)


def library(module: str = "", before: str = "", after: str = "") -> SimpleNamespace:
    """All public names, from modules compiled anew, one of them with a text replaced.

    Raises ValueError unless `before` stands in the module exactly once.
    """
    parts = [f"diffusion.{part}" for part in MODULES]
    copy = compiled(parts, f"diffusion.{module}", before, after)
    names = {n: v for n, v in vars(copy).items() if n in diffusion.__all__}
    return SimpleNamespace(**names)
