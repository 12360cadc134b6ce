"""The three tests that every table of mutations is put to."""

import importlib
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import pytest

from tests.mutations.mutation import Mutation, compiled


def strangers(modules: Sequence[str], library: SimpleNamespace) -> list[str]:
    """The names under which a library has something else than the modules that are copied.

    Where there are none, what holds for a copy with nothing broken holds for the library: the
    copy is made of the same text. So a layer whose properties take long leaves them to the copy.
    """
    found = [f"companion.{module}" for module in modules]
    defined = {
        name: value
        for module in found
        for name, value in vars(importlib.import_module(module)).items()
        if name[0] != "_" and getattr(value, "__module__", None) == module
    }
    assert len(defined) > len(modules)
    held = vars(library)
    return [name for name in defined if name in held and held[name] is not defined[name]]


def suite(
    modules: Sequence[str],
    properties: Sequence[Callable],
    table: Sequence[tuple[str, Mutation]],
) -> tuple[Callable, Callable, Callable]:
    """A copy with nothing broken passes, each mutant is caught, no property is idle.

    modules: such as "training.loop", in the order of their imports, compiled anew.
    properties: what holds for the whole copy.   table: the module that is broken, and how.
    """

    @pytest.mark.parametrize("holds", properties, ids=lambda holds: holds.__name__)
    def a_copy_with_nothing_broken_passes(holds):
        holds(compiled(modules))

    names = [row.breaks for _, row in table]

    @pytest.mark.parametrize(("module", "row"), table, ids=names)
    def mutant_is_caught(module, row):
        mutant = compiled(modules, module, row.before, row.after)
        with pytest.raises(AssertionError):
            row.caught_by(mutant)

    def every_property_catches_something():
        idle = set(properties) - {row.caught_by for _, row in table}
        assert sorted(holds.__name__ for holds in idle) == []

    return (
        a_copy_with_nothing_broken_passes,
        mutant_is_caught,
        every_property_catches_something,
    )
