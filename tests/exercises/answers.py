"""The lines of `tests.exercises.students` as answers, as a reader's cell makes them."""

import re
from collections.abc import Iterator, Mapping

import sympy
import torch

from companion.exercises import EXERCISES
from companion.exercises.checkers import FunctionChecker, parameters

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
# What a check says when it does not know what is wrong.
UNNAMED = re.compile(r"No usual mistake|number is too (large|small), by more|still running")


def rows(table: Mapping[str, str]) -> Iterator[tuple[str, str, str, object]]:
    """The exercise's name, the label of the slip, its code, and the answer."""
    for name, lines in table.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            label, _, code = line.partition(": ")
            yield name, label, code, answer(name, code)


def answer(name: str, code: str) -> object:
    """What the reader's name stands for: a function, an expression, or a number."""
    exercise = BY_NAME[name]
    names: dict = {"torch": torch}
    if isinstance(exercise.checker, FunctionChecker):
        head = f"def {exercise.answer}({', '.join(parameters(exercise.solution))}):\n"
        *before, last = re.split(r"; | // ", code)
        body = "".join(f"    {line}\n" for line in (*before, f"return {last}"))
        exec("from torch import relu, sqrt\n" + head + body, names)
        return names[exercise.answer]
    exec(exercise.stub, names)
    functions = ("sqrt", "log", "exp", "tanh", "Rational")
    return eval(code, {f: getattr(sympy, f) for f in functions} | names)
