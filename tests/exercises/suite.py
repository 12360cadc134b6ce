"""What must hold of an exercise, as a list of what does not.

A list and no assertion, so that the same rules can be seen to fail on broken checkers.
"""

import re

from companion.exercises import Exercise, Status, check
from companion.exercises.checkers import NumberChecker
from tests.book.course import notebooks
from tests.exercises.planted import RIGHT, WRONG


def stub_of(exercise: Exercise) -> tuple[str, dict]:
    """The code cell before the exercise's check cell, and the check cell."""
    cells = [c for c in notebooks()[exercise.chapter]["cells"] if c["source"]]
    call = f'exercises.check("{exercise.name}", {exercise.answer})'
    codes = [c for c in cells if c["cell_type"] == "code"]
    sources = ["".join(c["source"]) for c in codes]
    n = next(i for i, source in enumerate(sources) if call in source)
    return sources[n - 1], codes[n]


def answer_of(stub: str, exercise: Exercise) -> object:
    """What the reader's name stands for after a cell has run."""
    names: dict = {}
    exec(compile(stub, "<cell>", "exec"), names)
    return names[exercise.answer]


def solution_of(exercise: Exercise) -> object:
    """The solution as an answer: the function, or the number that it computes."""
    return exercise.solution() if wants_a_number(exercise) else exercise.solution


def wants_a_number(exercise: Exercise) -> bool:
    """Whether the answer is a number, and not a function or a formula."""
    return isinstance(exercise.checker, NumberChecker)


def problems(exercise: Exercise, stub: str | None = None) -> list[str]:
    """What is wrong with the exercise's check. `stub`: its cell, as in the chapter."""
    found, name = [], exercise.name
    untouched = check(name, answer_of(stub or exercise.stub, exercise))
    if untouched.status != Status.UNTOUCHED:
        found.append(f"the stub: {untouched.words}")
    for n, answer in enumerate([solution_of(exercise), *RIGHT[name]]):
        result = check(name, answer)
        if result.status != Status.CORRECT:
            found.append(f"right answer {n}: {result.words}")
    said = []
    for answer, words in WRONG[name]:
        result = check(name, answer)
        said.append(_skeleton(result.words))
        if result.status not in (Status.WRONG, Status.STOPPED):
            found.append(f"wrong answer ({words}): {result.words}")
        elif words not in result.words:
            found.append(f"expected {words!r}: {result.words}")
    for mistake in exercise.checker.mistakes:
        given = mistake.wrong() if wants_a_number(exercise) else mistake.wrong
        result = check(name, given)
        if mistake.says not in result.words:
            found.append(f"expected {mistake.says!r}: {result.words}")
    own = {words for words in said if "expected one" not in words}
    if len(own) < 3:
        found.append(f"only {len(own)} mistakes have their own diagnosis")
    return found


def _skeleton(words: str) -> str:
    return re.sub(r"\d", "", words)
