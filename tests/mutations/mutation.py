"""A row of the tables of mutations, and modules compiled with such a row applied."""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import NamedTuple
from unittest.mock import patch


class Mutation(NamedTuple):
    """One formula broken on purpose.

    breaks: the function, and what is done to it, in words.
    before, after: the text in the module, and what stands there instead.
    caught_by: the property that must fail for the mutant.
    """

    breaks: str
    before: str
    after: str
    caught_by: Callable


def compiled(
    modules: Sequence[str], broken: str = "", before: str = "", after: str = ""
) -> SimpleNamespace:
    """All public names of modules of `companion` compiled anew; no file is touched.

    modules: such as "training.loop", in the order of their imports: the later ones
    import the copies of the earlier.   broken: the one with a text replaced.
    Raises ValueError unless `before` stands in that module exactly once.
    """
    with in_place(modules, broken, before, after) as found:
        return found


@contextmanager
def in_place(
    modules: Sequence[str], broken: str = "", before: str = "", after: str = ""
) -> Iterator[SimpleNamespace]:
    """The same for a block, in which whoever imports these modules gets the copies.

    For functions that import a module when they are called. The arguments and errors are
    those of `compiled`.
    """
    names = [f"companion.{module}" for module in modules]
    originals = {name: importlib.import_module(name) for name in names}
    found = {}
    with ExitStack() as stack:
        stack.callback(sys.modules.update, originals)  # what else is imported meanwhile stays
        for name, original in originals.items():
            code = _code(original.__file__)
            if name == f"companion.{broken}":
                code = _broken(original.__file__, broken, before, after)
            copy = sys.modules[name] = ModuleType(name)
            package, _, stem = name.rpartition(".")
            if getattr(sys.modules[package], stem) is original:  # no function so called
                stack.enter_context(patch.object(sys.modules[package], stem, copy))
            exec(code, vars(copy))
            found |= {n: v for n, v in vars(copy).items() if n[0] != "_"}
        yield SimpleNamespace(**found)


@cache
def _code(file: str) -> CodeType:
    """A file as it is, compiled: once, and not anew for each mutant of another file."""
    return compile(Path(file).read_text("utf-8"), file, "exec")


def _broken(file: str, module: str, before: str, after: str) -> CodeType:
    source = Path(file).read_text("utf-8")
    times = source.count(before)
    if times != 1:
        raise ValueError(f"{module}: found {before!r} {times} times, expected it once")
    return compile(source.replace(before, after), file, "exec")
