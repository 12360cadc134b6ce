"""The derivations and the counterexamples, found by what they are, not by a list."""

import inspect
from collections.abc import Callable

from companion.proofs import chapter_1, chapter_2, chapter_3
from companion.proofs.algebra import Counterexample, Derivation


def _returning(kind: type) -> dict[str, Callable]:
    return {
        name: function
        for chapter in (chapter_1, chapter_2, chapter_3)
        for name, function in inspect.getmembers(chapter, inspect.isfunction)
        if inspect.signature(function).return_annotation is kind
    }


DERIVATIONS = _returning(Derivation)
COUNTEREXAMPLES = _returning(Counterexample)
